package dev.weft.core.engine;

import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongSet;
import dev.weft.core.base.LongTable;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Rates;
import dev.weft.core.forward.TokenBucket;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.link.LinkStatistics;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import org.jspecify.annotations.Nullable;

/**
 * What this node has to send over each connection, and how fast it goes. Data waits here until the rates of the node and
 * of its connection allow it, and is marked where it meets congestion; whatever is not data goes at once. What
 * {@link Intake} is to what comes.
 *
 * <p>Called by {@link Links} alone.
 */
final class Outlet {
    /** How long a connection that is to be ended waits for a carrier that takes nothing more. */
    static final long LAST_WORDS_NANOS = 5_000_000_000L;

    private final LinkQueue.Bounds bounds;
    private final Rates rates;
    /** Of all connections together. */
    private final TokenBucket rate;

    private final LongTable<Lane> lanes = new LongTable<>();
    /** Connections with something to say, or to be ended. */
    private final LongSet pending = new LongSet();
    /** Connections whose data waits for a rate, and until when. */
    private final DeadlineIndex paced = new DeadlineIndex();
    /** Connections that are to be ended, and when at the latest. */
    private final DeadlineIndex ending = new DeadlineIndex();

    /** Whose turn it was. */
    private long latest;

    private long waitedCount;

    Outlet(LinkQueue.Bounds bounds, Rates rates) {
        this.bounds = bounds;
        this.rates = rates;
        this.rate = new TokenBucket(rates.send());
    }

    /** What one connection has to send. */
    final class Lane {
        private final long connection;
        private final LinkStatistics statistics;
        private final LinkQueue queue = new LinkQueue(bounds);
        private final TokenBucket pace = new TokenBucket(rates.linkSend());
        private int frameBytesMax = LinkConfig.CARRIED_BYTES_MAX;
        private long endsNanos = Deadlines.NEVER;

        private Lane(long connection, LinkStatistics statistics) {
            this.connection = connection;
            this.statistics = statistics;
        }

        LinkQueue.Taken offer(Frame frame, LinkQueue.Urgency urgency, long nowNanos) {
            EncodedFrame encoded = marked(frame, nowNanos).encodeInPieces();
            if (encoded.length() > frameBytesMax) {
                statistics.dropped(LinkStatistics.Drop.TOO_LONG);
                return LinkQueue.Taken.FULL;
            }
            LinkQueue.Taken taken = queue.offer(urgency, encoded, nowNanos);
            pending.add(connection);
            if (taken == LinkQueue.Taken.FULL) {
                statistics.dropped(LinkStatistics.Drop.QUEUE_FULL);
            }
            return taken;
        }

        /** Data that comes to a standing queue is to tell its destination, which tells the origin. */
        private Frame marked(Frame frame, long nowNanos) {
            if (frame instanceof RoutedFrame routed) {
                return (routed.type() == FrameType.DATA || routed.type() == FrameType.SEALED)
                                && queue.isToMark(Forwarder.urgencyOf(routed), nowNanos)
                        ? routed.marked()
                        : frame;
            }
            return frame instanceof TreeFrame tree
                            && tree.type() == FrameType.GROUP_DATA
                            && queue.isToMark(TreeForwarder.urgencyOf(tree), nowNanos)
                    ? tree.marked()
                    : frame;
        }

        /** The longest frame that the other end takes; before it has said so, the longest that any carrier takes. */
        void frameBytesMax(int agreed) {
            frameBytesMax = agreed;
        }

        /** What the other end can take, in bits per second; 0 where it does not say. */
        void receives(long bitsPerSecond) {
            pace.rate(Rates.lower(rates.linkSend(), Math.min(bitsPerSecond, Rates.BITS_PER_SECOND_MAX)));
        }

        boolean isLimited() {
            return pace.isLimited();
        }

        /**
         * The connection is to be ended when what waits has gone. Who has fallen silent may never take it: it is not waited
         * for longer than {@link #LAST_WORDS_NANOS}, for the carrier and what it holds would stay for good.
         */
        void end(long nowNanos) {
            if (!ends()) {
                endsNanos = nowNanos + LAST_WORDS_NANOS;
                ending.update(connection, endsNanos);
            }
            pending.add(connection);
        }

        private boolean ends() {
            return endsNanos != Deadlines.NEVER;
        }

        private boolean isOver(long nowNanos) {
            return ends() && (queue.isEmpty() || nowNanos >= endsNanos);
        }

        LinkStatistics.Queue waiting() {
            return new LinkStatistics.Queue(queue.frames(), queue.bytes());
        }

        private @Nullable EncodedFrame poll(long nowNanos) {
            EncodedFrame frame = queue.pollControl();
            if (frame == null && pace.isOpen(nowNanos) && rate.isOpen(nowNanos)) {
                frame = queue.poll(nowNanos);
                latest = frame == null ? latest : connection;
            }
            if (frame != null) {
                statistics.sent(frame.length(), nowNanos);
                pace.take(frame.length(), nowNanos);
                rate.take(frame.length(), nowNanos);
            }
            return frame;
        }

        private void rest(long nowNanos) {
            pending.remove(connection);
            if (!queue.isEmpty()) {
                waitedCount++;
                paced.update(connection, Math.max(pace.readyNanos(nowNanos), rate.readyNanos(nowNanos)));
            }
        }
    }

    /** @param statistics where what goes over the connection is counted, and what is dropped */
    Lane open(long connection, LinkStatistics statistics) {
        Lane lane = new Lane(connection, statistics);
        lanes.put(connection, lane);
        return lane;
    }

    /** Takes out the next frame of a connection; null where none waits, or none may go yet. */
    @Nullable
    EncodedFrame poll(long connection, long nowNanos) {
        Lane lane = lanes.find(connection);
        if (lane == null) {
            pending.remove(connection);
            return null;
        }
        EncodedFrame frame = lane.poll(nowNanos);
        if (frame == null) {
            lane.rest(nowNanos);
        }
        return frame;
    }

    /** Connections with something to say, or to be ended. Where all share a rate, each is first in its turn. */
    long[] pending() {
        return rate.isLimited() ? pending.allFrom(latest) : pending.all();
    }

    /** Whether nothing more will be said on a connection. */
    boolean isOver(long connection, long nowNanos) {
        Lane lane = lanes.find(connection);
        return lane == null || lane.isOver(nowNanos);
    }

    /** Whether how fast data goes out is bounded by this node, whatever others can take. */
    boolean isLimited() {
        return rates.send() > 0 || rates.linkSend() > 0;
    }

    void handleTime(long nowNanos) {
        for (Long due = paced.pollDue(nowNanos); due != null; due = paced.pollDue(nowNanos)) {
            pending.add(due);
        }
        for (Long due = ending.pollDue(nowNanos); due != null; due = ending.pollDue(nowNanos)) {
            pending.add(due);
        }
    }

    /**
     * When data that waits for a rate may go, or a connection is to be ended whatever waits; {@link Deadlines#NEVER} where
     * there is neither.
     */
    long nextNanos() {
        return Math.min(paced.nextNanos(), ending.nextNanos());
    }

    /** The connection is no more, and so is what it had to send. */
    void forget(long connection) {
        lanes.remove(connection);
        pending.remove(connection);
        paced.update(connection, Deadlines.NEVER);
        ending.update(connection, Deadlines.NEVER);
    }

    /** How often data had to wait for a rate. */
    long waitedCount() {
        return waitedCount;
    }
}
