package dev.weft;

import java.util.List;

/**
 * A named set of nodes of the mesh, as this node sees it and sends to it. The group {@code ""} has everyone. Nobody
 * owns a group: it is there while somebody is in it. Thread-safe; costs nothing to keep.
 *
 * <p>Who has joined is told to the whole mesh with what each node says of itself, and known everywhere within the time
 * that a change of the topology takes. {@link MeshEvent.Kind#GROUP_JOINED} and {@link MeshEvent.Kind#GROUP_LEFT} tell
 * of others that come and go.
 */
public interface Group {
    /** 0 to 128 bytes of UTF-8 without control characters. */
    String name();

    /** The members that can be reached now, this node included where it is one, in order of id. */
    List<NodeId> members();

    /** Joins with {@link MembershipOptions#BLOCK}. */
    default Membership join() {
        return join(MembershipOptions.BLOCK);
    }

    /**
     * Makes this node a member: what others send to the group from now on comes to this membership's inbox.
     *
     * @throws IllegalStateException if this node is a member already, is in 256 groups, or the mesh is closed
     */
    Membership join(MembershipOptions options);

    /** Sends reliably to all other members, with {@link GroupSendOptions#RDM}. */
    default GroupTicket send(byte[] payload) {
        return send(payload, GroupSendOptions.RDM);
    }

    /**
     * Sends one message to all members. Who they are is fixed when the message is handed to the node's loop: a member
     * that joins later does not get it, one that leaves is still asked. Returns at once while this node has room for
     * what it sends; where it has none, the caller is blocked until there is some or the timeout is over, or the send
     * is refused, as {@link GroupSendOptions#whenFull} says, and each member's outcome tells.
     *
     * @param payload at most 16 MiB; copied before this returns
     * @throws IllegalArgumentException if the payload is too large
     * @throws IllegalStateException if the mesh is closed
     */
    GroupTicket send(byte[] payload, GroupSendOptions options);
}
