package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.forward.LinkQueue.Taken;
import dev.weft.core.forward.LinkQueue.Urgency;
import org.junit.jupiter.api.Test;

class LinkQueueTest {
    private static ByteView frame(String text) {
        return ByteView.utf8(text);
    }

    @Test
    void heartbeatsAndControlGoBeforeWhateverDataWaits() {
        LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
        queue.offer(Urgency.DATA, frame("data 1"));
        queue.offer(Urgency.DATA, frame("data 2"));
        queue.offer(Urgency.CONTROL, frame("control"));
        queue.offer(Urgency.LINK, frame("heartbeat"));
        assertThat(queue.poll()).isEqualTo(frame("heartbeat"));
        assertThat(queue.poll()).isEqualTo(frame("control"));
        assertThat(queue.poll()).isEqualTo(frame("data 1"));
        assertThat(queue.poll()).isEqualTo(frame("data 2"));
        assertThat(queue.poll()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void eachClassHasItsOwnBoundsInFramesAndBytes() {
        LinkQueue queue = new LinkQueue(new LinkQueue.Bounds(3, 64 << 10));
        for (int i = 0; i < 3; i++) {
            assertThat(queue.offer(Urgency.DATA, frame("x"))).isEqualTo(Taken.QUEUED);
        }
        assertThat(queue.offer(Urgency.DATA, frame("x"))).isEqualTo(Taken.FULL);
        assertThat(queue.offer(Urgency.LINK, frame("x"))).isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(Urgency.CONTROL, ByteView.of(new byte[64 << 10])))
                .isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(Urgency.CONTROL, frame("x"))).isEqualTo(Taken.FULL);
        assertThat(queue.frames()).isEqualTo(5);
        assertThat(queue.bytes()).isEqualTo(4 + (64 << 10));
        while (queue.poll() != null) {}
        assertThat(queue.bytes()).isZero();
    }
}
