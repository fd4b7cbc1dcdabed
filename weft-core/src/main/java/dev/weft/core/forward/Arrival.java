package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.wire.RouteHeader;

/**
 * How a frame came to its destination, which is also a way back to its origin.
 *
 * @param neighbor the last node before this one
 * @param route the header as it arrived
 * @param hops how many links it crossed, 0 where it never left this node
 */
public record Arrival(NodeId neighbor, RouteHeader route, int hops) {
    public static Arrival over(NodeId neighbor, RouteHeader route) {
        return new Arrival(neighbor, route, route.hopsTravelled());
    }
}
