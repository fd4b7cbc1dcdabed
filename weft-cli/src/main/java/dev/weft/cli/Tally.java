package dev.weft.cli;

import java.util.BitSet;

/** What has arrived: which numbers, how often, and the longest time without any. Thread-safe. */
final class Tally {
    private final BitSet seen = new BitSet();
    private int duplicates;
    private long lastNanos;
    private long longestGapNanos;

    synchronized void arrived(int number, long nowNanos) {
        if (seen.get(number)) {
            duplicates++;
        }
        if (!seen.isEmpty()) {
            longestGapNanos = Math.max(longestGapNanos, nowNanos - lastNanos);
        }
        seen.set(number);
        lastNanos = nowNanos;
    }

    synchronized int distinct() {
        return seen.cardinality();
    }

    synchronized int duplicates() {
        return duplicates;
    }

    synchronized long longestGapNanos() {
        return longestGapNanos;
    }
}
