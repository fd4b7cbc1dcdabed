package dev.weft.core.flow;

import dev.weft.core.base.Check;

/**
 * Limits and timing of flows. Immutable; every instance is valid.
 *
 * @param fragmentBytes the largest piece of a message in one frame: 256 to 262,144
 * @param windowBytes how much of a flow may be under way at most, however wide its path: from {@code fragmentBytes} to
 *     64 MiB
 * @param windowFragments how many fragments of a flow may be under way: 1 to 32,768
 * @param queuedBytesMax how much all sends of this node may hold: 1 MiB to 4 GiB
 * @param queuedMessagesMax how many sends of this node may be unsettled: 1 to 10,000,000
 * @param flowsMax how many flows to this node may be open, and how many from it that are no connections: 1 to 1,000,000
 * @param reassemblyBytesMax how much all incomplete messages to this node may hold: 16 MiB to 4 GiB
 * @param roomBytes how much may be under way before the destination has said how much it can take: from
 *     {@code fragmentBytes} to 64 MiB
 * @param retransmission the timer's bounds
 */
public record FlowConfig(
        int fragmentBytes,
        int windowBytes,
        int windowFragments,
        long queuedBytesMax,
        int queuedMessagesMax,
        int flowsMax,
        long reassemblyBytesMax,
        int roomBytes,
        Retransmission retransmission) {
    public static final FlowConfig DEFAULT = new FlowConfig(
            16 << 10, 4 << 20, 8_192, 64L << 20, 1 << 17, 65_536, 64L << 20, 256 << 10, Retransmission.DEFAULT);

    public FlowConfig {
        Check.within("flow.fragment-bytes", fragmentBytes, 256, 256 << 10);
        Check.within("flow.window-bytes", windowBytes, fragmentBytes, 64 << 20);
        Check.within("flow.window-fragments", windowFragments, 1, 1 << 15);
        Check.within("flow.queued-bytes-max", queuedBytesMax, 1 << 20, 4L << 30);
        Check.within("flow.queued-messages-max", queuedMessagesMax, 1, 10_000_000);
        Check.within("flow.flows-max", flowsMax, 1, 1_000_000);
        Check.within("flow.room-bytes", roomBytes, fragmentBytes, 64 << 20);
        Check.within("flow.reassembly-bytes-max", reassemblyBytesMax, 16 << 20, 4L << 30);
    }

    public FlowConfig withFlowsMax(int changed) {
        return new FlowConfig(
                fragmentBytes,
                windowBytes,
                windowFragments,
                queuedBytesMax,
                queuedMessagesMax,
                changed,
                reassemblyBytesMax,
                roomBytes,
                retransmission);
    }

    public FlowConfig withQueued(long bytesMax, int messagesMax) {
        return new FlowConfig(
                fragmentBytes,
                windowBytes,
                windowFragments,
                bytesMax,
                messagesMax,
                flowsMax,
                reassemblyBytesMax,
                roomBytes,
                retransmission);
    }

    /**
     * The bounds of the retransmission timer (RFC 6298; the minimum is far below that document's second, for a mesh
     * on one host or LAN must not wait one).
     */
    public record Retransmission(long initialNanos, long minNanos, long maxNanos) {
        public static final Retransmission DEFAULT = new Retransmission(250_000_000L, 50_000_000L, 4_000_000_000L);

        public Retransmission {
            Check.within("flow.retransmission.min", minNanos, 1_000_000L, 10_000_000_000L);
            Check.within("flow.retransmission.initial", initialNanos, minNanos, 60_000_000_000L);
            Check.within("flow.retransmission.max", maxNanos, initialNanos, 60_000_000_000L);
        }
    }
}
