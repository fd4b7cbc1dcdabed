package dev.weft.core.link;

import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What passed over a link and what was dropped at it. Counted by the owner of the link on its thread;
 * {@link #snapshot} gives a value to keep, to show and to add up.
 */
public final class LinkStatistics {
    /** The length of an interval of rates. */
    public static final long INTERVAL_NANOS = 10_000_000_000L;

    /** How many past intervals are kept. */
    public static final int INTERVALS = 6;

    /** Why a frame was dropped at a link. */
    public enum Drop {
        /** The queue of its priority was full. */
        QUEUE_FULL,
        /** Longer than the peer takes. */
        TOO_LONG,
        /** Unreadable. */
        MALFORMED,
        /** Before the link was up or after it was closed. */
        NOT_UP
    }

    /** What was counted. */
    private enum Count {
        FRAMES_SENT,
        BYTES_SENT,
        FRAMES_RECEIVED,
        BYTES_RECEIVED
    }

    private static final Count[] COUNTS = Count.values();

    /** By interval modulo the ring's size and count; the interval that runs has a place of its own. */
    private final long[][] ring = new long[INTERVALS + 1][COUNTS.length];

    private final long[] totals = new long[COUNTS.length];
    private final long[] drops = new long[Drop.values().length];
    private long interval;

    public LinkStatistics(long nowNanos) {
        interval = nowNanos / INTERVAL_NANOS;
    }

    public void sent(int frameBytes, long nowNanos) {
        advance(nowNanos);
        add(Count.FRAMES_SENT, 1);
        add(Count.BYTES_SENT, frameBytes);
    }

    public void received(int frameBytes, long nowNanos) {
        advance(nowNanos);
        add(Count.FRAMES_RECEIVED, 1);
        add(Count.BYTES_RECEIVED, frameBytes);
    }

    public void dropped(Drop reason) {
        drops[reason.ordinal()]++;
    }

    /** @param queue what waits to be sent at this moment, known to the owner */
    public Snapshot snapshot(Queue queue, long nowNanos) {
        advance(nowNanos);
        EnumMap<Drop, Long> dropCounts = new EnumMap<>(Drop.class);
        for (Drop reason : Drop.values()) {
            dropCounts.put(reason, drops[reason.ordinal()]);
        }
        return new Snapshot(
                new Traffic(total(Count.FRAMES_SENT), total(Count.BYTES_SENT), past(Count.BYTES_SENT)),
                new Traffic(total(Count.FRAMES_RECEIVED), total(Count.BYTES_RECEIVED), past(Count.BYTES_RECEIVED)),
                dropCounts,
                queue);
    }

    private void add(Count count, long amount) {
        totals[count.ordinal()] += amount;
        ring[(int) (interval % ring.length)][count.ordinal()] += amount;
    }

    private long total(Count count) {
        return totals[count.ordinal()];
    }

    private List<Long> past(Count count) {
        List<Long> past = new ArrayList<>();
        for (int age = 1; age <= INTERVALS; age++) {
            past.add(interval < age ? 0 : ring[(int) ((interval - age) % ring.length)][count.ordinal()]);
        }
        return past;
    }

    private void advance(long nowNanos) {
        long present = nowNanos / INTERVAL_NANOS;
        if (present - interval >= ring.length) {
            for (long[] counts : ring) {
                Arrays.fill(counts, 0);
            }
            interval = present;
        }
        while (interval < present) {
            interval++;
            Arrays.fill(ring[(int) (interval % ring.length)], 0);
        }
    }

    /** What waits to be sent. */
    public record Queue(int frameCount, long bytes) {
        public static final Queue EMPTY = new Queue(0, 0);

        public Queue plus(Queue other) {
            return new Queue(frameCount + other.frameCount, bytes + other.bytes);
        }
    }

    /**
     * One direction.
     *
     * @param bytesByInterval the bytes of each of the last six full 10-second intervals, the latest first
     */
    public record Traffic(long frameCount, long bytes, List<Long> bytesByInterval) {
        public static final Traffic NONE = new Traffic(0, 0, Collections.nCopies(INTERVALS, 0L));

        public Traffic {
            bytesByInterval = List.copyOf(bytesByInterval);
            Check.that(bytesByInterval.size() == INTERVALS, "%d intervals", bytesByInterval.size());
        }

        /** Over the interval of that age: 1 for the latest that is full, up to 6. */
        public long bytesPerSecond(int age) {
            return bytesByInterval.get(age - 1) * 1_000_000_000L / INTERVAL_NANOS;
        }

        public Traffic plus(Traffic other) {
            List<Long> sums = new ArrayList<>();
            for (int i = 0; i < INTERVALS; i++) {
                sums.add(bytesByInterval.get(i) + other.bytesByInterval.get(i));
            }
            return new Traffic(frameCount + other.frameCount, bytes + other.bytes, sums);
        }
    }

    /** The figures of one moment. */
    public record Snapshot(Traffic sent, Traffic received, Map<Drop, Long> drops, Queue queue) {
        public static final Snapshot NONE =
                new Snapshot(Traffic.NONE, Traffic.NONE, new EnumMap<>(Drop.class), Queue.EMPTY);

        public Snapshot {
            EnumMap<Drop, Long> all = new EnumMap<>(Drop.class);
            for (Drop reason : Drop.values()) {
                all.put(reason, drops.getOrDefault(reason, 0L));
            }
            drops = Collections.unmodifiableMap(all);
        }

        /** The sum over two links; of one moment, for rates are added interval by interval. */
        public Snapshot plus(Snapshot other) {
            EnumMap<Drop, Long> sums = new EnumMap<>(Drop.class);
            drops.forEach((reason, count) -> sums.put(reason, count + other.drops.getOrDefault(reason, 0L)));
            return new Snapshot(sent.plus(other.sent), received.plus(other.received), sums, queue.plus(other.queue));
        }
    }
}
