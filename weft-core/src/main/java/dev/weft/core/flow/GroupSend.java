package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteHeader;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One message that an application wants sent to many.
 *
 * @param ticket the caller's number for it, unique on this node
 * @param name who is addressed, with which guarantees
 * @param members the nodes that are to have it: fixed from here on, this node among them where it hears itself
 * @param payload at most {@link dev.weft.core.wire.Data#MESSAGE_BYTES_MAX} bytes
 * @param priority 0 to 7, 7 the highest
 * @param timeoutNanos how long it may take
 */
public record GroupSend(
        long ticket, GroupName name, SortedSet<NodeId> members, ByteView payload, int priority, long timeoutNanos) {
    public GroupSend {
        Check.within("priority", priority, 0, RouteHeader.PRIORITY_MAX);
        members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
    }

    /** One of no particular priority. */
    public GroupSend(long ticket, GroupName name, SortedSet<NodeId> members, ByteView payload, long timeoutNanos) {
        this(ticket, name, members, payload, RouteHeader.PRIORITY_DEFAULT, timeoutNanos);
    }

    /** The same to a flow whose messages are sealed. */
    public GroupSend sealed() {
        return new GroupSend(ticket, name.with(GroupName.Sealing.SEALED), members, payload, priority, timeoutNanos);
    }

    GroupSend withPayload(ByteView other) {
        return new GroupSend(ticket, name, members, other, priority, timeoutNanos);
    }
}
