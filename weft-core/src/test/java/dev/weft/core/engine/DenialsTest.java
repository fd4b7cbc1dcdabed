package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Right;
import org.junit.jupiter.api.Test;

final class DenialsTest {
    private static final NodeId NODE = new NodeId(1, 1);

    private final Denials denials = new Denials();

    @Test
    void theFirstIsToldAndThenOneInTenSeconds() {
        assertThat(denials.isNews(NODE, Right.SEND, 0)).isTrue();
        assertThat(denials.isNews(NODE, Right.SEND, Denials.QUIET_NANOS - 1)).isFalse();
        assertThat(denials.isNews(NODE, Right.JOIN, 1)).isTrue();
        assertThat(denials.isNews(new NodeId(2, 2), Right.SEND, 1)).isTrue();
        assertThat(denials.isNews(NODE, Right.SEND, Denials.QUIET_NANOS)).isTrue();
        assertThat(denials.isNews(NODE, Right.SEND, Denials.QUIET_NANOS + 1)).isFalse();
    }

    @Test
    void whoIsRememberedIsBoundedAndTheLatestAreKept() {
        for (int i = 0; i < 10 * Denials.KEPT_MAX; i++) {
            assertThat(denials.isNews(new NodeId(i, i), Right.SEND, i)).isTrue();
        }
        long now = 10L * Denials.KEPT_MAX;
        assertThat(denials.isNews(new NodeId(now - 1, now - 1), Right.SEND, now))
                .isFalse();
        assertThat(denials.isNews(new NodeId(0, 0), Right.SEND, now)).isTrue();
    }
}
