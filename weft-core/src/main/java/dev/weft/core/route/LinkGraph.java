package dev.weft.core.route;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mesh as a graph: nodes numbered in order of id, and the links that both their ends announce (the two-way check
 * of RFC 2328 §16.1). Immutable. A link has a label and a cost of its own in each direction.
 */
public final class LinkGraph {
    /** The highest cost of a link. */
    public static final int COST_MAX = (1 << 24) - 1;

    private final NodeId[] nodes;
    /** The links of node i are those from firstLink[i] to firstLink[i + 1], in order of their far end. */
    private final int[] firstLink;

    private final int[] to;
    private final int[] label;
    private final int[] cost;

    private LinkGraph(NodeId[] nodes, int[] firstLink, int[] to, int[] label, int[] cost) {
        this.nodes = nodes;
        this.firstLink = firstLink;
        this.to = to;
        this.label = label;
        this.cost = cost;
    }

    public int nodeCount() {
        return nodes.length;
    }

    /** Directed links: twice the number of links. */
    public int linkCount() {
        return to.length;
    }

    public NodeId node(int index) {
        return nodes[index];
    }

    /** The number of a node, negative where it is not in the graph. */
    public int indexOf(NodeId node) {
        return Arrays.binarySearch(nodes, node);
    }

    public int firstLink(int node) {
        return firstLink[node];
    }

    /** One past the last link of a node. */
    public int endLink(int node) {
        return firstLink[node + 1];
    }

    public int to(int link) {
        return to[link];
    }

    public int label(int link) {
        return label[link];
    }

    public int cost(int link) {
        return cost[link];
    }

    /** The link from one node to another, negative where there is none. */
    public int linkBetween(int from, int target) {
        int at = Arrays.binarySearch(to, firstLink[from], firstLink[from + 1], target);
        return at < 0 ? -1 : at;
    }

    /** Collects what the nodes announce. */
    public static final class Builder {
        private record Announced(int label, int cost) {}

        private final TreeMap<NodeId, TreeMap<NodeId, Announced>> announced = new TreeMap<>();

        /** A node that is there even if nobody links to it. */
        public Builder node(NodeId node) {
            announced.computeIfAbsent(node, id -> new TreeMap<>());
            return this;
        }

        /** What one end says of a link; a later word replaces an earlier one. */
        public Builder advertise(NodeId from, NodeId target, int label, int cost) {
            Check.that(cost >= 1 && cost <= COST_MAX, "a link cost of %d", cost);
            if (!from.equals(target)) {
                announced.computeIfAbsent(from, id -> new TreeMap<>()).put(target, new Announced(label, cost));
            }
            return this;
        }

        public LinkGraph build() {
            NodeId[] nodes = announced.keySet().toArray(new NodeId[0]);
            int[] firstLink = new int[nodes.length + 1];
            int announcements = 0;
            for (TreeMap<NodeId, Announced> links : announced.values()) {
                announcements += links.size();
            }
            int[] to = new int[announcements];
            int[] label = new int[announcements];
            int[] cost = new int[announcements];
            int links = 0;
            for (int from = 0; from < nodes.length; from++) {
                firstLink[from] = links;
                for (Map.Entry<NodeId, Announced> link : linksOf(nodes[from]).entrySet()) {
                    int far = Arrays.binarySearch(nodes, link.getKey());
                    if (far >= 0 && linksOf(nodes[far]).containsKey(nodes[from])) {
                        to[links] = far;
                        label[links] = link.getValue().label();
                        cost[links] = link.getValue().cost();
                        links++;
                    }
                }
            }
            firstLink[nodes.length] = links;
            return new LinkGraph(
                    nodes,
                    firstLink,
                    Arrays.copyOf(to, links),
                    Arrays.copyOf(label, links),
                    Arrays.copyOf(cost, links));
        }

        private TreeMap<NodeId, Announced> linksOf(NodeId node) {
            return announced.getOrDefault(node, new TreeMap<>());
        }
    }
}
