package dev.weft;

import java.util.List;

/**
 * The mesh as this node sees it at one moment.
 *
 * @param self this node
 * @param peers every node that can be reached, this one included, in order of id
 * @param links every link that both ends announce, each once
 */
public record Topology(NodeId self, List<Peer> peers, List<Link> links) {
    /**
     * A link between two nodes.
     *
     * @param a the end with the smaller id
     * @param b the other end
     * @param costFromA what {@code a} says it costs: 1,000 for the hop and 1 per microsecond of round trip
     * @param costFromB what {@code b} says
     */
    public record Link(NodeId a, NodeId b, int costFromA, int costFromB) {}
}
