package dev.weft;

import java.time.Instant;

/**
 * Something that has happened in the mesh, as this node sees it.
 *
 * @param at by this node's wall clock
 * @param kind what
 * @param node the node it is about, {@link NodeId#ZERO} where it is about none
 * @param detail for people
 */
public record MeshEvent(Instant at, Kind kind, NodeId node, String detail) {
    /** What can happen. */
    public enum Kind {
        /** A locator of this node is being listened on. */
        LISTENING,
        /** A node was heard of for the first time, by beacon, directory, file or exchange. */
        PEER_DISCOVERED,
        /** A node without a link is remembered no longer; the detail says why: silence, a goodbye, or no room. */
        PEER_FORGOTTEN,
        /** A node is a member that can be reached. */
        PEER_UP,
        /** A node has left, died or cannot be reached any more. */
        PEER_LOST,
        /** What a node says of itself has changed. */
        PEER_CHANGED,
        /** A node that can be reached is in a group; the detail is the group's name. */
        GROUP_JOINED,
        /** A node has left a group, or the mesh; the detail is the group's name. */
        GROUP_LEFT,
        LINK_UP,
        LINK_DOWN,
        /** A connection was refused, by this node or the other; the detail says why. */
        LINK_REFUSED,
        /** Routes were computed anew and differ. */
        ROUTE_CHANGED,
        /** A send did not end in a delivery. */
        DEAD_LETTER,
        /** The authority of the mesh has taken something back; the detail says which list holds now. */
        REVOCATIONS_CHANGED,
        /** A node was refused what it has no right to; told once in ten seconds for each node and right. */
        DENIED,
        /** Something is amiss that the operator may want to mend. */
        WARNING
    }
}
