package dev.weft.sim;

import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Events of nodes that are due at one of the next ticks, each tick's in the order in which they were added: to add one
 * and to take the next costs the same however many there are (a hashed timing wheel after Varghese and Lauck, 1987).
 */
final class TickWheel {
    private static final int FIRST_ROOM = 8;
    /** A slot gives back what it holds beyond that. */
    private static final int ROOM_MAX = 1 << 10;

    private static final class Slot {
        private long[] numbers = new long[FIRST_ROOM];
        private @Nullable Timeline[] owners = new @Nullable Timeline[FIRST_ROOM];
        private EventHeap.@Nullable Event[] events = new EventHeap.@Nullable Event[FIRST_ROOM];
        private int first;
        private int end;

        private boolean isEmpty() {
            return first == end;
        }

        private void add(long number, Timeline owner, EventHeap.Event event) {
            if (end == events.length) {
                numbers = Arrays.copyOf(numbers, 2 * end);
                owners = Arrays.copyOf(owners, 2 * end);
                events = Arrays.copyOf(events, 2 * end);
            }
            numbers[end] = number;
            owners[end] = owner;
            events[end++] = event;
        }

        private EventHeap.Event removeFirst() {
            EventHeap.Event event = events[first];
            if (event == null) {
                throw new InvariantError("nothing is due at this tick");
            }
            events[first] = null;
            owners[first++] = null;
            if (first == end) {
                first = 0;
                end = 0;
                if (events.length > ROOM_MAX) {
                    numbers = new long[FIRST_ROOM];
                    owners = new @Nullable Timeline[FIRST_ROOM];
                    events = new EventHeap.@Nullable Event[FIRST_ROOM];
                }
            }
            return event;
        }
    }

    private final long tickNanos;
    private final Slot[] slots;
    private int size;
    /** The tick of the event that was taken last; nothing is due before. */
    private long pastTick;
    /** The tick of the next event, if there is one. */
    private long nextTick;

    /** @param ticks how far it reaches */
    TickWheel(long tickNanos, int ticks) {
        this.tickNanos = tickNanos;
        this.slots = new Slot[ticks];
        for (int i = 0; i < ticks; i++) {
            slots[i] = new Slot();
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether the wheel reaches as far as that tick. */
    boolean reaches(long atNanos) {
        return atNanos / tickNanos - pastTick < slots.length;
    }

    /** @param atNanos a tick that the wheel reaches, not before any that was taken */
    void add(long atNanos, long number, Timeline owner, EventHeap.Event event) {
        long tick = atNanos / tickNanos;
        Check.that(tick >= pastTick && tick * tickNanos == atNanos, "no tick to come: %d ns", atNanos);
        nextTick = size == 0 ? tick : Math.min(nextTick, tick);
        slot(tick).add(number, owner, event);
        size++;
    }

    /** When the next event is due; never where there is none. */
    long nextNanos() {
        return size == 0 ? Long.MAX_VALUE : nextTick * tickNanos;
    }

    /** The number of the next event, of which there is one. */
    long nextNumber() {
        Slot next = slot(nextTick);
        return next.numbers[next.first];
    }

    /** Whose the next event is. */
    Timeline nextOwner() {
        Slot next = slot(nextTick);
        Timeline owner = next.owners[next.first];
        if (owner == null) {
            throw new InvariantError("the next event is nobody's");
        }
        return owner;
    }

    EventHeap.Event removeNext() {
        EventHeap.Event event = slot(nextTick).removeFirst();
        pastTick = nextTick;
        size--;
        while (size > 0 && slot(nextTick).isEmpty()) {
            nextTick++;
        }
        return event;
    }

    /** Whether another event than the next is due before that. */
    boolean hasAnotherBefore(long beforeNanos) {
        Slot next = slot(nextTick);
        if (next.end - next.first > 1) {
            return true;
        }
        for (long tick = nextTick + 1; tick * tickNanos < beforeNanos && tick - pastTick < slots.length; tick++) {
            if (!slot(tick).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private Slot slot(long tick) {
        return slots[(int) (tick % slots.length)];
    }
}
