package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;

/**
 * One message that an application wants sent.
 *
 * @param claim what comes back with the outcome
 * @param destination another node
 * @param endpoint the name of its endpoint
 * @param kind the guarantees
 * @param manner how it is to travel
 * @param payload at most {@link dev.weft.core.wire.Data#MESSAGE_BYTES_MAX} bytes
 * @param timeoutNanos how long it may take; over a connection, how long it may wait to leave. {@link #NO_TIMEOUT_NANOS}
 *     where it waits as long as its connection lasts
 */
public record Send(
        Claim claim,
        NodeId destination,
        String endpoint,
        SocketKind kind,
        Manner manner,
        ByteView payload,
        long timeoutNanos) {
    /** Without an end. */
    public static final long NO_TIMEOUT_NANOS = Long.MAX_VALUE;

    /** When it is over, for one that is handed over now. */
    long deadlineNanos(long nowNanos) {
        return timeoutNanos >= Deadlines.NEVER - nowNanos ? Deadlines.NEVER : nowNanos + timeoutNanos;
    }
}
