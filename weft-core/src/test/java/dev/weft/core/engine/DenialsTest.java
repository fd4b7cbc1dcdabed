package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Right;
import dev.weft.core.link.Link;
import org.junit.jupiter.api.Test;

final class DenialsTest {
    private static final NodeId NODE = new NodeId(1, 1);

    private final Denials denials = new Denials();

    @Test
    void theFirstIsToldAndThenOneInTenSeconds() {
        assertThat(denials.byThisNode(NODE, Right.SEND, "x", 0)).isPresent();
        assertThat(denials.byThisNode(NODE, Right.SEND, "x", Denials.QUIET_NANOS - 1))
                .isEmpty();
        assertThat(denials.byThisNode(NODE, Right.JOIN, "x", 1)).isPresent();
        assertThat(denials.byThisNode(new NodeId(2, 2), Right.SEND, "x", 1)).isPresent();
        assertThat(denials.byThisNode(NODE, Right.SEND, "x", Denials.QUIET_NANOS))
                .isPresent();
        assertThat(denials.byThisNode(NODE, Right.SEND, "x", Denials.QUIET_NANOS + 1))
                .isEmpty();
    }

    @Test
    void whoIsRememberedIsBoundedAndTheLatestAreKept() {
        for (int i = 0; i < 10 * Denials.KEPT_MAX; i++) {
            assertThat(denials.byThisNode(new NodeId(i, i), Right.SEND, "x", i)).isPresent();
        }
        long now = 10L * Denials.KEPT_MAX;
        assertThat(denials.byThisNode(new NodeId(now - 1, now - 1), Right.SEND, "x", now))
                .isEmpty();
        assertThat(denials.byThisNode(new NodeId(0, 0), Right.SEND, "x", now)).isPresent();
    }

    @Test
    void whatOthersRefuseThisNodeIsToldBesideAndTheLatestAreKept() {
        assertThat(denials.byThisNode(NODE, Right.SEND, "orders", 0)).isPresent();
        assertThat(denials.byOtherNode(NODE, "send to 'orders'", 1)).isPresent();
        assertThat(denials.byOtherNode(NODE, "send to 'orders'", 2)).isEmpty();
        assertThat(denials.latest()).extracting(Denial::side).containsExactly(Link.Side.OURS, Link.Side.THEIRS);
        assertThat(denials.latest().get(1).text()).contains("this node has no right to send to 'orders'");
        for (int i = 0; i < 2 * Denials.LATEST_MAX; i++) {
            denials.byThisNode(new NodeId(9, i), Right.SEND, "orders", i);
        }
        assertThat(denials.latest()).hasSize(Denials.LATEST_MAX);
    }
}
