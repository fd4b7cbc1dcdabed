package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Bundle;
import java.util.List;

/**
 * A message that an application wants sent; or several small ones, which share their fate.
 *
 * @param claim what comes back with the outcome
 * @param destination another node
 * @param endpoint the name of its endpoint
 * @param kind the guarantees
 * @param manner how it is to travel
 * @param messages one of at most {@link dev.weft.core.wire.Data#MESSAGE_BYTES_MAX} bytes; or up to
 *     {@link Bundle#MESSAGES_MAX} that are packed together no larger than a fragment
 * @param timeoutNanos how long it may take; over a connection, how long it may wait to leave. {@link #NO_TIMEOUT_NANOS}
 *     where it waits as long as its connection lasts
 */
public record Send(
        Claim claim,
        NodeId destination,
        String endpoint,
        SocketKind kind,
        Manner manner,
        List<ByteView> messages,
        long timeoutNanos) {
    /** Without an end. */
    public static final long NO_TIMEOUT_NANOS = Long.MAX_VALUE;

    /** Of one message. */
    public Send(
            Claim claim,
            NodeId destination,
            String endpoint,
            SocketKind kind,
            Manner manner,
            ByteView payload,
            long timeoutNanos) {
        this(claim, destination, endpoint, kind, manner, List.of(payload), timeoutNanos);
    }

    public Send {
        Check.that(claim.count() == messages.size(), "%d claims of %d messages", claim.count(), messages.size());
    }

    public int count() {
        return messages.size();
    }

    /** How many bytes its messages have together. */
    public int payloadBytes() {
        return Bundle.payloadBytes(messages);
    }

    /** When it is over, for one that is handed over now. */
    long deadlineNanos(long nowNanos) {
        return timeoutNanos >= Deadlines.NEVER - nowNanos ? Deadlines.NEVER : nowNanos + timeoutNanos;
    }
}
