package dev.weft.core.flow;

import dev.weft.core.base.Check;
import org.jspecify.annotations.Nullable;

/**
 * Items by consecutive sequence numbers: added at the upper end, taken off at the lower; no boxing, no gaps. Small at
 * first, for most flows have little under way.
 */
final class SequenceWindow<T> {
    private @Nullable Object[] ring = new Object[2];
    private long first;
    private long next;

    long first() {
        return first;
    }

    long next() {
        return next;
    }

    boolean isEmpty() {
        return first == next;
    }

    long add(T item) {
        if (next - first == ring.length) {
            grow();
        }
        ring[slot(next)] = item;
        return next++;
    }

    /** The item at a number within {@link #first} and {@link #next}, null outside. */
    @SuppressWarnings("unchecked") // the ring holds what add() was given
    @Nullable
    T at(long sequence) {
        return sequence < first || sequence >= next ? null : (T) ring[slot(sequence)];
    }

    void removeFirst() {
        Check.that(!isEmpty(), "nothing to remove from an empty window");
        ring[slot(first)] = null;
        first++;
    }

    private int slot(long sequence) {
        return (int) (sequence & ring.length - 1);
    }

    private void grow() {
        @Nullable Object[] larger = new Object[ring.length * 2];
        for (long sequence = first; sequence < next; sequence++) {
            larger[(int) (sequence & larger.length - 1)] = ring[slot(sequence)];
        }
        ring = larger;
    }
}
