package dev.weft.core.route;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.Adjacencies.Adjacency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

    /** Whether the links of a node lead to the same nodes as in another graph, at the same costs. */
    boolean hasLinksOf(LinkGraph other, int node) {
        int first = firstLink[node];
        int theirs = other.firstLink[node];
        int count = firstLink[node + 1] - first;
        if (other.firstLink[node + 1] - theirs != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (to[first + i] != other.to[theirs + i] || cost[first + i] != other.cost[theirs + i]) {
                return false;
            }
        }
        return true;
    }

    /** Node for node the same: what is numbered in one is numbered alike in the other. */
    boolean hasNodesOf(LinkGraph other) {
        return nodes == other.nodes || Arrays.equals(nodes, other.nodes);
    }

    /**
     * Collects what the nodes announce; one builder can go on to build the next graph from what has changed.
     *
     * <p>Every node that was ever named has a number that stays, so what an announcement says is resolved once. Whether
     * the far end announces a link too is noted with both when either of them changes. So the next graph is the last
     * one but for the links of those that have changed, as long as no node comes or goes.
     */
    public static final class Builder {
        /** So many numbers may be taken by nodes that are only named before all are numbered anew. */
        private static final int SPARE_NUMBERS = 1_024;

        private final NodeNumbers numbers = new NodeNumbers();
        /** What each node announces, by its number. */
        private Row[] rows = new Row[16];

        /** The numbers of the nodes that are there, in order of id, and the place of each in that order. */
        private int[] inOrder = new int[0];

        private int[] placeOf = new int[0];
        private NodeId[] nodes = new NodeId[0];
        private int presentCount;
        private int linkCount;
        private boolean nodesAreStale;
        private @Nullable LinkGraph latest;
        /** The numbers of those whose links are not what they are in the latest graph. */
        private final BitSet changed = new BitSet();

        /** A node that is there even if nobody links to it. */
        public Builder node(NodeId node) {
            present(numberOf(node));
            return this;
        }

        /** What one end says of a link; a later word replaces an earlier one. */
        public Builder advertise(NodeId from, NodeId target, int label, int cost) {
            Check.that(cost >= 1 && cost <= COST_MAX, "a link cost of %d", cost);
            if (from.equals(target)) {
                return this;
            }
            Row row = present(numberOf(from));
            TreeMap<NodeId, Adjacency> links = new TreeMap<>();
            row.announced.forEach(link -> links.put(link.neighbor(), link));
            links.put(target, new Adjacency(target, label, cost));
            return advertise(from, List.copyOf(links.values()));
        }

        /** All that one node says of its links, in order of the far ends; replaces what it said before. Is kept. */
        public Builder advertise(NodeId from, List<Adjacency> links) {
            int number = numberOf(from);
            replace(number, present(number), links);
            return this;
        }

        /** Forgets a node. */
        public Builder remove(NodeId node) {
            int number = numbers.find(node);
            if (number >= 0 && rows[number].present) {
                replace(number, rows[number], List.of());
                rows[number].present = false;
                presentCount--;
                nodesAreStale = true;
            }
            return this;
        }

        /** The graph of all that is announced now; the same one where nothing has changed since the last. */
        public LinkGraph build() {
            LinkGraph before = latest;
            if (before != null && !nodesAreStale && changed.isEmpty()) {
                return before;
            }
            if (numbers.size() > 2 * presentCount + SPARE_NUMBERS) {
                renumber();
            }
            if (nodesAreStale) {
                nodesAreStale = false;
                before = null;
                order();
            }
            Layout layout = new Layout(nodes, linkCount);
            for (int place = 0; place < inOrder.length; place++) {
                if (before == null || changed.get(inOrder[place])) {
                    layout.takeOver(before, place);
                    layout.add(rows[inOrder[place]], placeOf);
                }
            }
            layout.takeOver(before, nodes.length);
            changed.clear();
            LinkGraph built = layout.graph();
            latest = built;
            return built;
        }

        private void replace(int number, Row row, List<Adjacency> links) {
            List<Adjacency> before = row.announced;
            if (links.equals(before)) {
                return;
            }
            changed.set(number);
            int[] fresh = new int[Row.STRIDE * links.size()];
            int at = 0;
            int old = 0;
            // Both are in order of the far ends, and mostly name the same: those rows need not be looked at.
            for (Adjacency link : links) {
                NodeId far = link.neighbor();
                while (old < before.size() && before.get(old).neighbor().compareTo(far) < 0) {
                    lose(number, row, old++);
                }
                if (old < before.size() && before.get(old).neighbor().equals(far)) {
                    fresh[at] = row.links[Row.STRIDE * old];
                    old++;
                } else {
                    fresh[at] = gained(number, numberOf(far));
                }
                fresh[at + Row.LABEL] = link.label();
                fresh[at + Row.COST] = link.cost();
                at += Row.STRIDE;
            }
            while (old < before.size()) {
                lose(number, row, old++);
            }
            row.links = fresh;
            row.announced = links;
        }

        /** A node does not announce one of its links any more. */
        private void lose(int number, Row row, int i) {
            if (row.isMutual(i)) {
                rows[row.far(i)].lose(number);
                changed.set(row.far(i));
                linkCount -= 2;
            }
        }

        /** A node announces a link anew: how its row names the far end. */
        private int gained(int number, int far) {
            boolean mutual = far != number && rows[far].gain(number);
            if (mutual) {
                changed.set(far);
                linkCount += 2;
            }
            return mutual ? far : ~far;
        }

        private Row present(int number) {
            Row row = rows[number];
            if (!row.present) {
                row.present = true;
                presentCount++;
                nodesAreStale = true;
            }
            return row;
        }

        private int numberOf(NodeId node) {
            int number = numbers.number(node);
            if (number == rows.length) {
                rows = Arrays.copyOf(rows, 2 * rows.length);
            }
            if (rows[number] == null) {
                rows[number] = new Row();
            }
            return number;
        }

        private void order() {
            NodeId[] present = new NodeId[presentCount];
            int count = 0;
            for (int number = 0; number < numbers.size(); number++) {
                if (rows[number].present) {
                    present[count++] = numbers.node(number);
                }
            }
            Arrays.sort(present);
            nodes = present;
            inOrder = new int[present.length];
            placeOf = new int[numbers.size()];
            for (int place = 0; place < present.length; place++) {
                inOrder[place] = numbers.find(present[place]);
                placeOf[inOrder[place]] = place;
            }
        }

        /** Numbers all nodes anew, but for those that nobody names any more. */
        private void renumber() {
            List<NodeId> names = new ArrayList<>();
            List<List<Adjacency>> announced = new ArrayList<>();
            for (int number = 0; number < numbers.size(); number++) {
                Row row = rows[number];
                if (row.present) {
                    names.add(numbers.node(number));
                    announced.add(row.announced);
                }
            }
            numbers.clear();
            changed.clear();
            rows = new Row[16];
            presentCount = 0;
            linkCount = 0;
            nodesAreStale = true;
            for (int i = 0; i < names.size(); i++) {
                advertise(names.get(i), announced.get(i));
            }
        }
    }

    /** A graph that is being laid out, node by node. */
    private static final class Layout {
        private final NodeId[] nodes;
        private final int[] firstLink;
        private final int[] to;
        private final int[] label;
        private final int[] cost;
        private int nodeCount;
        private int linkCount;

        private Layout(NodeId[] nodes, int links) {
            this.nodes = nodes;
            firstLink = new int[nodes.length + 1];
            to = new int[links];
            label = new int[links];
            cost = new int[links];
        }

        /** The nodes up to a place have the links that they had. */
        private void takeOver(@Nullable LinkGraph before, int end) {
            if (before == null || nodeCount == end) {
                return;
            }
            int first = before.firstLink[nodeCount];
            int count = before.firstLink[end] - first;
            System.arraycopy(before.to, first, to, linkCount, count);
            System.arraycopy(before.label, first, label, linkCount, count);
            System.arraycopy(before.cost, first, cost, linkCount, count);
            int shift = linkCount - first;
            for (; nodeCount < end; nodeCount++) {
                firstLink[nodeCount] = before.firstLink[nodeCount] + shift;
            }
            linkCount += count;
        }

        /** The next node. */
        private void add(Row row, int[] placeOf) {
            firstLink[nodeCount++] = linkCount;
            for (int at = 0; at < row.links.length; at += Row.STRIDE) {
                if (row.links[at] >= 0) {
                    to[linkCount] = placeOf[row.links[at]];
                    label[linkCount] = row.links[at + Row.LABEL];
                    cost[linkCount] = row.links[at + Row.COST];
                    linkCount++;
                }
            }
        }

        private LinkGraph graph() {
            Check.that(linkCount == to.length, "%d links where %d were counted", linkCount, to.length);
            firstLink[nodeCount] = linkCount;
            return new LinkGraph(nodes, firstLink, to, label, cost);
        }
    }

    /** What one node announces, in order of the far ends. */
    private static final class Row {
        private static final int STRIDE = 3;
        private static final int LABEL = 1;
        private static final int COST = 2;

        /** For each link the number of its far end, its complement where that does not announce the link, label, cost. */
        private int[] links = new int[0];

        /** The same as it was told: of many engines in one process all have these names, so they are near. */
        private List<Adjacency> announced = List.of();

        private boolean present;

        private boolean isMutual(int i) {
            return links[STRIDE * i] >= 0;
        }

        private int far(int i) {
            int far = links[STRIDE * i];
            return far >= 0 ? far : ~far;
        }

        /** The far end announces a link to here: true where this one announces it too. */
        private boolean gain(int far) {
            return exchange(~far, far);
        }

        /** The far end does not announce the link any more. */
        private void lose(int far) {
            exchange(far, ~far);
        }

        private boolean exchange(int present, int wanted) {
            for (int at = 0; at < links.length; at += STRIDE) {
                if (links[at] == present) {
                    links[at] = wanted;
                    return true;
                }
            }
            return false;
        }
    }
}
