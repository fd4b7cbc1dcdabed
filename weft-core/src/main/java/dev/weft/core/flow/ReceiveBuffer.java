package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.wire.Ack;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The room that one endpoint or connection has for messages: what has arrived in part, what is held for its turn and
 * what the application has not taken yet. A message is let in while there is any room at all, so that none is too
 * large for ever; the capacity may be exceeded by one message.
 *
 * <p>Called by {@link InboundFlow} and, as the application takes messages, by the socket layer.
 */
public final class ReceiveBuffer {
    /** Flows that sent within this time share what room there is. */
    private static final long SHARING_NANOS = 100_000_000;

    /** What a buffer with nothing in it may be sent although all others have filled the node. */
    private static final long EMPTY_SHARE_BYTES = 64 << 10;

    private final long capacity;
    private ReceiveTotal total;
    private long used;

    /** Handles of flows that were told of little room and wait to hear of more; null while there are none. */
    private @Nullable TreeSet<Long> waiting;

    private long period = -1;
    private int sharers;
    private int sharersBefore;

    /** @param capacity in bytes, each message counted with {@link Ack#MESSAGE_OVERHEAD_BYTES} more than it has */
    public ReceiveBuffer(long capacity) {
        this(capacity, ReceiveTotal.unbounded());
    }

    /** @param total what it shares with all others of its node */
    public ReceiveBuffer(long capacity, ReceiveTotal total) {
        Check.within("receive buffer", capacity, 1_024, 1L << 40);
        this.capacity = capacity;
        this.total = total;
    }

    /** What a message takes up. */
    public static long charge(ByteView payload) {
        return charge(payload.length());
    }

    public static long charge(int payloadBytes) {
        return payloadBytes + (long) Ack.MESSAGE_OVERHEAD_BYTES;
    }

    public long capacity() {
        return capacity;
    }

    public long used() {
        return used;
    }

    public boolean hasRoom() {
        boolean has = used < capacity && (total.hasRoom() || used == 0);
        if (!has) {
            total.refused();
        }
        return has;
    }

    /** Whether it is the other buffers of the node that have used up the room. */
    boolean hasRoomOfItsOwn() {
        return used < capacity;
    }

    /**
     * Whether there would be room but for what waits for the next message of its flow.
     *
     * @param charge of that
     */
    boolean hasRoomBeside(long charge) {
        return used - charge < capacity && (total.hasRoom() || used == charge);
    }

    public void take(long charge) {
        used += charge;
        total.take(charge);
    }

    /** Its endpoint or connection is no more: what is still in it is no concern of the node's. */
    public void detach() {
        total.release(used);
        total = ReceiveTotal.unbounded();
        total.take(used);
    }

    /** A message has been taken by the application, or thrown away. */
    public void release(long charge) {
        used -= charge;
        total.release(charge);
        Check.that(used >= 0, "%d bytes more were released than taken", -used);
    }

    /** What a flow may count on: its share among those that send now. */
    long share(long nowNanos) {
        turnTo(nowNanos / SHARING_NANOS);
        long free = Math.min(Math.max(0, capacity - used), Math.max(total.free(), used == 0 ? EMPTY_SHARE_BYTES : 0));
        return free / Math.max(1, Math.max(sharers, sharersBefore));
    }

    /** A flow sends here; returns the period, in which it is to be counted once. */
    long count(long countedIn, long nowNanos) {
        turnTo(nowNanos / SHARING_NANOS);
        if (countedIn != period) {
            sharers++;
        }
        return period;
    }

    private void turnTo(long now) {
        if (now > period) {
            sharersBefore = now == period + 1 ? sharers : 0;
            sharers = 0;
            period = now;
        }
    }

    void await(long handle) {
        if (waiting == null) {
            waiting = new TreeSet<>();
        }
        waiting.add(handle);
        if (!total.hasRoom()) {
            total.await(handle);
        }
    }

    /** The flows that are to hear that there is room again; none while there is but little (RFC 9293 §3.8.6.2). */
    List<Long> pollWaiting() {
        List<Long> ofTotal = total.pollWaiting();
        if (waiting == null || capacity - used < capacity / 4) {
            return ofTotal;
        }
        List<Long> all = new ArrayList<>(waiting);
        all.addAll(ofTotal);
        waiting = null;
        return all;
    }
}
