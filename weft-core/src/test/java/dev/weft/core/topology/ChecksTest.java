package dev.weft.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What gets past the check of signatures, and what becomes of who brings what does not. */
class ChecksTest {
    private static final NodeId ALICE = id(1);
    private static final NodeId BOB = id(2);
    private static final ByteView KEY = ByteView.of(new byte[Lsa.ORIGIN_KEY_BYTES]);
    private static final long SECOND = 1_000_000_000L;

    private final Desk desk = new Desk();
    private final Recording seen = new Recording();
    private final Checks checks = new Checks(desk, seen);

    private static NodeId id(long number) {
        return new NodeId(number, 0x8000000000000001L);
    }

    /** An advertisement whose signature begins with 1 where it is genuine. */
    private static Lsa lsa(long origin, long sequence, int mark) {
        byte[] signature = new byte[Lsa.SIGNATURE_BYTES];
        signature[0] = (byte) mark;
        return Lsa.originate(
                "lab",
                new LsaKey(id(origin), LsaKind.NODE),
                new LsaVersion(1, sequence),
                ByteView.utf8("word " + sequence),
                KEY,
                statement -> ByteView.of(signature));
    }

    private static Flood flood(Lsa... all) {
        List<Flood.Item> items = new ArrayList<>();
        for (Lsa lsa : all) {
            items.add(new Flood.Item(5, lsa));
        }
        return new Flood(items);
    }

    /** Judges when it is told to. */
    private static final class Desk implements Signatory {
        final ArrayDeque<Checked> done = new ArrayDeque<>();
        int asked;

        @Override
        public Demand demand() {
            return Demand.SIGNATURES;
        }

        @Override
        public ByteView publicKey() {
            return KEY;
        }

        @Override
        public ByteView sign(ByteView statement) {
            return ByteView.of(new byte[Lsa.SIGNATURE_BYTES]);
        }

        @Override
        public Verdict check(long task, Lsa lsa) {
            asked++;
            if (lsa.key().origin().equals(id(666))) {
                return Verdict.FORGED;
            }
            done.add(new Checked(task, lsa.signature().at(0) == 1 ? Verdict.GENUINE : Verdict.FORGED));
            return Verdict.LATER;
        }

        List<Checked> take(int count) {
            List<Checked> taken = new ArrayList<>();
            while (taken.size() < count && !done.isEmpty()) {
                taken.add(done.remove());
            }
            return taken;
        }
    }

    private static final class Recording implements Checks.Output {
        final TreeMap<LsaKey, LsaVersion> known = new TreeMap<>();
        final List<String> admitted = new ArrayList<>();
        final List<NodeId> accused = new ArrayList<>();
        final List<NodeId> overBudget = new ArrayList<>();
        final List<Integer> ages = new ArrayList<>();
        int acknowledged;

        @Override
        public boolean isNews(Lsa lsa) {
            LsaVersion present = known.get(lsa.key());
            return present == null || lsa.version().isNewerThan(present);
        }

        @Override
        public void admit(NodeId neighbor, Flood flood) {
            for (Flood.Item item : flood.items()) {
                known.merge(item.lsa().key(), item.lsa().version(), (a, b) -> a.isNewerThan(b) ? a : b);
                admitted.add(neighbor.high() + ":" + item.lsa().key().origin().high() + "/"
                        + item.lsa().version().sequence());
                ages.add(item.ageSeconds());
            }
        }

        @Override
        public void acknowledge(NodeId neighbor, Lsa lsa) {
            acknowledged++;
        }

        @Override
        public void overBudget(NodeId neighbor, String why) {
            overBudget.add(neighbor);
        }

        @Override
        public void accuse(NodeId neighbor, String why) {
            assertThat(why).contains("in the name of node");
            accused.add(neighbor);
        }
    }

    private void checked(int count, long nowNanos) {
        checks.handleChecked(desk.take(count), nowNanos);
        checks.audit();
    }

    private long counter(String name) {
        TreeMap<String, Long> counters = new TreeMap<>();
        checks.count(counters);
        return counters.get(name);
    }

    @Test
    void whatIsNewIsHeldUntilItsSignatureHasBeenLookedAtAndGrowsOlderMeanwhile() {
        checks.handleFlood(ALICE, flood(lsa(7, 1, 1)), 0);
        assertThat(seen.admitted).isEmpty();
        checked(1, 2 * SECOND);
        assertThat(seen.admitted).containsExactly("1:7/1");
        assertThat(seen.ages).containsExactly(7);
        assertThat(counter("topology.checking")).isZero();
    }

    @Test
    void anEditionThatSeveralBringIsCheckedOnceAndEachHasBroughtIt() {
        checks.handleFlood(ALICE, flood(lsa(7, 1, 1)), 0);
        checks.handleFlood(BOB, flood(lsa(7, 1, 1)), 0);
        checks.handleFlood(BOB, flood(lsa(7, 1, 1)), 0);
        assertThat(desk.asked).isEqualTo(1);
        checked(1, 0);
        assertThat(seen.admitted).containsExactly("1:7/1", "2:7/1");
        checks.handleFlood(BOB, flood(lsa(7, 1, 1)), 0);
        assertThat(desk.asked).isEqualTo(1);
        assertThat(seen.admitted).hasSize(3);
    }

    @Test
    void aForgedOneIsNotKeptNorDoesItKeepOutTheTrueOneAndWhoBringsItIsAccused() {
        checks.handleFlood(BOB, flood(lsa(7, 1_000_000, 2)), 0);
        checks.handleFlood(ALICE, flood(lsa(7, 3, 1)), 0);
        checked(2, 0);
        assertThat(seen.admitted).containsExactly("1:7/3");
        assertThat(seen.accused).containsExactly(BOB);
        assertThat(counter("topology.forged")).isEqualTo(1);
    }

    @Test
    void anUnsignedOneOrAnothersKeyIsRefusedAtOnceWithAllThatCameWithIt() {
        Lsa unsigned = Lsa.originate(new LsaKey(id(7), LsaKind.NODE), new LsaVersion(1, 1), ByteView.utf8("word"));
        checks.handleFlood(ALICE, flood(unsigned), 0);
        checks.handleFlood(BOB, flood(lsa(666, 1, 1)), 0);
        assertThat(seen.accused).containsExactly(ALICE, BOB);
        assertThat(seen.admitted).isEmpty();
        assertThat(desk.done).isEmpty();
    }

    @Test
    void oneNeighborThatBringsMuchDoesNotKeepAnotherWaitingAndAllOfItIsBounded() {
        int sent = Checks.UNDER_WAY_MAX + Checks.WAITING_MAX + 100;
        for (int i = 1; i <= sent; i++) {
            checks.handleFlood(ALICE, flood(lsa(1_000 + i, 1, 1)), 0);
        }
        checks.audit();
        assertThat(desk.done).hasSize(Checks.UNDER_WAY_MAX);
        assertThat(counter("topology.unchecked")).isEqualTo(100);
        assertThat(counter("topology.checking")).isEqualTo(sent - 100);
        assertThat(seen.acknowledged).isBetween(Checks.WAITING_MAX, sent - 100);
        checks.handleFlood(BOB, flood(lsa(7, 1, 1)), 0);
        checked(Checks.UNDER_WAY_MAX, 0);
        checked(2, 0);
        assertThat(seen.admitted).contains("2:7/1");
        for (int i = 0; i < 100; i++) {
            checked(Checks.UNDER_WAY_MAX, 0);
        }
        assertThat(seen.admitted).hasSize(sent - 100 + 1);
        assertThat(counter("topology.checking")).isZero();
    }

    @Test
    void aNeighborThatBringsWithoutEndIsReportedAndNotHeardAndAnotherIs() {
        checks.handleFlood(ALICE, flood(lsa(7, 1, 1)), 0);
        checked(1, 0);
        Lsa[] same = new Lsa[Flood.ITEMS_MAX];
        Arrays.fill(same, lsa(7, 1, 1));
        Flood again = flood(same);
        for (int brought = 1; brought < Checks.BROUGHT_MAX; brought += same.length) {
            checks.handleFlood(ALICE, again, 0);
        }
        assertThat(seen.overBudget).isEmpty();
        int admitted = seen.admitted.size();
        checks.handleFlood(ALICE, again, 0);
        assertThat(seen.overBudget).containsExactly(ALICE);
        assertThat(seen.admitted).hasSize(admitted);
        checks.handleFlood(BOB, again, 0);
        checks.handleFlood(ALICE, again, 10 * SECOND);
        assertThat(seen.overBudget).hasSize(1);
    }

    @Test
    void anOriginThatSpeaksWithoutEndIsHeardNowAndThenAndItsNewestWordComesThrough() {
        long newest = 0;
        for (int second = 0; second < 20; second++) {
            for (int i = 0; i < 100; i++) {
                newest++;
                checks.handleFlood(ALICE, flood(lsa(7, newest, 1)), second * SECOND);
                checked(1, second * SECOND);
            }
        }
        int heard = seen.admitted.size();
        assertThat(heard).isBetween(Checks.EDITIONS_MAX + 30, Checks.EDITIONS_MAX + 40);
        assertThat(counter("topology.held-back")).isEqualTo(newest - heard);
        assertThat(seen.acknowledged).as("what is held back comes again").isZero();
        checks.handleFlood(ALICE, flood(lsa(8, 1, 1)), 19 * SECOND);
        checked(1, 19 * SECOND);
        assertThat(seen.admitted).as("another is heard").hasSize(heard + 1);
        checks.handleFlood(ALICE, flood(lsa(7, newest, 1)), 21 * SECOND);
        checked(1, 21 * SECOND);
        assertThat(seen.known.get(new LsaKey(id(7), LsaKind.NODE)).sequence()).isEqualTo(newest);
        assertThat(seen.overBudget).isEmpty();
    }

    @Test
    void whoForgesUsesUpNothingOfWhatHisVictimMaySay() {
        for (int i = 0; i < 200; i++) {
            checks.handleFlood(BOB, flood(lsa(7, 1_000 + i, 2)), 0);
        }
        checked(200, 0);
        checks.handleFlood(ALICE, flood(lsa(7, 3, 1)), 0);
        checked(1, 0);
        assertThat(seen.admitted).containsExactly("1:7/3");
    }

    @Test
    void whatANeighborBroughtThatHasGoneIsNotLookedAtUnlessAnotherBroughtItToo() {
        for (int i = 1; i <= Checks.UNDER_WAY_MAX + 10; i++) {
            checks.handleFlood(ALICE, flood(lsa(1_000 + i, 1, 1)), 0);
        }
        checks.handleFlood(BOB, flood(lsa(1_000 + Checks.UNDER_WAY_MAX + 1, 1, 1)), 0);
        checks.handleLinkDown(ALICE);
        checks.audit();
        assertThat(counter("topology.checking")).isEqualTo(Checks.UNDER_WAY_MAX + 1);
        checked(Checks.UNDER_WAY_MAX, 0);
        checked(10, 0);
        assertThat(seen.admitted).contains("2:" + (1_000 + Checks.UNDER_WAY_MAX + 1) + "/1");
        assertThat(counter("topology.checking")).isZero();
    }

    @Test
    void whateverComesInWhateverOrderOnlyTheGenuineIsAdmittedAndTheBooksBalance() {
        for (long seed = 1; seed <= 200; seed++) {
            Desk judge = new Desk();
            Recording all = new Recording();
            Checks subject = new Checks(judge, all);
            Prng prng = new Prng(seed);
            for (int step = 0; step < 400; step++) {
                NodeId neighbor = id(1 + prng.below(4));
                switch (prng.below(5)) {
                    case 0 -> subject.handleLinkDown(neighbor);
                    case 1 -> subject.handleChecked(judge.take(prng.below(8)), step);
                    default ->
                        subject.handleFlood(
                                neighbor,
                                flood(
                                        lsa(10 + prng.below(5), 1 + prng.below(50), 1 + prng.below(2)),
                                        lsa(10 + prng.below(600), 1, 1)),
                                step);
                }
                subject.audit();
            }
            while (!judge.done.isEmpty()) {
                subject.handleChecked(judge.take(64), 1_000);
                subject.audit();
            }
            TreeMap<String, Long> counters = new TreeMap<>();
            subject.count(counters);
            assertThat(counters.get("topology.checking")).as("seed %d", seed).isZero();
        }
    }
}
