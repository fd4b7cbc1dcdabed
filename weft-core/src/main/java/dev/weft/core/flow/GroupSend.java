package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.GroupName;
import java.util.Collections;
import java.util.SortedSet;

/**
 * One message that an application wants sent to many.
 *
 * @param ticket the caller's number for it, unique on this node
 * @param name who is addressed, with which guarantees
 * @param members the nodes that are to have it, this node among them where it hears itself: kept as they are handed over and
 *     not to be changed from then on, for all messages in a row mostly share one set
 * @param payload at most {@link dev.weft.core.wire.Data#MESSAGE_BYTES_MAX} bytes
 * @param manner how it is to travel
 * @param timeoutNanos how long it may take
 */
public record GroupSend(
        long ticket,
        GroupName name,
        SortedSet<NodeId> members,
        ByteView payload,
        GroupManner manner,
        long timeoutNanos) {
    public GroupSend {
        members = Collections.unmodifiableSortedSet(members);
    }

    /** One that travels as usual. */
    public GroupSend(long ticket, GroupName name, SortedSet<NodeId> members, ByteView payload, long timeoutNanos) {
        this(ticket, name, members, payload, GroupManner.DEFAULT, timeoutNanos);
    }

    /** The same to a flow whose messages are sealed. */
    public GroupSend sealed() {
        return new GroupSend(ticket, name.with(GroupName.Sealing.SEALED), members, payload, manner, timeoutNanos);
    }
}
