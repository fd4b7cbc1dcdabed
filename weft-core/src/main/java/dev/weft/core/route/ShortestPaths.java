package dev.weft.core.route;

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
        paths.run(avoidance, EVERYWHERE);
        return paths;
    }

    /** The same, of which only what leads to one node is asked: the search ends there. */
    static ShortestPaths fromUntil(LinkGraph graph, int root, int target, Avoidance avoidance) {
        ShortestPaths paths = new ShortestPaths(graph, root);
        paths.run(avoidance, target);
        return paths;
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

    private void run(Avoidance avoidance, int last) {
        NodeHeap frontier = new NodeHeap(this, graph.nodeCount());
        distance[root] = 0;
        frontier.offer(root);
        while (!frontier.isEmpty()) {
            int node = frontier.poll();
            if (node == last) {
                return;
            }
            for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
                int next = graph.to(link);
                if (next == root || avoidance.keepsOffLink(link) || avoidance.keepsOffNode(next)) {
                    continue;
                }
                long length = distance[node] + graph.cost(link);
                int steps = hops[node] + 1;
                boolean better = length < distance[next]
                        || length == distance[next]
                                && (steps < hops[next] || steps == hops[next] && node < before[next]);
                if (better) {
                    distance[next] = length;
                    hops[next] = steps;
                    before[next] = node;
                    frontier.offer(next);
                }
            }
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
