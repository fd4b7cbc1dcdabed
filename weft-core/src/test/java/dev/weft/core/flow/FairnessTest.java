package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.wire.EncodedFrame;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy flows of different distance through one link: real windows, a real queue, a clock of their own. */
class FairnessTest {
    private static final int SEGMENT = 16 << 10;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private record Event(long atNanos, long order, Runnable task) {}

    /** One link that sends so many segments a second, and whoever wants to use it. */
    private static final class Bottleneck {
        private final PriorityQueue<Event> events = new PriorityQueue<>(
                (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
        private final LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
        private final java.util.ArrayDeque<Sent> waiting = new java.util.ArrayDeque<>();
        private final EncodedFrame segment = EncodedFrame.of(ByteView.of(new byte[SEGMENT]));
        private final long segmentNanos;
        private long order;
        private long now;
        private boolean busy;
        private long deepestBytes;

        private Bottleneck(long megabitsPerSecond) {
            segmentNanos = SEGMENT * 8L * 1_000 / megabitsPerSecond;
        }

        private void after(long nanos, Runnable task) {
            events.add(new Event(now + nanos, order++, task));
        }

        private void run(long untilNanos) {
            for (Event next = events.peek(); next != null && next.atNanos <= untilNanos; next = events.peek()) {
                events.remove();
                now = next.atNanos;
                next.task.run();
            }
            now = untilNanos;
        }

        private void send(Greedy flow, long sequence) {
            boolean marked = queue.isToMark(LinkQueue.Urgency.data(3), now);
            if (queue.offer(LinkQueue.Urgency.data(3), segment, now) == LinkQueue.Taken.FULL) {
                flow.refused();
                return;
            }
            deepestBytes = Math.max(deepestBytes, queue.bytes());
            waiting.add(new Sent(flow, sequence, marked, now));
            serve();
        }

        private void serve() {
            if (!busy && queue.poll(now) != null) {
                busy = true;
                Sent sent = waiting.remove();
                after(segmentNanos, () -> {
                    busy = false;
                    after(sent.flow.roundTripNanos, () -> sent.flow.acknowledged(sent));
                    serve();
                });
            }
        }
    }

    private record Sent(Greedy flow, long sequence, boolean marked, long atNanos) {}

    /** A flow that always has more to send. */
    private static final class Greedy {
        private final Bottleneck link;
        private final long roundTripNanos;
        private final CongestionWindow window = new CongestionWindow(SEGMENT, 16 << 20);
        private long next;
        private long underWay;
        private long settled;
        private long measured;

        private Greedy(Bottleneck link, long roundTripNanos) {
            this.link = link;
            this.roundTripNanos = roundTripNanos;
        }

        private void pump() {
            while (underWay * SEGMENT < window.bytes()) {
                underWay++;
                link.send(this, next++);
            }
        }

        private void refused() {
            underWay--;
            window.handleRefused();
            link.after(roundTripNanos, this::pump);
        }

        private void acknowledged(Sent sent) {
            underWay--;
            settled++;
            window.handleSettled(
                    1,
                    SEGMENT,
                    sent.marked ? 1 : 0,
                    sent.sequence,
                    next,
                    link.now - sent.atNanos,
                    CongestionWindow.Use.FULL,
                    link.now);
            pump();
        }
    }

    private static double jain(Greedy[] flows) {
        double sum = 0;
        double squares = 0;
        for (Greedy flow : flows) {
            double rate = flow.settled - flow.measured;
            sum += rate;
            squares += rate * rate;
        }
        return sum * sum / (flows.length * squares);
    }

    /** The index of Jain, Chiu and Hawe (1984): 1 where all shares are equal, 1/n where one flow has all. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 16, 32, 64})
    void flowsOfDifferentRoundTripsShareALinkFairlyAndUseIt(int count) {
        Bottleneck link = new Bottleneck(1_000);
        Prng prng = new Prng(count);
        Greedy[] flows = new Greedy[count];
        for (int i = 0; i < count; i++) {
            Greedy flow = new Greedy(link, prng.between(MILLI / 2, 50 * MILLI));
            flows[i] = flow;
            link.after(prng.below((int) SECOND), flow::pump);
        }
        link.run(20 * SECOND);
        long before = 0;
        for (Greedy flow : flows) {
            flow.measured = flow.settled;
            before += flow.settled;
        }
        link.run(80 * SECOND);
        long after = 0;
        for (Greedy flow : flows) {
            after += flow.settled;
        }
        double used = (after - before) * (double) link.segmentNanos / (60.0 * SECOND);
        assertThat(jain(flows))
                .as("Jain's index, %d flows, link used %.2f", count, used)
                .isGreaterThanOrEqualTo(0.9);
        assertThat(used).as("share of the link in use").isGreaterThan(0.8);
    }

    @Test
    void aStandingQueueStaysShortOfItsBound() {
        Bottleneck link = new Bottleneck(1_000);
        for (int i = 0; i < 8; i++) {
            new Greedy(link, 2 * MILLI).pump();
        }
        link.run(10 * SECOND);
        link.deepestBytes = 0;
        link.run(20 * SECOND);
        assertThat(link.deepestBytes).isLessThan(4 << 20);
    }
}
