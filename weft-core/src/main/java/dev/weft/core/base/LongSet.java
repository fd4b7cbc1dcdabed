package dev.weft.core.base;

import java.util.Arrays;

/**
 * Numbers in order, each once, side by side in memory: for the few at a time that come and go with every frame.
 *
 * <p>Single-threaded.
 */
public final class LongSet {
    private static final long[] NONE = {};

    private long[] numbers = new long[8];
    private int size;

    public boolean isEmpty() {
        return size == 0;
    }

    public void add(long number) {
        int at = Arrays.binarySearch(numbers, 0, size, number);
        if (at >= 0) {
            return;
        }
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
        }
        int place = ~at;
        System.arraycopy(numbers, place, numbers, place + 1, size - place);
        numbers[place] = number;
        size++;
    }

    public void remove(long number) {
        int place = Arrays.binarySearch(numbers, 0, size, number);
        if (place >= 0) {
            size--;
            System.arraycopy(numbers, place + 1, numbers, place, size - place);
        }
    }

    /** All of them as of now. */
    public long[] all() {
        return size == 0 ? NONE : Arrays.copyOf(numbers, size);
    }

    /** The same, those behind some number first and the others after them. */
    public long[] allFrom(long after) {
        int at = Arrays.binarySearch(numbers, 0, size, after);
        int first = at < 0 ? ~at : at + 1;
        long[] inTurn = new long[size];
        System.arraycopy(numbers, first, inTurn, 0, size - first);
        System.arraycopy(numbers, 0, inTurn, size - first, first);
        return inTurn;
    }
}
