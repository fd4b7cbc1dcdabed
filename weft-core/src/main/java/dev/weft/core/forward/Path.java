package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.RouteHeader;
import java.util.List;

/**
 * A way from this node to another, ready to be put before a frame: the neighbor to send to and the route from there.
 *
 * @param nodes the nodes on the way, this one and the destination included
 * @param route the labels that the nodes after the first link pop
 */
public record Path(List<NodeId> nodes, RouteHeader route) {
    public Path {
        Check.that(nodes.size() >= 2, "a path needs two ends");
        nodes = List.copyOf(nodes);
    }

    public NodeId neighbor() {
        return nodes.get(1);
    }

    public NodeId destination() {
        return nodes.get(nodes.size() - 1);
    }

    public int hops() {
        return nodes.size() - 1;
    }
}
