package dev.weft.core.route;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.Adjacencies.Adjacency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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

    /** Collects what the nodes announce; one builder can go on to build the next graph from what has changed. */
    public static final class Builder {
        private final TreeMap<NodeId, Row> rows = new TreeMap<>();
        private NodeId[] nodes = new NodeId[0];
        private Row[] rowOf = new Row[0];
        private boolean nodesAreStale;

        /** A node that is there even if nobody links to it. */
        public Builder node(NodeId node) {
            row(node);
            return this;
        }

        /** What one end says of a link; a later word replaces an earlier one. */
        public Builder advertise(NodeId from, NodeId target, int label, int cost) {
            Check.that(cost >= 1 && cost <= COST_MAX, "a link cost of %d", cost);
            if (!from.equals(target)) {
                row(from).put(new Adjacency(target, label, cost));
            }
            return this;
        }

        /** All that one node says of its links, in order of the far ends; replaces what it said before. */
        public Builder advertise(NodeId from, List<Adjacency> links) {
            row(from).replace(links);
            return this;
        }

        /** Forgets a node. */
        public Builder remove(NodeId node) {
            nodesAreStale |= rows.remove(node) != null;
            return this;
        }

        public LinkGraph build() {
            if (nodesAreStale) {
                nodesAreStale = false;
                nodes = rows.keySet().toArray(new NodeId[0]);
                rowOf = rows.values().toArray(new Row[0]);
                for (Row row : rowOf) {
                    row.resolved = false;
                }
            }
            int announcements = 0;
            for (Row row : rowOf) {
                row.resolve(nodes);
                announcements += row.links.size();
            }
            int[] firstLink = new int[nodes.length + 1];
            int[] to = new int[announcements];
            int[] label = new int[announcements];
            int[] cost = new int[announcements];
            int links = 0;
            for (int from = 0; from < rowOf.length; from++) {
                Row row = rowOf[from];
                firstLink[from] = links;
                for (int i = 0; i < row.links.size(); i++) {
                    int far = row.farEnds[i];
                    if (far >= 0 && far != from && rowOf[far].leadsTo(from)) {
                        to[links] = far;
                        label[links] = row.links.get(i).label();
                        cost[links] = row.links.get(i).cost();
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

        private Row row(NodeId node) {
            Row row = rows.get(node);
            if (row == null) {
                row = new Row();
                rows.put(node, row);
                nodesAreStale = true;
            }
            return row;
        }
    }

    /** What one node announces, in order of the far ends. */
    private static final class Row {
        private List<Adjacency> links = List.of();
        /** The numbers of the far ends, in the same order; negative where there is no such node. */
        private int[] farEnds = new int[0];

        private boolean resolved;

        private void replace(List<Adjacency> newLinks) {
            links = newLinks;
            resolved = false;
        }

        private void put(Adjacency link) {
            List<Adjacency> changed = new ArrayList<>(links);
            changed.removeIf(present -> present.neighbor().equals(link.neighbor()));
            changed.add(link);
            changed.sort(Comparator.comparing(Adjacency::neighbor));
            replace(changed);
        }

        private void resolve(NodeId[] nodes) {
            if (!resolved) {
                resolved = true;
                farEnds = new int[links.size()];
                for (int i = 0; i < farEnds.length; i++) {
                    farEnds[i] = Arrays.binarySearch(nodes, links.get(i).neighbor());
                }
            }
        }

        private boolean leadsTo(int node) {
            for (int farEnd : farEnds) {
                if (farEnd == node) {
                    return true;
                }
            }
            return false;
        }
    }
}
