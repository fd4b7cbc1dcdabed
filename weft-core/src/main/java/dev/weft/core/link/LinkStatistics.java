package dev.weft.core.link;

import dev.weft.core.base.Check;
import java.util.ArrayList;
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

    /** How many frames were dropped, by reason. */
    public static final class Drops {
        private final long[] counts = new long[Drop.values().length];

        private void count(Drop reason) {
            counts[reason.ordinal()]++;
        }

        public long of(Drop reason) {
            return counts[reason.ordinal()];
        }
    }

    /** One direction: what the interval that runs has seen lies at hand, for each frame is counted. */
    private static final class Counted {
        private long frames;
        private long bytes;
        /** Of full intervals. */
        private long framesBefore;

        private long bytesBefore;
        /** By interval modulo the size. */
        private final long[] past = new long[INTERVALS];

        private void count(int frameBytes) {
            frames++;
            bytes += frameBytes;
        }

        private void endInterval(long interval) {
            past[slot(interval)] = bytes;
            framesBefore += frames;
            bytesBefore += bytes;
            frames = 0;
            bytes = 0;
        }

        private Traffic traffic(long interval) {
            List<Long> byInterval = new ArrayList<>();
            for (int age = 1; age <= INTERVALS; age++) {
                byInterval.add(interval < age ? 0 : past[slot(interval - age)]);
            }
            return new Traffic(framesBefore + frames, bytesBefore + bytes, byInterval);
        }

        private static int slot(long interval) {
            return (int) (interval % INTERVALS);
        }
    }

    private final Counted sent = new Counted();
    private final Counted received = new Counted();
    private final Drops drops = new Drops();
    private final Drops dropsOfAll;
    private long interval;
    /** When the interval that runs is full. */
    private long fullNanos;

    /** @param dropsOfAll where drops are counted too: those of all links of a node together */
    public LinkStatistics(long nowNanos, Drops dropsOfAll) {
        this.dropsOfAll = dropsOfAll;
        interval = nowNanos / INTERVAL_NANOS;
        fullNanos = (interval + 1) * INTERVAL_NANOS;
    }

    public void sent(int frameBytes, long nowNanos) {
        advance(nowNanos);
        sent.count(frameBytes);
    }

    public void received(int frameBytes, long nowNanos) {
        advance(nowNanos);
        received.count(frameBytes);
    }

    public void dropped(Drop reason) {
        drops.count(reason);
        dropsOfAll.count(reason);
    }

    /** @param queue what waits to be sent at this moment, known to the owner */
    public Snapshot snapshot(Queue queue, long nowNanos) {
        advance(nowNanos);
        EnumMap<Drop, Long> dropCounts = new EnumMap<>(Drop.class);
        for (Drop reason : Drop.values()) {
            dropCounts.put(reason, drops.of(reason));
        }
        return new Snapshot(sent.traffic(interval), received.traffic(interval), dropCounts, queue);
    }

    private void advance(long nowNanos) {
        if (nowNanos < fullNanos) {
            return;
        }
        long present = nowNanos / INTERVAL_NANOS;
        // What comes after the interval that ends is empty: no more of it is gone through than is kept.
        for (long full = Math.max(interval, present - INTERVALS - 1); full < present; full++) {
            sent.endInterval(full);
            received.endInterval(full);
        }
        interval = present;
        fullNanos = (present + 1) * INTERVAL_NANOS;
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
