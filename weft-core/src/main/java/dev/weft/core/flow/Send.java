package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;

/**
 * One message that an application wants sent.
 *
 * @param claim what comes back with the outcome
 * @param destination another node
 * @param endpoint the name of its endpoint
 * @param kind the guarantees
 * @param manner how it is to travel
 * @param payload at most {@link dev.weft.core.wire.Data#MESSAGE_BYTES_MAX} bytes
 * @param timeoutNanos how long it may take
 */
public record Send(
        Claim claim,
        NodeId destination,
        String endpoint,
        SocketKind kind,
        Manner manner,
        ByteView payload,
        long timeoutNanos) {}
