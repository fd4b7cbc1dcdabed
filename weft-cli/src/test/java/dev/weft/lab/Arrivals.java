package dev.weft.lab;

import java.util.Arrays;
import java.util.BitSet;

/** Which messages of a run have arrived, how often, and when. Thread-safe. */
final class Arrivals {
    private final BitSet seen = new BitSet();
    private long[] atNanos = new long[1_024];
    private int count;
    private int duplicates;

    synchronized void add(int number, long nowNanos) {
        if (seen.get(number)) {
            duplicates++;
        }
        seen.set(number);
        if (count == atNanos.length) {
            atNanos = Arrays.copyOf(atNanos, 2 * count);
        }
        atNanos[count++] = nowNanos;
    }

    synchronized int distinct() {
        return seen.cardinality();
    }

    synchronized int duplicates() {
        return duplicates;
    }

    /** The times between arrivals of which the later one lies within the span, in microseconds. */
    synchronized String gapsMicros(long fromNanos, long untilNanos) {
        StringBuilder gaps = new StringBuilder("-");
        for (int i = 1; i < count; i++) {
            if (atNanos[i] > fromNanos && atNanos[i] <= untilNanos) {
                gaps.append(' ').append((atNanos[i] - atNanos[i - 1]) / 1_000);
            }
        }
        return gaps.toString();
    }
}
