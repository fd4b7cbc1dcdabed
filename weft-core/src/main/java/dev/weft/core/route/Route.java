package dev.weft.core.route;

import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A way through the mesh.
 *
 * @param nodes every node on it, both ends included
 * @param labels what each node but the last calls its link to the next
 * @param cost the sum of the links' costs
 */
public record Route(List<NodeId> nodes, List<Integer> labels, long cost) {
    /** The most links a route may have. */
    public static final int HOPS_MAX = 63;

    public Route {
        nodes = List.copyOf(nodes);
        labels = List.copyOf(labels);
        if (nodes.size() < 2 || labels.size() != nodes.size() - 1) {
            throw new IllegalArgumentException(
                    "a route of " + nodes.size() + " nodes needs at least 2, and one label less, not " + labels.size());
        }
        if (labels.size() > HOPS_MAX) {
            throw new IllegalArgumentException("a route of " + labels.size() + " hops: at most " + HOPS_MAX);
        }
        TreeSet<NodeId> visited = new TreeSet<>();
        for (NodeId node : nodes) {
            if (!visited.add(node)) {
                throw new IllegalArgumentException("a route visits node " + node.brief() + " twice");
            }
        }
    }

    public int hops() {
        return labels.size();
    }

    public NodeId destination() {
        return nodes.get(nodes.size() - 1);
    }

    /** Whether two ways between the same ends have no other node in common. */
    public boolean sharesOnlyEndsWith(Route other) {
        for (int i = 1; i + 1 < nodes.size(); i++) {
            if (other.nodes.contains(nodes.get(i))) {
                return false;
            }
        }
        return hops() > 1 || other.hops() > 1;
    }

    /** @param path node numbers of that graph, each linked to the next */
    static Route along(LinkGraph graph, int[] path) {
        List<NodeId> nodes = new ArrayList<>(path.length);
        List<Integer> labels = new ArrayList<>(path.length - 1);
        long cost = 0;
        for (int i = 0; i < path.length; i++) {
            nodes.add(graph.node(path[i]));
            if (i + 1 < path.length) {
                int link = graph.linkBetween(path[i], path[i + 1]);
                labels.add(graph.label(link));
                cost += graph.cost(link);
            }
        }
        return new Route(nodes, labels, cost);
    }
}
