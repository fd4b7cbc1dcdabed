package dev.weft.sim;

import dev.weft.core.base.InvariantError;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A few events of one {@link Timeline}, in order of time, and of adding where times are equal. */
final class Agenda {
    private long[] atNanos = new long[8];
    private EventHeap.@Nullable Event[] events = new EventHeap.@Nullable Event[8];
    private int first;
    private int end;

    boolean isEmpty() {
        return first == end;
    }

    /** When the next is due. */
    long firstNanos() {
        return atNanos[first];
    }

    void add(long wantedNanos, EventHeap.Event event) {
        if (end == events.length) {
            makeRoom();
        }
        int place = end++;
        // Nearly all come in the order of time.
        for (; place > first && atNanos[place - 1] > wantedNanos; place--) {
            atNanos[place] = atNanos[place - 1];
            events[place] = events[place - 1];
        }
        atNanos[place] = wantedNanos;
        events[place] = event;
    }

    EventHeap.Event removeFirst() {
        EventHeap.Event event = events[first];
        events[first++] = null;
        if (event == null) {
            throw new InvariantError("nothing is due");
        }
        if (first == end) {
            first = 0;
            end = 0;
        }
        return event;
    }

    void clear() {
        Arrays.fill(events, first, end, null);
        first = 0;
        end = 0;
    }

    private void makeRoom() {
        int count = end - first;
        int length = 2 * count > events.length ? 2 * events.length : events.length;
        atNanos = Arrays.copyOfRange(atNanos, first, first + length);
        events = Arrays.copyOfRange(events, first, first + length);
        first = 0;
        end = count;
    }
}
