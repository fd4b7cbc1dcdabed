package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.wire.RouteHeader;

/**
 * How a frame came to its destination, which is also a way back to its origin.
 *
 * @param neighbor the last node before this one
 * @param route the header as it arrived
 * @param hops how many links it crossed, 0 where it never left this node
 * @param origin who made it; {@link NodeId#ZERO} where nobody vouches for that
 * @param voucher what vouches for it
 */
public record Arrival(NodeId neighbor, RouteHeader route, int hops, NodeId origin, Voucher voucher) {
    /** What vouches for the origin of a frame. */
    public enum Voucher {
        NOTHING,
        /** It has not left its origin, which is this node. */
        SELF,
        /** The link that it came over leads to its origin. */
        LINK,
        SEAL
    }

    public static Arrival over(NodeId neighbor, RouteHeader route) {
        int hops = route.hopsTravelled();
        return hops == 1
                ? new Arrival(neighbor, route, hops, neighbor, Voucher.LINK)
                : new Arrival(neighbor, route, hops, NodeId.ZERO, Voucher.NOTHING);
    }

    /** A frame that never left this node. */
    public static Arrival atSelf(NodeId self, RouteHeader route) {
        return new Arrival(self, route, 0, self, Voucher.SELF);
    }

    /** The same, made by a node whose seal was right. */
    public Arrival sealedBy(NodeId sealer) {
        return new Arrival(neighbor, route, hops, sealer, Voucher.SEAL);
    }

    /** Whether somebody on the way may have read it. */
    public boolean isInPlain() {
        return switch (voucher) {
            case SELF, SEAL -> false;
            case NOTHING, LINK -> true;
        };
    }
}
