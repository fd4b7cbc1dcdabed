package dev.weft.sim;

import dev.weft.core.base.Check;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What happens next: events in order of time, and of scheduling where times are equal. */
final class EventHeap {
    /** Something that happens at a moment of virtual time. */
    interface Event {
        void happen(long nowNanos);
    }

    private record Scheduled(long atNanos, long number, Event event) {}

    private static final Comparator<Scheduled> FIRST =
            Comparator.comparingLong(Scheduled::atNanos).thenComparingLong(Scheduled::number);

    private final PriorityQueue<Scheduled> heap = new PriorityQueue<>(FIRST);
    private long scheduledCount;
    private long happenedCount;
    private long nowNanos;

    long nowNanos() {
        return nowNanos;
    }

    long happenedCount() {
        return happenedCount;
    }

    void at(long atNanos, Event event) {
        heap.add(new Scheduled(Math.max(atNanos, nowNanos), scheduledCount++, event));
    }

    void after(long delayNanos, Event event) {
        at(nowNanos + delayNanos, event);
    }

    /** Lets the next event happen if it is due by then; the clock stands at the limit when none is. */
    boolean step(long untilNanos) {
        Scheduled next = heap.peek();
        if (next == null || next.atNanos > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        heap.remove();
        Check.that(next.atNanos >= nowNanos, "time runs backwards");
        nowNanos = next.atNanos;
        happenedCount++;
        next.event.happen(nowNanos);
        return true;
    }
}
