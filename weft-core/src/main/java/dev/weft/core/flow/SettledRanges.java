package dev.weft.core.flow;

import dev.weft.core.base.LongTree;
import dev.weft.core.wire.Ack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A set of sequence numbers that fills up from below: all under a floor, and ranges above it, apart from each other. */
final class SettledRanges {
    private long floor;
    private final LongTree<Long> above = new LongTree<>();

    /** The lowest number that is missing. */
    long floor() {
        return floor;
    }

    boolean contains(long sequence) {
        if (sequence < floor) {
            return true;
        }
        Map.Entry<Long, Long> below = above.upTo(sequence);
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
        Map.Entry<Long, Long> below = above.upTo(start);
        if (below != null && below.getValue() >= start) {
            start = below.getKey();
            end = Math.max(end, below.getValue());
            above.remove(below.getKey());
        }
        for (Map.Entry<Long, Long> next = above.from(start);
                next != null && next.getKey() <= end;
                next = above.from(start)) {
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
        for (Map.Entry<Long, Long> range : above.entries()) {
            if (ranges.size() == Ack.ENTRIES_MAX) {
                break;
            }
            ranges.add(new Ack.Range(range.getKey(), range.getValue()));
        }
        return ranges;
    }
}
