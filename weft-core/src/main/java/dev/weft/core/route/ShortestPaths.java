package dev.weft.core.route;

import dev.weft.core.base.Check;
import java.util.Arrays;

/**
 * The shortest-path tree of one node (Dijkstra 1959, with a binary heap). A pure function: equal graphs and roots give
 * equal trees on every node, for ties are settled: by cost, then by hops, then by the smaller number of the node
 * before.
 */
public final class ShortestPaths {
    /** The distance of a node that cannot be reached. */
    public static final long UNREACHABLE = Long.MAX_VALUE;

    private static final int EVERYWHERE = -1;

    private final LinkGraph graph;
    private final int root;
    private final long[] distance;
    private final int[] hops;
    private final int[] before;

    private ShortestPaths(ShortestPaths known, LinkGraph graph) {
        this.graph = graph;
        this.root = known.root;
        this.distance = known.distance.clone();
        this.hops = known.hops.clone();
        this.before = known.before.clone();
    }

    private ShortestPaths(LinkGraph graph, int root) {
        this.graph = graph;
        this.root = root;
        int count = graph.nodeCount();
        this.distance = new long[count];
        this.hops = new int[count];
        this.before = new int[count];
        Arrays.fill(distance, UNREACHABLE);
        Arrays.fill(before, -1);
    }

    public static ShortestPaths from(LinkGraph graph, int root) {
        return from(graph, root, Avoidance.NOTHING);
    }

    /** Paths that keep off some nodes and links; the root itself is never kept off. */
    public static ShortestPaths from(LinkGraph graph, int root, Avoidance avoidance) {
        ShortestPaths paths = new ShortestPaths(graph, root);
        NodeHeap frontier = new NodeHeap(paths, graph.nodeCount());
        paths.distance[root] = 0;
        frontier.offer(root);
        paths.spread(frontier, avoidance, EVERYWHERE);
        return paths;
    }

    /**
     * The paths from the same root over another graph of the same nodes: what {@link #from} would find, but only the
     * nodes are looked at whose paths change, and those beside them (dynamic Dijkstra, after Ramalingam and Reps, "On the
     * computational complexity of dynamic graph problems", 1996).
     */
    ShortestPaths over(LinkGraph next) {
        Check.that(next.hasNodesOf(graph), "paths taken over to other nodes");
        int[] changed = changedIn(next);
        ShortestPaths paths = new ShortestPaths(this, next);
        if (changed.length > 0) {
            paths.repair(lostIn(next, changed), changed, Avoidance.NOTHING, EVERYWHERE);
        }
        return paths;
    }

    /** What {@link #from} would find that keeps off some nodes and links; these are paths that keep off nothing. */
    ShortestPaths avoiding(Avoidance avoidance) {
        return avoiding(avoidance, EVERYWHERE);
    }

    /** The same, of which only what leads to one node is asked: the search ends there. */
    ShortestPaths avoidingUntil(int target, Avoidance avoidance) {
        return avoiding(avoidance, target);
    }

    private ShortestPaths avoiding(Avoidance avoidance, int last) {
        ShortestPaths paths = new ShortestPaths(this, graph);
        paths.repair(lostBy(avoidance), new int[0], avoidance, last);
        return paths;
    }

    /** Whose links lead elsewhere there, or cost something else. */
    private int[] changedIn(LinkGraph next) {
        int[] changed = new int[graph.nodeCount()];
        int count = 0;
        for (int node = 0; node < changed.length; node++) {
            if (!next.hasLinksOf(graph, node)) {
                changed[count++] = node;
            }
        }
        return Arrays.copyOf(changed, count);
    }

    public long distance(int node) {
        return distance[node];
    }

    public int hops(int node) {
        return hops[node];
    }

    public boolean reaches(int node) {
        return distance[node] != UNREACHABLE;
    }

    /** The node before on the way from the root; -1 at the root and where there is no way. */
    public int before(int node) {
        return before[node];
    }

    /** Every node is reached from the same node before. */
    boolean leadsLike(ShortestPaths other) {
        return Arrays.equals(before, other.before);
    }

    /** The nodes on the way from the root to a node, both included; empty where there is none. */
    public int[] pathTo(int node) {
        if (!reaches(node)) {
            return new int[0];
        }
        int[] path = new int[hops[node] + 1];
        int at = node;
        for (int i = path.length - 1; i >= 0; i--) {
            path[i] = at;
            at = before[at];
        }
        return path;
    }

    private void spread(NodeHeap frontier, Avoidance avoidance, int last) {
        while (!frontier.isEmpty()) {
            int node = frontier.poll();
            if (node == last) {
                return;
            }
            for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
                int next = graph.to(link);
                if (!avoidance.keepsOffLink(link) && !avoidance.keepsOffNode(next)) {
                    tryLink(node, link, next, frontier);
                }
            }
        }
    }

    /** Goes from a node to the next by a link if no better way to that is known. */
    private void tryLink(int node, int link, int next, NodeHeap frontier) {
        long length = distance[node] + graph.cost(link);
        int steps = hops[node] + 1;
        boolean better = length < distance[next]
                || length == distance[next] && (steps < hops[next] || steps == hops[next] && node < before[next]);
        if (better && next != root) {
            distance[next] = length;
            hops[next] = steps;
            before[next] = node;
            frontier.offer(next);
        }
    }

    // ------------------------------------------------------------------ what other paths have in common with these

    /**
     * Forgets the paths that are lost, then tries all that may be better than what is left.
     *
     * @param changed whose links may lead to shorter paths than before
     * @param last where the search may end
     */
    private void repair(boolean[] lost, int[] changed, Avoidance avoidance, int last) {
        for (int node = 0; node < lost.length; node++) {
            if (lost[node]) {
                distance[node] = UNREACHABLE;
                hops[node] = 0;
                before[node] = -1;
            }
        }
        NodeHeap frontier = new NodeHeap(this, graph.nodeCount());
        for (int node = 0; node < lost.length; node++) {
            if (lost[node] && !avoidance.keepsOffNode(node)) {
                tryFromKept(node, lost, avoidance, frontier);
            }
        }
        for (int node : changed) {
            for (int link = graph.firstLink(node); !lost[node] && reaches(node) && link < graph.endLink(node); link++) {
                tryLink(node, link, graph.to(link), frontier);
            }
        }
        spread(frontier, avoidance, last);
    }

    /** Goes to a lost node from those beside it whose paths were kept; from the others when they are settled. */
    private void tryFromKept(int node, boolean[] lost, Avoidance avoidance, NodeHeap frontier) {
        for (int back = graph.firstLink(node); back < graph.endLink(node); back++) {
            int from = graph.to(back);
            if (!lost[from] && reaches(from)) {
                int link = graph.linkBetween(from, node);
                if (!avoidance.keepsOffLink(link)) {
                    tryLink(from, link, node, frontier);
                }
            }
        }
    }

    /** The nodes whose path leads over a link that is gone in the next graph, or dearer. */
    private boolean[] lostIn(LinkGraph next, int[] changed) {
        boolean[] lost = new boolean[before.length];
        for (int node : changed) {
            for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
                int far = graph.to(link);
                if (before[far] == node) {
                    int now = next.linkBetween(node, far);
                    lost[far] = now < 0 || next.cost(now) > graph.cost(link);
                }
            }
        }
        loseWhatIsBehind(lost);
        return lost;
    }

    /** The nodes whose path leads through a node or over a link that is to be kept off. */
    private boolean[] lostBy(Avoidance avoidance) {
        boolean[] lost = new boolean[before.length];
        for (int node = 0; node < lost.length; node++) {
            lost[node] |= node != root && avoidance.keepsOffNode(node);
            for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
                if (avoidance.keepsOffLink(link) && before[graph.to(link)] == node) {
                    lost[graph.to(link)] = true;
                }
            }
        }
        loseWhatIsBehind(lost);
        return lost;
    }

    /** Whoever is reached through a node whose path is lost has lost it too. */
    private void loseWhatIsBehind(boolean[] lost) {
        boolean[] seen = new boolean[lost.length];
        for (int node = 0; node < lost.length; node++) {
            int known = node;
            while (!seen[known] && !lost[known] && before[known] >= 0) {
                known = before[known];
            }
            boolean isLost = lost[known];
            for (int at = node; at != known; at = before[at]) {
                lost[at] = isLost;
                seen[at] = true;
            }
            seen[known] = true;
        }
    }

    /** Whether one node is to be settled before another. */
    boolean isNearer(int a, int b) {
        if (distance[a] != distance[b]) {
            return distance[a] < distance[b];
        }
        return hops[a] != hops[b] ? hops[a] < hops[b] : a < b;
    }
}
