package dev.weft.core.forward;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits to go out over one link, by class of traffic: a class is served only when those before it are empty, so
 * heartbeats and control are never stuck behind data. Bounded in bytes and count per class.
 */
public final class LinkQueue {
    /** The classes, most urgent first. */
    public enum Urgency {
        /** Handshake and heartbeat. */
        LINK,
        /** Flooding, acknowledgements, route errors, probes. */
        CONTROL,
        DATA
    }

    /**
     * How much a class may hold.
     *
     * @param frames 1 to 1,000,000
     * @param bytes 64 KiB to 1 GiB
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

    private final Bounds bounds;
    private final List<ArrayDeque<ByteView>> queues = new ArrayList<>();
    private final long[] queuedBytes = new long[Urgency.values().length];

    public LinkQueue(Bounds bounds) {
        this.bounds = bounds;
        for (int i = 0; i < queuedBytes.length; i++) {
            queues.add(new ArrayDeque<>());
        }
    }

    public Taken offer(Urgency urgency, ByteView frame) {
        ArrayDeque<ByteView> queue = queues.get(urgency.ordinal());
        if (queue.size() >= bounds.frames() || queuedBytes[urgency.ordinal()] + frame.length() > bounds.bytes()) {
            return Taken.FULL;
        }
        queue.add(frame);
        queuedBytes[urgency.ordinal()] += frame.length();
        return Taken.QUEUED;
    }

    /** Takes out the next frame, null when nothing waits. */
    public @Nullable ByteView poll() {
        for (int i = 0; i < queuedBytes.length; i++) {
            ByteView frame = queues.get(i).poll();
            if (frame != null) {
                queuedBytes[i] -= frame.length();
                return frame;
            }
        }
        return null;
    }

    public boolean isEmpty() {
        return frames() == 0;
    }

    public int frames() {
        int frames = 0;
        for (ArrayDeque<ByteView> queue : queues) {
            frames += queue.size();
        }
        return frames;
    }

    public long bytes() {
        long bytes = 0;
        for (long queued : queuedBytes) {
            bytes += queued;
        }
        return bytes;
    }
}
