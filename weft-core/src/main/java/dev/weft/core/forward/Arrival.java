package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.wire.RouteHeader;

/**
 * How a frame came to its destination, which is also a way back to its origin.
 *
 * @param neighbor the last node before this one
 * @param route the header as it arrived
 * @param hops how many links it crossed, 0 where it never left this node
 * @param origin who made it, as a link of one hop or a seal vouches; {@link NodeId#ZERO} where nobody does
 */
public record Arrival(NodeId neighbor, RouteHeader route, int hops, NodeId origin) {
    public static Arrival over(NodeId neighbor, RouteHeader route) {
        int hops = route.hopsTravelled();
        return new Arrival(neighbor, route, hops, hops == 1 ? neighbor : NodeId.ZERO);
    }

    /** A frame that never left this node. */
    public static Arrival atSelf(NodeId self, RouteHeader route) {
        return new Arrival(self, route, 0, self);
    }

    /** The same, made by a node whose seal was right. */
    public Arrival sealedBy(NodeId sealer) {
        return new Arrival(neighbor, route, hops, sealer);
    }
}
