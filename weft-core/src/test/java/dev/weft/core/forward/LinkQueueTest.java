package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.forward.LinkQueue.Taken;
import dev.weft.core.forward.LinkQueue.Urgency;
import dev.weft.core.wire.EncodedFrame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkQueueTest {
    private static EncodedFrame frame(String text) {
        return EncodedFrame.of(ByteView.utf8(text));
    }

    private static @Nullable String polled(LinkQueue queue) {
        EncodedFrame frame = queue.poll(0);
        return frame == null ? null : frame.whole().utf8();
    }

    @Test
    void heartbeatsAndControlGoBeforeWhateverDataWaits() {
        LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
        queue.offer(Urgency.DATA_3, frame("data 1"), 0);
        queue.offer(Urgency.DATA_3, frame("data 2"), 0);
        queue.offer(Urgency.CONTROL, frame("control"), 0);
        queue.offer(Urgency.LINK, frame("heartbeat"), 0);
        assertThat(polled(queue)).isEqualTo("heartbeat");
        assertThat(polled(queue)).isEqualTo("control");
        assertThat(polled(queue)).isEqualTo("data 1");
        assertThat(polled(queue)).isEqualTo("data 2");
        assertThat(queue.poll(0)).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void eachClassHasItsOwnBoundsInFramesAndBytes() {
        LinkQueue queue = new LinkQueue(new LinkQueue.Bounds(3, 64 << 10));
        for (int i = 0; i < 3; i++) {
            assertThat(queue.offer(Urgency.DATA_3, frame("x"), 0)).isEqualTo(Taken.QUEUED);
        }
        assertThat(queue.offer(Urgency.DATA_3, frame("x"), 0)).isEqualTo(Taken.FULL);
        assertThat(queue.offer(Urgency.LINK, frame("x"), 0)).isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(Urgency.CONTROL, EncodedFrame.of(ByteView.of(new byte[64 << 10])), 0))
                .isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(Urgency.CONTROL, frame("x"), 0)).isEqualTo(Taken.FULL);
        assertThat(queue.frames()).isEqualTo(5);
        assertThat(queue.bytes()).isEqualTo(4 + (64 << 10));
        while (queue.poll(0) != null) {}
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void aClassThatWasSilentGoesNextWhateverTheOthersHaveQueued() {
        LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
        for (int i = 0; i < 200; i++) {
            queue.offer(Urgency.data(i % 7), fragment(i % 7), 0);
        }
        for (int i = 0; i < 100; i++) {
            queue.poll(0);
        }
        EncodedFrame last = fragment(7);
        queue.offer(Urgency.data(7), last, 0);
        assertThat(queue.poll(0)).isSameAs(last);
    }

    @Test
    void busyPrioritiesShareALinkByWeightAndNoneStarves() {
        LinkQueue queue = new LinkQueue(new LinkQueue.Bounds(100_000, 1 << 30));
        for (int priority = 0; priority < 8; priority++) {
            for (int i = 0; i < 4_000; i++) {
                queue.offer(Urgency.data(priority), fragment(priority), 0);
            }
        }
        int[] sent = new int[8];
        for (int i = 0; i < 8_000; i++) {
            EncodedFrame frame = queue.poll(0);
            sent[frame == null ? 0 : frame.whole().at(0)]++;
        }
        assertThat(sent[0]).isPositive();
        for (int priority = 1; priority < 8; priority++) {
            assertThat(100.0 * sent[priority] / sent[priority - 1])
                    .as("priority %d against the one below", priority)
                    .isBetween(135.0, 165.0);
        }
    }

    @Test
    void aFloodOfOnePriorityLeavesRoomForAnother() {
        LinkQueue queue = new LinkQueue(new LinkQueue.Bounds(1_000, 1 << 20));
        while (queue.offer(Urgency.data(0), fragment(0), 0) == Taken.QUEUED) {}
        assertThat(queue.offer(Urgency.data(5), fragment(5), 0)).isEqualTo(Taken.QUEUED);
        while (queue.offer(Urgency.data(5), fragment(5), 0) == Taken.QUEUED) {}
        assertThat(queue.bytes()).isLessThanOrEqualTo((1 << 20) + (1 << 20) / 16);
    }

    @Test
    void dataThatStandsIsCongestionAndDataThatPassesIsNot() {
        LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
        for (int i = 0; i < 8; i++) {
            queue.offer(Urgency.data(3), fragment(3), 0);
        }
        assertThat(marksAt(queue, 3, LinkQueue.BORNE_NANOS)).isZero();
        assertThat(marksAt(queue, 3, (LinkQueue.BORNE_NANOS + LinkQueue.ALL_MARKED_NANOS) / 2))
                .as("of a thousand, half")
                .isBetween(450, 550);
        assertThat(marksAt(queue, 3, LinkQueue.ALL_MARKED_NANOS)).isEqualTo(1_000);
        assertThat(marksAt(queue, 7, LinkQueue.ALL_MARKED_NANOS)).isZero();
        while (queue.poll(LinkQueue.BORNE_NANOS) != null) {}
        assertThat(marksAt(queue, 3, 2 * LinkQueue.ALL_MARKED_NANOS)).isZero();
    }

    private static int marksAt(LinkQueue queue, int priority, long nanos) {
        int marks = 0;
        for (int i = 0; i < 1_000; i++) {
            marks += queue.isToMark(Urgency.data(priority), nanos) ? 1 : 0;
        }
        return marks;
    }

    private static EncodedFrame fragment(int priority) {
        byte[] bytes = new byte[16 << 10];
        bytes[0] = (byte) priority;
        return EncodedFrame.of(ByteView.of(bytes));
    }
}
