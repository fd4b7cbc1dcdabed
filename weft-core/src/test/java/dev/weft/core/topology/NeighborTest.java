package dev.weft.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import org.junit.jupiter.api.Test;

/** When a neighbor is spoken to. */
class NeighborTest {
    private static final long MILLI = 1_000_000L;
    private static final NodeId NODE = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final Lsa LSA =
            Lsa.originate(new LsaKey(NODE, LsaKind.ADJACENCY), new LsaVersion(1, 1), ByteView.utf8("links"));

    private final Neighbor neighbor = new Neighbor(NODE, 0, 0, 0, 1_000_000_000L);

    @Test
    void itIsNotSpokenToWhereThereIsNothingToSay() {
        assertThat(neighbor.speakNanos(10 * MILLI)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void theFirstNewsGoAtOnceAndTheNextAfterTheSpacing() {
        neighbor.want(new LsaHeading(LSA.key(), LSA.version()));
        assertThat(neighbor.speakNanos(10 * MILLI)).isLessThanOrEqualTo(0);
        neighbor.takeWants();
        neighbor.spoken(10 * MILLI, 100 * MILLI);
        neighbor.want(new LsaHeading(LSA.key(), LSA.version()));
        assertThat(neighbor.speakNanos(10 * MILLI)).isBetween(110 * MILLI, 115 * MILLI);
    }

    @Test
    void framesAreAcknowledgedTogetherLongBeforeTheyWouldBeSentAgain() {
        neighbor.oweFrame(1, 1_000 * MILLI);
        neighbor.oweFrame(2, 1_200 * MILLI);
        assertThat(neighbor.speakNanos(10 * MILLI)).isBetween(1_250 * MILLI, 1_255 * MILLI);
        assertThat(neighbor.takeFrames()).containsExactly(1L, 2L);
        assertThat(neighbor.speakNanos(10 * MILLI)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void anAnnouncementDoesNotWaitForTheAcknowledgementOfFrames() {
        neighbor.oweFrame(1, 1_000 * MILLI);
        neighbor.owe(LSA, 1_050 * MILLI);
        assertThat(neighbor.speakNanos(10 * MILLI)).isBetween(1_150 * MILLI, 1_155 * MILLI);
    }

    @Test
    void anAnnouncementAloneWaitsForNewsToGoWith() {
        neighbor.owe(LSA, 1_000 * MILLI);
        assertThat(neighbor.speakNanos(10 * MILLI)).isBetween(1_100 * MILLI, 1_105 * MILLI);
        neighbor.want(new LsaHeading(LSA.key(), LSA.version()));
        assertThat(neighbor.speakNanos(10 * MILLI)).isLessThanOrEqualTo(1_000 * MILLI);
    }

    @Test
    void allNeighborsAreSpokenToOnTheSameBeat() {
        for (long seed = 1; seed <= 500; seed++) {
            Prng prng = new Prng(seed);
            long spacing = prng.between(MILLI, 300 * MILLI);
            long now = prng.below(1_000_000) * MILLI;
            Neighbor one = new Neighbor(NODE, 0, 0, 0, 1_000_000_000L);
            one.spoken(spacing, now);
            one.want(new LsaHeading(LSA.key(), LSA.version()));
            long at = one.speakNanos(spacing);
            assertThat(at % (spacing / 2)).as("seed %d", seed).isZero();
            assertThat(at - now).as("seed %d", seed).isBetween(spacing, spacing + spacing / 2);
        }
    }
}
