package dev.weft.core.engine;

import dev.weft.NodeId;

/**
 * Something worth telling: the one vocabulary of log, console and simulator.
 *
 * @param kind what
 * @param node the node it is about, {@link NodeId#ZERO} where it is about none
 * @param detail for people, built only from facts of the event
 */
public record TraceEvent(Kind kind, NodeId node, String detail) {
    /** What can happen. */
    public enum Kind {
        DIALLING,
        DIAL_FAILED,
        LINK_UP,
        LINK_DOWN,
        LINK_REFUSED,
        PEER_DISCOVERED,
        PEER_FORGOTTEN,
        NODE_UP,
        NODE_CHANGED,
        NODE_LOST,
        GROUP_JOINED,
        GROUP_LEFT,
        ROUTES_CHANGED,
        ROUTE_ERROR,
        MALFORMED,
        DUPLICATE_IDENTITY,
        /** The authority of the mesh has taken something back. */
        REVOCATIONS_CHANGED,
        /** A node was refused what it has no right to. */
        DENIED
    }
}
