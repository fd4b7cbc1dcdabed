package dev.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.wire.CloseReason;
import org.junit.jupiter.api.Test;

final class ShutOutTest {
    private static final long SECOND = LinkLab.SECOND;
    private static final NodeId NODE = new NodeId(1, 2);

    private final ShutOut shutOut = new ShutOut();

    private boolean isOut(long nowSeconds) {
        return shutOut.refuse(NODE, nowSeconds * SECOND).isPresent();
    }

    private void offend(long nowSeconds) {
        shutOut.handleOffence(NODE, "MALFORMED: node id", nowSeconds * SECOND);
    }

    @Test
    void theFirstTimeIsHalfAMinuteAndEachFurtherTimeTwiceAsLongUpToTenMinutes() {
        long now = 0;
        for (long seconds : new long[] {30, 60, 120, 240, 480, 600, 600}) {
            offend(now);
            assertThat(isOut(now + seconds - 1)).isTrue();
            assertThat(isOut(now + seconds)).isFalse();
            now += seconds;
        }
        assertThat(shutOut.count()).isEqualTo(7);
    }

    @Test
    void tenMinutesOfGoodConductMakeAllGoodAgain() {
        offend(0);
        offend(30);
        assertThat(isOut(89)).isTrue();
        offend(90 + 600);
        assertThat(isOut(90 + 629)).isTrue();
        assertThat(isOut(90 + 630)).isFalse();
    }

    @Test
    void theRefusalSaysForHowLongAndWhatFor() {
        offend(0);
        assertThat(shutOut.refuse(NODE, 10 * SECOND).orElseThrow())
                .hasToString("SHUT_OUT: node " + NODE.brief() + " is shut out for 20 s more: MALFORMED: node id");
        assertThat(shutOut.refuse(new NodeId(1, 3), 10 * SECOND)).isEmpty();
    }

    @Test
    void onlyWhatABrokenPeerDoesIsAnOffence() {
        assertThat(ShutOut.isOffence(CloseReason.MALFORMED, Link.Side.OURS)).isTrue();
        assertThat(ShutOut.isOffence(CloseReason.PROTOCOL_VIOLATION, Link.Side.OURS))
                .isTrue();
        assertThat(ShutOut.isOffence(CloseReason.MALFORMED, Link.Side.THEIRS)).isFalse();
        assertThat(ShutOut.isOffence(CloseReason.NOT_A_MEMBER, Link.Side.OURS)).isFalse();
        assertThat(ShutOut.isOffence(CloseReason.SILENT, Link.Side.OURS)).isFalse();
    }

    @Test
    void whoIsRememberedIsBounded() {
        offend(0);
        for (int i = 0; i < ShutOut.NODES_MAX; i++) {
            shutOut.handleOffence(new NodeId(9, i), "noise", SECOND);
        }
        // The one that would have been free first makes room.
        assertThat(isOut(2)).isFalse();
        assertThat(shutOut.refuse(new NodeId(9, 0), 2 * SECOND)).isPresent();
    }
}
