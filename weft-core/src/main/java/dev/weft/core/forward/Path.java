package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.RouteHeader;
import java.util.List;

/**
 * A way from this node to another, ready to be put before a frame: the neighbor to send to and the route from there.
 *
 * @param nodes the nodes on the way, this one and the destination included; twice this one for the way to itself
 * @param route the labels that the nodes after the first link pop
 */
public record Path(List<NodeId> nodes, RouteHeader route) {
    public Path {
        Check.that(nodes.size() >= 2, "a path needs two ends");
        nodes = List.copyOf(nodes);
    }

    /** From a node to itself: over no link. */
    public static Path toSelf(NodeId self) {
        return new Path(List.of(self, self), RouteHeader.DIRECT);
    }

    public boolean isToSelf() {
        return nodes.get(0).equals(nodes.get(1));
    }

    public NodeId neighbor() {
        return nodes.get(1);
    }

    public NodeId destination() {
        return nodes.get(nodes.size() - 1);
    }

    public int hops() {
        return isToSelf() ? 0 : nodes.size() - 1;
    }
}
