package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.SECOND;
import static dev.weft.core.topology.FloodingLab.id;
import static dev.weft.core.topology.FloodingLab.lsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Lsdb.Offer;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.SealRecord;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LsdbTest {
    private final Lsdb lsdb = new Lsdb(TopologyConfig.DEFAULT);

    private static Offer offer(Lsdb lsdb, Lsa lsa, long nowNanos) {
        return lsdb.offer(FloodingLab.edition(lsa), 0, nowNanos, any -> true);
    }

    private static ByteView contentOf(LsaKind kind) {
        return switch (kind) {
            case ADJACENCY -> new Adjacencies(List.of()).encode();
            case CREDENTIAL -> ByteView.EMPTY;
            case NODE -> FloodingLab.content("n");
            case SEAL ->
                new SealRecord(
                                ByteView.utf8("key"),
                                SealRecord.Manner.RELAYED,
                                1,
                                ByteView.utf8("prekey"),
                                ByteView.utf8("signature"))
                        .encode();
        };
    }

    private static Lsa links(int origin, long sequence) {
        return Lsa.originate(
                new LsaKey(id(origin), LsaKind.ADJACENCY),
                new LsaVersion(1, sequence),
                new Adjacencies(List.of(new Adjacencies.Adjacency(id(99), 1, 1_000))).encode());
    }

    @Test
    void hashDependsOnWhatIsKeptAndNotOnHowItCame() {
        Cases.check(1, 200, LsdbTest::editions, offers -> {
            Lsdb straight = new Lsdb(TopologyConfig.DEFAULT);
            TreeMap<LsaKey, Lsa> newest = new TreeMap<>();
            for (Lsa lsa : offers) {
                newest.merge(lsa.key(), lsa, (a, b) -> b.version().isNewerThan(a.version()) ? b : a);
            }
            newest.values().forEach(lsa -> offer(straight, lsa, 0));
            // As they come: older editions before newer ones and behind them, some twice.
            Lsdb asTheyCame = new Lsdb(TopologyConfig.DEFAULT);
            offers.forEach(lsa -> offer(asTheyCame, lsa, 0));
            assertThat(asTheyCame.hash()).isEqualTo(straight.hash());
            assertThat(asTheyCame.headings()).isEqualTo(straight.headings());
            assertThat(asTheyCame.bytes()).isEqualTo(straight.bytes());
        });
    }

    private static List<Lsa> editions(Prng prng) {
        return Cases.list(prng, 120, draws -> {
            int origin = 1 + draws.below(20);
            return draws.chance(500_000)
                    ? links(origin, 1 + draws.below(5))
                    : lsa(id(origin), 1 + draws.below(3), 1 + draws.below(5), "n" + origin);
        });
    }

    @Test
    void hashTellsOriginKindLifeAndEditionApart() {
        TreeSet<Long> hashes = new TreeSet<>();
        int count = 0;
        for (int origin = 1; origin <= 20; origin++) {
            for (LsaKind kind : LsaKind.values()) {
                for (long incarnation = 1; incarnation <= 5; incarnation++) {
                    for (long sequence = 1; sequence <= 5; sequence++) {
                        Lsdb one = new Lsdb(TopologyConfig.DEFAULT);
                        LsaVersion version = new LsaVersion(incarnation, sequence);
                        offer(one, Lsa.originate(new LsaKey(id(origin), kind), version, contentOf(kind)), 0);
                        hashes.add(one.hash());
                        count++;
                    }
                }
            }
        }
        assertThat(hashes).hasSize(count).doesNotContain(0L);
    }

    @Test
    void onlyANewerEditionReplacesAndTheLifeCountsBeforeTheSequence() {
        assertThat(offer(lsdb, lsa(id(1), 2, 5, "a"), 0)).isEqualTo(Offer.NEWER);
        assertThat(offer(lsdb, lsa(id(1), 2, 5, "a"), 0)).isEqualTo(Offer.SAME);
        assertThat(offer(lsdb, lsa(id(1), 2, 4, "b"), 0)).isEqualTo(Offer.OLDER);
        assertThat(offer(lsdb, lsa(id(1), 1, 9, "c"), 0)).isEqualTo(Offer.OLDER);
        assertThat(lsdb.recordOf(id(1)).orElseThrow().name()).isEqualTo("a");
        assertThat(offer(lsdb, lsa(id(1), 3, 1, "d"), 0)).isEqualTo(Offer.NEWER);
        assertThat(lsdb.recordOf(id(1)).orElseThrow().name()).isEqualTo("d");
        assertThat(lsdb.size()).isEqualTo(1);
        assertThat(lsdb.incarnationOf(id(1))).isEqualTo(3);
        assertThat(lsdb.incarnationOf(id(2))).isZero();
    }

    @Test
    void advertisementIsDroppedWhenItsAgeAndNotItsStayIsTooGreat() {
        lsdb.offer(FloodingLab.edition(lsa(id(1), 1, 1, "old")), 3_000, 0, any -> true);
        lsdb.offer(FloodingLab.edition(lsa(id(2), 1, 1, "young")), 0, 0, any -> true);
        assertThat(lsdb.nextExpiryNanos()).isEqualTo(600 * SECOND);
        assertThat(lsdb.expire(600 * SECOND - 1)).isEmpty();
        assertThat(lsdb.expire(600 * SECOND))
                .extracting(expired -> expired.key)
                .containsExactly(new LsaKey(id(1), LsaKind.NODE));
        assertThat(lsdb.nextExpiryNanos()).isEqualTo(3_600 * SECOND);
        assertThat(lsdb.expire(3_600 * SECOND)).hasSize(1);
        assertThat(lsdb.hash()).isZero();
        assertThat(lsdb.bytes()).isZero();
        assertThat(lsdb.nextExpiryNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void originIsListedOnceHoweverManyAdvertisementsItHas() {
        offer(lsdb, links(2, 1), 0);
        offer(lsdb, lsa(id(2), 1, 1, "two"), 0);
        offer(lsdb, links(1, 1), 0);
        assertThat(lsdb.origins()).containsExactly(id(1), id(2));
        assertThat(lsdb.adjacenciesOf(id(2))).hasSize(1);
        assertThat(lsdb.adjacenciesOf(id(3))).isEmpty();
    }

    @Test
    void fullDatabaseTakesOnlyThoseThatMustBeKept() {
        Lsdb small = new Lsdb(new TopologyConfig(3_600, SECOND, 16, 1 << 20, SECOND));
        for (int i = 1; i <= 16; i++) {
            assertThat(offer(small, lsa(id(i), 1, 1, "n" + i), 0)).isEqualTo(Offer.NEWER);
        }
        assertThat(offer(small, lsa(id(17), 1, 1, "n17"), 0)).isEqualTo(Offer.NO_ROOM);
        assertThat(small.refusedCount()).isEqualTo(1);
        assertThat(offer(small, lsa(id(16), 1, 2, "anew"), 0)).isEqualTo(Offer.NEWER);
        assertThat(small.offer(FloodingLab.edition(lsa(id(18), 1, 1, "neighbor")), 0, 0, any -> false))
                .isEqualTo(Offer.NEWER);
        assertThat(small.size()).isEqualTo(17);
    }

    @Test
    void bytesAreCountedAsWhatIsKept() {
        long total = 0;
        for (int i = 1; i <= 50; i++) {
            offer(lsdb, lsa(id(i), 1, 1, "short"), 0);
            Lsa longer = lsa(id(i), 1, 2, "rather longer than before " + i);
            offer(lsdb, longer, 0);
            total += longer.bytes().length();
        }
        assertThat(lsdb.bytes()).isEqualTo(total);
    }
}
