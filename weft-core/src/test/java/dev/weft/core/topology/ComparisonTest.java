package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.edition;
import static dev.weft.core.topology.FloodingLab.lsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How two databases find out in what they differ. */
class ComparisonTest {
    private static NodeId node(long number) {
        return new NodeId(Prng.mix(number), number);
    }

    /** One end. */
    private static final class End {
        private final Lsdb lsdb = new Lsdb(TopologyConfig.DEFAULT);
        private final Comparison comparison = new Comparison(lsdb);
        private final TreeSet<LsaKey> missingThere = new TreeSet<>();
        private final TreeSet<LsaKey> missingHere = new TreeSet<>();

        private void has(long number, long sequence) {
            lsdb.offer(edition(lsa(node(number), 1, sequence, "n")), 0, 0, any -> true);
        }

        private void hear(Digest digest) {
            comparison.compare(digest, new Comparison.Findings() {
                @Override
                public void missingThere(Entry entry) {
                    assertThat(missingThere.add(entry.key)).isTrue();
                }

                @Override
                public void missingHere(LsaHeading heading) {
                    assertThat(missingHere.add(heading.key())).isTrue();
                }
            });
        }

        private TreeMap<LsaKey, LsaVersion> versions() {
            TreeMap<LsaKey, LsaVersion> versions = new TreeMap<>();
            lsdb.headings().forEach(heading -> versions.put(heading.key(), heading.version()));
            return versions;
        }

        /** What the other lacks or has an older edition of, found the plain way. */
        private TreeSet<LsaKey> newerThan(End other) {
            TreeSet<LsaKey> newer = new TreeSet<>();
            TreeMap<LsaKey, LsaVersion> theirs = other.versions();
            versions().forEach((key, version) -> {
                LsaVersion known = theirs.get(key);
                if (known == null || version.isNewerThan(known)) {
                    newer.add(key);
                }
            });
            return newer;
        }
    }

    private static Digest carried(Digest digest) {
        try {
            WireReader in = new WireReader(digest.encode());
            assertThat(FrameType.decode(in)).isEqualTo(FrameType.DIGEST);
            return Digest.decode(in);
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void allThatDiffersIsFoundAtOneEndOnceAndNothingElse() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            End one = new End();
            End other = new End();
            int nodes = (int) prng.between(0, prng.chance(500_000) ? 1_500 : 100);
            int differing = (int) prng.between(0, 300_000);
            for (int i = 0; i < nodes; i++) {
                one.has(i, prng.chance(differing) ? 2 : 1);
                if (!prng.chance(differing / 2)) {
                    other.has(i, prng.chance(differing) ? 2 : 1);
                }
            }
            List<Digest> listed = new ArrayList<>();
            for (Digest digest : one.comparison.opening()) {
                Digest opening = carried(digest);
                if (opening.isOfRanges()) {
                    listed.addAll(other.comparison.answer(opening));
                    listed.forEach(answer -> one.hear(carried(answer)));
                    assertThat(one.missingThere).as("seed %d", seed).isEqualTo(one.newerThan(other));
                    assertThat(one.missingHere).as("seed %d", seed).isEqualTo(other.newerThan(one));
                } else {
                    other.hear(opening);
                }
            }
            if (!one.comparison.isByRanges()) {
                assertThat(other.missingThere).as("seed %d", seed).isEqualTo(other.newerThan(one));
                assertThat(other.missingHere).as("seed %d", seed).isEqualTo(one.newerThan(other));
            }
        }
    }

    @Test
    void oneDifferenceAmongThousandsIsListedWithItsRangeAlone() {
        End one = new End();
        End other = new End();
        for (int i = 0; i < 3_000; i++) {
            one.has(i, 1);
            other.has(i, i == 1_234 ? 2 : 1);
        }
        List<Digest> answer = other.comparison.answer(one.comparison.opening().get(0));
        assertThat(answer).hasSize(1);
        assertThat(answer.get(0).headings().size()).isLessThan(40);
        answer.forEach(one::hear);
        assertThat(one.missingHere).extracting(LsaKey::origin).containsExactly(node(1_234));
        assertThat(one.missingThere).isEmpty();
    }

    @Test
    void equalDatabasesHaveNothingToAnswer() {
        End one = new End();
        End other = new End();
        for (int i = 0; i < 1_000; i++) {
            one.has(i, 1);
            other.has(999 - i, 1);
        }
        assertThat(other.comparison.answer(one.comparison.opening().get(0))).isEmpty();
    }

    /** What it says of itself is that nothing lies in its range. */
    @Test
    void whoDoesNotKnowOfHashesReadsThatThereIsNothingToCompare() {
        Digest opening = Digest.ofRanges(new long[Digest.RANGES]);
        End reader = new End();
        reader.has(1, 1);
        reader.hear(new Digest(opening.after(), opening.upTo(), opening.headings(), ByteView.EMPTY));
        assertThat(reader.missingThere).isEmpty();
    }

    @Test
    void everyIdLiesInTheRangeThatItIsCountedTo() {
        for (long i = 0; i < 1_000; i++) {
            LsaKey key = new LsaKey(node(i), LsaKind.SEAL);
            int range = Digest.rangeOf(key.origin());
            assertThat(key).isLessThanOrEqualTo(Digest.endOf(range));
            if (range > 0) {
                assertThat(key).isGreaterThan(Digest.endOf(range - 1));
            }
        }
    }
}
