package dev.weft.sim;

import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens next: events in order of time, and of scheduling where times are equal. A heap with four children to a
 * node, on arrays: no object per event but the event itself. Where time goes in ticks, what nodes will do soon stands
 * in a {@link TickWheel} beside it.
 */
final class EventHeap {
    /** Something that happens at a moment of virtual time. */
    interface Event {
        void happen(long nowNanos);
    }

    private static final int CHILDREN = 4;

    /** Nearly all that nodes wait for is due within four seconds of them. */
    private static final int WHEEL_TICKS = 4_096;

    /** What happens to one node happens at multiples of this. */
    private final long tickNanos;

    private long[] atNanos = new long[1_024];
    private long[] numbers = new long[1_024];
    private @Nullable Event[] events = new @Nullable Event[1_024];
    /** The node to which each happens, and to it alone; none where it is the world's. */
    private @Nullable Timeline[] owners = new @Nullable Timeline[1_024];

    private int size;
    private final TickWheel wheel;
    private long scheduledCount;
    private long happenedCount;
    private long nowNanos;
    /** Before this, nothing can be scheduled any more. */
    private long closedNanos;

    /** @param tickNanos 1 where time does not go in ticks */
    EventHeap(long tickNanos) {
        this.tickNanos = tickNanos;
        this.wheel = new TickWheel(tickNanos, tickNanos > 1 ? WHEEL_TICKS : 1);
    }

    long tickNanos() {
        return tickNanos;
    }

    /** When what is due then happens to a node: at the next tick. */
    long tickAt(long dueNanos) {
        return (dueNanos + tickNanos - 1) / tickNanos * tickNanos;
    }

    long nowNanos() {
        return nowNanos;
    }

    long happenedCount() {
        return happenedCount;
    }

    /** Something that happens to more than one node, or to none. */
    void at(long wantedNanos, Event event) {
        at(wantedNanos, null, event);
    }

    void after(long delayNanos, Event event) {
        at(nowNanos + delayNanos, event);
    }

    /** Something that happens to one node alone. */
    void at(long wantedNanos, @Nullable Timeline owner, Event event) {
        long soonest = Math.max(wantedNanos, Math.max(nowNanos, closedNanos));
        long at = owner == null ? soonest : tickAt(soonest);
        long number = scheduledCount++;
        if (owner != null && tickNanos > 1 && wheel.reaches(at)) {
            wheel.add(at, number, owner, event);
        } else {
            push(at, number, owner, event);
        }
    }

    private void push(long at, long number, @Nullable Timeline owner, Event event) {
        if (size == events.length) {
            atNanos = Arrays.copyOf(atNanos, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            events = Arrays.copyOf(events, 2 * size);
            owners = Arrays.copyOf(owners, 2 * size);
        }
        // The number is the highest so far, so only time decides how far it rises.
        int place = size++;
        while (place > 0) {
            int parent = (place - 1) / CHILDREN;
            if (atNanos[parent] <= at) {
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, at, number, owner, event);
    }

    /** Lets the next event happen if it is due by then; the clock stands at the limit when none is. */
    boolean step(long untilNanos) {
        long at = nextNanos();
        if (at == Long.MAX_VALUE || at > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        Check.that(at >= nowNanos, "time runs backwards");
        nowNanos = at;
        happenedCount++;
        removeNext().happen(nowNanos);
        return true;
    }

    // ------------------------------------------------------------------ windows

    /** When the next event is due; never where there is none. */
    long nextNanos() {
        long heap = size == 0 ? Long.MAX_VALUE : atNanos[0];
        return Math.min(heap, wheel.nextNanos());
    }

    boolean isNextOfOneNode() {
        return isNextInWheel() || size > 0 && owners[0] != null;
    }

    private boolean isNextInWheel() {
        return !wheel.isEmpty() && (size == 0 || !isBefore(wheel));
    }

    /** Whether the first of the heap comes before the first of the wheel. */
    private boolean isBefore(TickWheel other) {
        return atNanos[0] != other.nextNanos() ? atNanos[0] < other.nextNanos() : numbers[0] < other.nextNumber();
    }

    /** Whether no other event is due before that. */
    boolean isNextAlone(long beforeNanos) {
        if (isNextInWheel()) {
            return !wheel.hasAnotherBefore(beforeNanos) && (size == 0 || atNanos[0] >= beforeNanos);
        }
        if (wheel.nextNanos() < beforeNanos) {
            return false;
        }
        for (int child = Math.min(CHILDREN, size - 1); child > 0; child--) {
            if (atNanos[child] < beforeNanos) {
                return false;
            }
        }
        return true;
    }

    /** Leaves the next event to the node whose it is, which comes among {@code others} unless it has been given some before. */
    void moveNext(List<Timeline> others) {
        long at = nextNanos();
        Timeline owner = isNextInWheel() ? wheel.nextOwner() : owners[0];
        if (owner == null) {
            throw new InvariantError("the next event is not of one node");
        }
        if (owner.isIdle()) {
            others.add(owner);
        }
        owner.take(at, removeNext());
    }

    private Event removeNext() {
        if (isNextInWheel()) {
            return wheel.removeNext();
        }
        Event next = events[0];
        if (next == null) {
            throw new InvariantError("nothing is due");
        }
        takeFirst();
        return next;
    }

    /** So many events have happened elsewhere. */
    void haveHappened(int count) {
        happenedCount += count;
    }

    /** What is scheduled from here on is due then at the soonest. */
    void closeUntil(long endNanos) {
        closedNanos = endNanos;
    }

    /** The clock shows a moment of the last window. */
    void recall(long thenNanos) {
        nowNanos = thenNanos;
    }

    // ------------------------------------------------------------------ the heap

    private void takeFirst() {
        int last = --size;
        long at = atNanos[last];
        long number = numbers[last];
        Timeline owner = owners[last];
        Event event = events[last];
        owners[last] = null;
        events[last] = null;
        if (last == 0) {
            return;
        }
        int place = 0;
        for (int first = 1; first < size; first = CHILDREN * place + 1) {
            int least = first;
            int end = Math.min(size, first + CHILDREN);
            for (int child = first + 1; child < end; child++) {
                if (isBefore(atNanos[child], numbers[child], least)) {
                    least = child;
                }
            }
            if (isBefore(at, number, least)) {
                break;
            }
            move(least, place);
            place = least;
        }
        put(place, at, number, owner, event);
    }

    private boolean isBefore(long at, long number, int other) {
        return at != atNanos[other] ? at < atNanos[other] : number < numbers[other];
    }

    private void move(int from, int to) {
        put(to, atNanos[from], numbers[from], owners[from], events[from]);
    }

    private void put(int place, long at, long number, @Nullable Timeline owner, @Nullable Event event) {
        atNanos[place] = at;
        numbers[place] = number;
        owners[place] = owner;
        events[place] = event;
    }
}
