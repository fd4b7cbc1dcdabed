package dev.weft.core.flow;

import dev.weft.core.base.Check;

/**
 * Limits of flows to many. Immutable; every instance is valid.
 *
 * @param fragmentBytes the largest piece of a message in one frame: 256 to 262,144
 * @param windowMessages how many messages of a flow may be under way to members that answer: 1 to 4,096
 * @param windowBytes how much of a flow may be in flight: from {@code fragmentBytes} to 64 MiB
 * @param retainedMessages how many messages a flow keeps for members that do not answer: from {@code windowMessages} to
 *     8,192
 * @param queuedBytesMax how much all sends to many of this node may hold: 1 MiB to 4 GiB
 * @param queuedMessagesMax how many of them may be unsettled: 1 to 1,000,000
 * @param membersMax how many nodes a message may be for: 1 to 65,536
 * @param flowsMax how many flows to many may be open each way: 1 to 65,536
 * @param heldBytesMax how much the messages may hold that have come and are not delivered: 1 MiB to 4 GiB
 * @param putBackBytesMax how much of a flow may be kept for members that have detached: from 0, which keeps nothing, to 4
 *     GiB; four times as much of all flows
 * @param retransmission the timer's bounds
 */
public record GroupConfig(
        int fragmentBytes,
        int windowMessages,
        int windowBytes,
        int retainedMessages,
        long queuedBytesMax,
        int queuedMessagesMax,
        int membersMax,
        int flowsMax,
        long heldBytesMax,
        long putBackBytesMax,
        FlowConfig.Retransmission retransmission) {
    /** No member takes a message that lies further than this above the first that is undecided. */
    static final int RETAINED_MESSAGES_MAX = 8_192;

    public static final GroupConfig DEFAULT = new GroupConfig(
            16 << 10,
            256,
            1 << 20,
            1_024,
            64L << 20,
            1 << 14,
            16_384,
            1_024,
            64L << 20,
            4L << 20,
            FlowConfig.Retransmission.DEFAULT);

    public GroupConfig {
        Check.within("group.fragment-bytes", fragmentBytes, 256, 256 << 10);
        Check.within("group.window-messages", windowMessages, 1, 4_096);
        Check.within("group.window-bytes", windowBytes, fragmentBytes, 64 << 20);
        Check.within("group.retained-messages", retainedMessages, windowMessages, RETAINED_MESSAGES_MAX);
        Check.within("group.queued-bytes-max", queuedBytesMax, 1 << 20, 4L << 30);
        Check.within("group.queued-messages-max", queuedMessagesMax, 1, 1_000_000);
        Check.within("group.members-max", membersMax, 1, 1 << 16);
        Check.within("group.flows-max", flowsMax, 1, 1 << 16);
        Check.within("group.held-bytes-max", heldBytesMax, 1 << 20, 4L << 30);
        Check.within("group.put-back-bytes-max", putBackBytesMax, 0, 4L << 30);
    }

    /** Other bounds: of members of a message, of flows each way, of bytes that have come and are not delivered. */
    public GroupConfig withBounds(int members, int flows, long heldBytes) {
        return new GroupConfig(
                fragmentBytes,
                windowMessages,
                windowBytes,
                retainedMessages,
                queuedBytesMax,
                queuedMessagesMax,
                members,
                flows,
                heldBytes,
                putBackBytesMax,
                retransmission);
    }

    public GroupConfig withQueued(long bytesMax, int messagesMax) {
        return new GroupConfig(
                fragmentBytes,
                windowMessages,
                windowBytes,
                retainedMessages,
                bytesMax,
                messagesMax,
                membersMax,
                flowsMax,
                heldBytesMax,
                putBackBytesMax,
                retransmission);
    }

    /** Another bound of what is kept for members that have detached. */
    public GroupConfig withPutBack(long bytesMax) {
        return new GroupConfig(
                fragmentBytes,
                windowMessages,
                windowBytes,
                retainedMessages,
                queuedBytesMax,
                queuedMessagesMax,
                membersMax,
                flowsMax,
                heldBytesMax,
                bytesMax,
                retransmission);
    }
}
