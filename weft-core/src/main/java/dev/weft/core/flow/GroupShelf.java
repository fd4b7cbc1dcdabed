package dev.weft.core.flow;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a flow that members have put back: they have detached, keep nothing more, and fetch it when they have
 * caught up. It is bounded, for each flow and for all of a node, so that nobody else waits for them; beyond that the
 * oldest is given up for those who have not fetched it.
 *
 * <p>A member takes what it has put back only from a later transmission. So while none has left, it has not got it for
 * certain.
 *
 * <p>Called by {@link GroupDetached}, and by {@link GroupOutcomes}, which clears it.
 */
final class GroupShelf {
    /** What the shelves of all flows of a node hold. */
    static final class Total {
        private final long bytesMax;
        private long bytes;

        Total(GroupConfig config) {
            this.bytesMax = config.putBackBytesMax() * FLOWS;
        }

        long bytes() {
            return bytes;
        }

        boolean isWithinBounds() {
            return bytes <= bytesMax;
        }
    }

    /** So many flows may have as much on their shelves as they want. */
    private static final long FLOWS = 4;

    /** A node counts so much for each message for many that it has sent and knows no outcome of. */
    private static final long MESSAGE_OVERHEAD_BYTES = 4_096;

    private final TreeMap<Long, GroupMessage> messages = new TreeMap<>();
    private final Total total;
    private final long bytesMax;
    private long bytes;

    GroupShelf(GroupConfig config, Total total) {
        this.total = total;
        this.bytesMax = config.putBackBytesMax();
    }

    /** A member has no use for a message now: so it said to a transmission. */
    void putBack(GroupMessage message, int member, long transmission) {
        if (message.putBack.length == 0) {
            message.putBack = new long[message.members.length];
        }
        if (message.putBack[member] == 0) {
            message.members[member].putBackCount++;
            if (messages.put(message.number, message) == null) {
                count(message, 1);
            }
        }
        message.putBack[member] = Math.max(message.putBack[member], transmission);
    }

    /** A member that may have put it back has an outcome of a message. */
    void settled(GroupMessage message, int member) {
        if (!message.isPutBack(member)) {
            return;
        }
        message.members[member].putBackCount--;
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            if (message.isPutBack(i)) {
                return;
            }
        }
        messages.remove(message.number);
        count(message, -1);
    }

    /** The oldest message where there are more than there may be, else null. */
    @Nullable
    GroupMessage excess() {
        Map.Entry<Long, GroupMessage> oldest = messages.firstEntry();
        return oldest != null && (bytes > bytesMax || !total.isWithinBounds()) ? oldest.getValue() : null;
    }

    private void count(GroupMessage message, int sign) {
        long charge = message.payload.length()
                + MESSAGE_OVERHEAD_BYTES * message.parcel.sends().size();
        bytes += sign * charge;
        total.bytes += sign * charge;
    }
}
