package dev.weft.core.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Two ways to one node that share nothing between their ends and are together the cheapest such pair (Suurballe 1974,
 * Suurballe and Tarjan 1984). It finds a pair wherever there is one, also where none goes with the cheapest way of all.
 * A pure function: ties are settled by the numbers of nodes.
 *
 * <p>The cheapest way is taken first. The second search may go back along it, which takes back that piece of it, and
 * costs are reduced by the distances of the first search, so that none is negative. Each node is two states, in which it is
 * entered and left: a node of the first way may be passed backwards only, or, where the ways may share nodes, both ways.
 */
final class DisjointPair {
    /** What the two may not share. */
    enum Apart {
        NODES,
        LINKS
    }

    private record Reached(long distance, int state) implements Comparable<Reached> {
        @Override
        public int compareTo(Reached other) {
            return distance != other.distance
                    ? Long.compare(distance, other.distance)
                    : Integer.compare(state, other.state);
        }
    }

    private static final int NONE = -1;

    private final LinkGraph graph;
    private final ShortestPaths tree;
    private final Avoidance avoidance;
    private final Apart apart;
    private final int root;
    private final int target;
    /** The node before and after each on the cheapest way. */
    private final int[] previous;

    private final int[] following;
    private final long[] distance;
    private final int[] before;
    private final PriorityQueue<Reached> frontier = new PriorityQueue<>();

    private DisjointPair(LinkGraph graph, ShortestPaths tree, Avoidance avoidance, int root, int target, Apart apart) {
        this.graph = graph;
        this.tree = tree;
        this.avoidance = avoidance;
        this.apart = apart;
        this.root = root;
        this.target = target;
        this.previous = new int[graph.nodeCount()];
        this.following = new int[graph.nodeCount()];
        this.distance = new long[2 * graph.nodeCount()];
        this.before = new int[2 * graph.nodeCount()];
        Arrays.fill(previous, NONE);
        Arrays.fill(following, NONE);
        Arrays.fill(distance, Long.MAX_VALUE);
        Arrays.fill(before, NONE);
        int[] path = tree.pathTo(target);
        for (int i = 1; i < path.length; i++) {
            previous[path[i]] = path[i - 1];
            following[path[i - 1]] = path[i];
        }
    }

    /**
     * The two ways as numbers of nodes, in no order; empty where there are none.
     *
     * @param tree all shortest paths from the root under that avoidance
     */
    static Optional<List<int[]>> find(
            LinkGraph graph, ShortestPaths tree, Avoidance avoidance, int root, int target, Apart apart) {
        if (!tree.reaches(target)) {
            return Optional.empty();
        }
        DisjointPair pair = new DisjointPair(graph, tree, avoidance, root, target, apart);
        return pair.isSecondThere() ? Optional.of(pair.untangled()) : Optional.empty();
    }

    private static int entered(int node) {
        return 2 * node;
    }

    private static int left(int node) {
        return 2 * node + 1;
    }

    private boolean isBetween(int node) {
        return previous[node] != NONE && following[node] != NONE;
    }

    private boolean isSecondThere() {
        offer(left(root), NONE, 0);
        while (!frontier.isEmpty()) {
            Reached next = frontier.remove();
            if (next.distance() != distance[next.state()]) {
                continue;
            }
            if (next.state() == entered(target)) {
                return true;
            }
            if ((next.state() & 1) == 0) {
                goOnFromEntered(next.state() / 2, next.state(), next.distance());
            } else {
                goOnFromLeft(next.state() / 2, next.state(), next.distance());
            }
        }
        return false;
    }

    private void goOnFromEntered(int node, int state, long length) {
        if (apart == Apart.LINKS || !isBetween(node)) {
            offer(left(node), state, length);
        }
        if (isBetween(node)) {
            // Back along the cheapest way: what that costs less is what it cost more, so nothing by reduced costs.
            offer(left(previous[node]), state, length);
        }
    }

    private void goOnFromLeft(int node, int state, long length) {
        if (isBetween(node)) {
            offer(entered(node), state, length);
        }
        for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
            int next = graph.to(link);
            boolean isOfFirst = following[node] == next || previous[node] == next;
            if (next == root || isOfFirst || avoidance.keepsOffLink(link) || avoidance.keepsOffNode(next)) {
                continue;
            }
            long reduced = graph.cost(link) + tree.distance(node) - tree.distance(next);
            offer(entered(next), state, length + reduced);
        }
    }

    private void offer(int state, int from, long length) {
        if (length < distance[state]) {
            distance[state] = length;
            before[state] = from;
            frontier.add(new Reached(length, state));
        }
    }

    /** Both searches together, without what the second has taken back. */
    private List<int[]> untangled() {
        TreeMap<Integer, ArrayDeque<Integer>> next = new TreeMap<>();
        for (int node = root; node != target; node = following[node]) {
            after(next, node).add(following[node]);
        }
        for (int state = entered(target); before[state] != NONE; state = before[state]) {
            int node = state / 2;
            int from = before[state] / 2;
            if (node == from) {
                continue;
            }
            if (previous[from] == node) {
                after(next, node).removeFirstOccurrence(from);
            } else {
                after(next, from).add(node);
            }
        }
        return List.of(walk(next), walk(next));
    }

    private static ArrayDeque<Integer> after(TreeMap<Integer, ArrayDeque<Integer>> next, int node) {
        return next.computeIfAbsent(node, key -> new ArrayDeque<>());
    }

    private int[] walk(TreeMap<Integer, ArrayDeque<Integer>> next) {
        List<Integer> nodes = new ArrayList<>();
        for (int node = root; node != target; node = after(next, node).remove()) {
            nodes.add(node);
        }
        nodes.add(target);
        return nodes.stream().mapToInt(Integer::intValue).toArray();
    }
}
