package dev.weft.core.flow;

import dev.weft.core.wire.Ack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of sequence numbers that fills up from below: all under a floor, and ranges above it, apart from each other. */
final class SettledRanges {
    private long floor;
    private final TreeMap<Long, Long> above = new TreeMap<>();

    /** The lowest number that is missing. */
    long floor() {
        return floor;
    }

    boolean contains(long sequence) {
        if (sequence < floor) {
            return true;
        }
        Map.Entry<Long, Long> below = above.isEmpty() ? null : above.floorEntry(sequence);
        return below != null && sequence < below.getValue();
    }

    /** Adds the numbers {@code from} to {@code to - 1}. */
    void add(long from, long to) {
        long start = Math.max(from, floor);
        long end = to;
        if (start >= end) {
            return;
        }
        if (start == floor && above.isEmpty()) {
            floor = end;
            return;
        }
        Map.Entry<Long, Long> below = above.floorEntry(start);
        if (below != null && below.getValue() >= start) {
            start = below.getKey();
            end = Math.max(end, below.getValue());
            above.remove(below.getKey());
        }
        for (Map.Entry<Long, Long> next = above.ceilingEntry(start);
                next != null && next.getKey() <= end;
                next = above.ceilingEntry(start)) {
            end = Math.max(end, next.getValue());
            above.remove(next.getKey());
        }
        if (start <= floor) {
            floor = end;
        } else {
            above.put(start, end);
        }
    }

    /** As many of the ranges above the floor as an acknowledgement holds, lowest first. */
    List<Ack.Range> ranges() {
        if (above.isEmpty()) {
            return List.of();
        }
        List<Ack.Range> ranges = new ArrayList<>();
        for (Map.Entry<Long, Long> range : above.entrySet()) {
            if (ranges.size() == Ack.ENTRIES_MAX) {
                break;
            }
            ranges.add(new Ack.Range(range.getKey(), range.getValue()));
        }
        return ranges;
    }
}
