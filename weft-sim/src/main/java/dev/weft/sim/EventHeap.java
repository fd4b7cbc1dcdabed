package dev.weft.sim;

import dev.weft.core.base.Check;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What happens next: events in order of time, and of scheduling where times are equal. A heap with four children to a
 * node, on arrays: no object per event but the event itself.
 */
final class EventHeap {
    /** Something that happens at a moment of virtual time. */
    interface Event {
        void happen(long nowNanos);
    }

    private static final int CHILDREN = 4;

    private long[] atNanos = new long[1_024];
    private long[] numbers = new long[1_024];
    private @Nullable Event[] events = new @Nullable Event[1_024];
    private int size;
    private long scheduledCount;
    private long happenedCount;
    private long nowNanos;

    long nowNanos() {
        return nowNanos;
    }

    long happenedCount() {
        return happenedCount;
    }

    void at(long wantedNanos, Event event) {
        if (size == events.length) {
            atNanos = Arrays.copyOf(atNanos, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            events = Arrays.copyOf(events, 2 * size);
        }
        long at = Math.max(wantedNanos, nowNanos);
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
        put(place, at, scheduledCount++, event);
    }

    void after(long delayNanos, Event event) {
        at(nowNanos + delayNanos, event);
    }

    /** Lets the next event happen if it is due by then; the clock stands at the limit when none is. */
    boolean step(long untilNanos) {
        if (size == 0 || atNanos[0] > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        Event next = events[0];
        Check.that(atNanos[0] >= nowNanos, "time runs backwards");
        nowNanos = atNanos[0];
        takeFirst();
        happenedCount++;
        if (next != null) {
            next.happen(nowNanos);
        }
        return true;
    }

    private void takeFirst() {
        int last = --size;
        long at = atNanos[last];
        long number = numbers[last];
        Event event = events[last];
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
        put(place, at, number, event);
    }

    private boolean isBefore(long at, long number, int other) {
        return at != atNanos[other] ? at < atNanos[other] : number < numbers[other];
    }

    private void move(int from, int to) {
        put(to, atNanos[from], numbers[from], events[from]);
    }

    private void put(int place, long at, long number, @Nullable Event event) {
        atNanos[place] = at;
        numbers[place] = number;
        events[place] = event;
    }
}
