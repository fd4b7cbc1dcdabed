package dev.weft.core.engine;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongTable;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.TokenBucket;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.WireReader;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How fast this node receives. Data that comes faster waits here, by neighbor and priority, and is read as the rate
 * allows, a frame of each neighbor in turn; whatever is not data is read at once.
 *
 * <p>Called by {@link Links} alone.
 */
final class Intake {
    /** What becomes of a frame that has come. */
    enum Admission {
        READ,
        WAITS,
        /** There is no room for it. */
        REFUSED
    }

    /** A frame that has waited and is to be read now. */
    record Released(long connection, ByteView frame) {}

    private final LinkQueue.Bounds bounds;
    private final TokenBucket rate;
    /** What waits, by connection. */
    private final LongTable<LinkQueue> queues = new LongTable<>();
    /** Connections of which something waits. */
    private final TreeSet<Long> waiting = new TreeSet<>();

    /** Whose turn it was. */
    private long latest;

    private long waitedCount;

    Intake(LinkQueue.Bounds bounds, long bitsPerSecond) {
        this.bounds = bounds;
        this.rate = new TokenBucket(bitsPerSecond);
    }

    Admission admit(long connection, ByteView frame, long nowNanos) throws MalformedFrame {
        if (rate.isLimited()) {
            WireReader in = new WireReader(frame);
            FrameType type = FrameType.decode(in);
            boolean isData = type == FrameType.DATA || type == FrameType.GROUP_DATA;
            if (isData && (waiting.contains(connection) || !rate.isOpen(nowNanos))) {
                return keep(connection, frame.compact(), type, in, nowNanos);
            }
        }
        rate.take(frame.length(), nowNanos);
        return Admission.READ;
    }

    private Admission keep(long connection, ByteView frame, FrameType type, WireReader in, long nowNanos)
            throws MalformedFrame {
        LinkQueue queue = queueOf(connection);
        ByteView kept = frame;
        LinkQueue.Urgency urgency;
        if (type == FrameType.DATA) {
            RoutedFrame routed = RoutedFrame.decode(type, in);
            urgency = Forwarder.urgencyOf(routed);
            if (queue.isToMark(urgency, nowNanos)) {
                kept = routed.marked().encode();
            }
        } else {
            TreeFrame tree = TreeFrame.decode(type, in);
            urgency = TreeForwarder.urgencyOf(tree);
            if (queue.isToMark(urgency, nowNanos)) {
                kept = tree.marked().encode();
            }
        }
        if (queue.offer(urgency, EncodedFrame.of(kept), nowNanos) == LinkQueue.Taken.FULL) {
            return Admission.REFUSED;
        }
        waiting.add(connection);
        waitedCount++;
        return Admission.WAITS;
    }

    private LinkQueue queueOf(long connection) {
        LinkQueue queue = queues.find(connection);
        if (queue == null) {
            queue = new LinkQueue(bounds);
            queues.put(connection, queue);
        }
        return queue;
    }

    /** Takes out the frame that is to be read next; null where none may be read yet. */
    @Nullable
    Released poll(long nowNanos) {
        while (!waiting.isEmpty() && rate.isOpen(nowNanos)) {
            Long after = waiting.higher(latest);
            latest = after == null ? waiting.first() : after;
            LinkQueue queue = queueOf(latest);
            EncodedFrame frame = queue.poll(nowNanos);
            if (queue.isEmpty()) {
                waiting.remove(latest);
            }
            if (frame != null) {
                rate.take(frame.length(), nowNanos);
                return new Released(latest, frame.whole());
            }
        }
        return null;
    }

    /** Whether how fast this node receives is bounded. */
    boolean isLimited() {
        return rate.isLimited();
    }

    /** When the next frame may be read; {@link Deadlines#NEVER} where none waits. */
    long nextNanos(long nowNanos) {
        return waiting.isEmpty() ? Deadlines.NEVER : rate.readyNanos(nowNanos);
    }

    /** The connection is no more, and so is what waits of it. */
    void forget(long connection) {
        waiting.remove(connection);
        queues.remove(connection);
    }

    /** Frames that had to wait. */
    long waitedCount() {
        return waitedCount;
    }
}
