package dev.weft.core.forward;

import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.EncodedFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits to go out over one link, and which frame goes next. Heartbeats and control come before all data. Data of
 * a higher priority comes before that of a lower one until it has used up its share of the round; a round ends when
 * every class with something to say has used up its share, so that no class starves and a class that was silent waits
 * for one frame at most. Bounded in bytes and count.
 */
public final class LinkQueue {
    /** The classes, most urgent first. */
    public enum Urgency {
        /** Handshake and heartbeat. */
        LINK,
        /** Flooding, acknowledgements, route errors, probes. */
        CONTROL,
        DATA_7,
        DATA_6,
        DATA_5,
        DATA_4,
        DATA_3,
        DATA_2,
        DATA_1,
        DATA_0;

        private static final Urgency[] ALL = values();

        /** @param priority 0 to 7, 7 the highest */
        public static Urgency data(int priority) {
            Check.within("priority", priority, 0, 7);
            return ALL[DATA_0.ordinal() - priority];
        }

        boolean isData() {
            return ordinal() >= DATA_7.ordinal();
        }

        /** Bytes a round: each priority has half as much again as the one below it. */
        private long shareBytes() {
            long share = SHARE_BYTES;
            for (int priority = DATA_0.ordinal() - ordinal(); priority > 0; priority--) {
                share += share / 2;
            }
            return share;
        }
    }

    /**
     * How much may wait.
     *
     * @param frames of a class of control, and of data in all: 1 to 1,000,000
     * @param bytes the same: 64 KiB to 1 GiB
     */
    public record Bounds(int frames, int bytes) {
        public static final Bounds DEFAULT = new Bounds(16_384, 16 << 20);

        public Bounds {
            Check.within("link.queue-frames-max", frames, 1, 1_000_000);
            Check.within("link.queue-bytes-max", bytes, 64 << 10, 1 << 30);
        }
    }

    /** Whether a frame was taken. */
    public enum Taken {
        QUEUED,
        FULL
    }

    /** What the lowest priority may send in a round; little, so that a round is short on a slow link too. */
    private static final long SHARE_BYTES = 4 << 10;

    /** How long data may wait before any of its class is marked as meeting congestion, and from when on all is. */
    static final long BORNE_NANOS = 5_000_000;

    static final long ALL_MARKED_NANOS = 25_000_000;

    private static final int CLASSES = Urgency.ALL.length;
    private static final int FIRST_DATA = Urgency.DATA_7.ordinal();
    private static final long[] SHARES = shares();

    private final Bounds bounds;
    private final List<ArrayDeque<EncodedFrame>> queues = new ArrayList<>();
    private final long[] queuedBytes = new long[CLASSES];
    /** What is left of the round, by class. */
    private final long[] budget = SHARES.clone();

    private int dataFrames;
    private long dataBytes;
    /** By class: when the frame came in whose way through the queue is being timed, and how many go out before it. */
    private final long[] timedSinceNanos = new long[CLASSES];

    private final int[] timedAfter = new int[CLASSES];
    /** By class: how long the frame that was timed last has waited. */
    private final long[] waitNanos = new long[CLASSES];

    private long judgedCount;

    public LinkQueue(Bounds bounds) {
        this.bounds = bounds;
        for (int i = 0; i < CLASSES; i++) {
            queues.add(new ArrayDeque<>());
        }
    }

    public Taken offer(Urgency urgency, EncodedFrame frame, long nowNanos) {
        int at = urgency.ordinal();
        if (!admits(urgency, frame.length())) {
            return Taken.FULL;
        }
        queues.get(at).add(frame);
        queuedBytes[at] += frame.length();
        if (urgency.isData()) {
            if (timedAfter[at] == 0) {
                timedAfter[at] = queues.get(at).size();
                timedSinceNanos[at] = nowNanos;
            }
            dataFrames++;
            dataBytes += frame.length();
        }
        return Taken.QUEUED;
    }

    /**
     * All data shares one bound; a class that holds little is let in beyond it, lest a flood of one priority shut the
     * others out.
     */
    private boolean admits(Urgency urgency, int bytes) {
        int at = urgency.ordinal();
        int frames = queues.get(at).size();
        if (!urgency.isData()) {
            return frames < bounds.frames() && queuedBytes[at] + bytes <= bounds.bytes();
        }
        return dataFrames < bounds.frames() && dataBytes + bytes <= bounds.bytes()
                || frames < bounds.frames() / 16 && queuedBytes[at] + bytes <= bounds.bytes() / 16;
    }

    /**
     * Whether a frame of that class that comes now is to be marked, for senders to slow down: the more of them, the longer
     * data of the class waits, evenly strewn. Were all marked from some length on, flows would slow down at once and
     * the near ones, which do so sooner, would be marked the less.
     */
    public boolean isToMark(Urgency urgency, long nowNanos) {
        int at = urgency.ordinal();
        long standsNanos = timedAfter[at] > 0 ? nowNanos - timedSinceNanos[at] : 0;
        long beyondNanos = Math.max(standsNanos, waitNanos[at]) - BORNE_NANOS;
        if (beyondNanos <= 0) {
            return false;
        }
        return Long.remainderUnsigned(Prng.mix(++judgedCount), ALL_MARKED_NANOS - BORNE_NANOS) < beyondNanos;
    }

    /** Takes out the next frame, null when nothing waits. */
    public @Nullable EncodedFrame poll(long nowNanos) {
        EncodedFrame frame = pollControl();
        return frame != null || dataFrames == 0 ? frame : pollData(nowNanos);
    }

    /** Takes out the next frame that is no data, null when none waits. */
    public @Nullable EncodedFrame pollControl() {
        for (int at = 0; at < FIRST_DATA; at++) {
            EncodedFrame frame = queues.get(at).poll();
            if (frame != null) {
                queuedBytes[at] -= frame.length();
                return frame;
            }
        }
        return null;
    }

    private EncodedFrame pollData(long nowNanos) {
        while (true) {
            for (int at = FIRST_DATA; at < CLASSES; at++) {
                EncodedFrame frame = budget[at] > 0 ? queues.get(at).poll() : null;
                if (frame != null) {
                    budget[at] -= frame.length();
                    queuedBytes[at] -= frame.length();
                    dataFrames--;
                    dataBytes -= frame.length();
                    time(at, nowNanos);
                    return frame;
                }
            }
            beginRound();
        }
    }

    private void time(int at, long nowNanos) {
        if (timedAfter[at] > 0 && --timedAfter[at] == 0) {
            waitNanos[at] = nowNanos - timedSinceNanos[at];
        }
    }

    /** What a class has overdrawn it pays back; what it has not used it loses. */
    private void beginRound() {
        for (int at = FIRST_DATA; at < CLASSES; at++) {
            budget[at] = Math.min(budget[at], 0) + SHARES[at];
        }
    }

    public boolean isEmpty() {
        return frames() == 0;
    }

    public int frames() {
        return dataFrames + queues.get(0).size() + queues.get(1).size();
    }

    public long bytes() {
        return dataBytes + queuedBytes[0] + queuedBytes[1];
    }

    private static long[] shares() {
        long[] shares = new long[CLASSES];
        for (Urgency urgency : Urgency.ALL) {
            shares[urgency.ordinal()] = urgency.isData() ? urgency.shareBytes() : 0;
        }
        return shares;
    }
}
