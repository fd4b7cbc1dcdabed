package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Which links a node wants: all up to 16 nodes; above, a number that grows with log n, half of them to the nearest
 * nodes and half to nodes drawn by a hash of the pair. What either end wants is kept; a graph in which each node is
 * joined to its k nearest by random distances is connected with overwhelming probability from k = 3 (Cooper and Frieze,
 * 1995), and k is at least 4.
 *
 * <p>Near is told in doublings of 4 ms: within a site all are equally near, and of them the hash decides as well, so
 * that both ends mostly choose each other and no jitter of a round trip makes anybody choose anew. A pure function; one
 * node more or less changes few choices.
 */
public final class NeighborChoice {
    /** Up to so many nodes, this one counted, everybody links to everybody. */
    public static final int FULL_MESH_NODES_MAX = 16;

    private static final int DEGREE_MIN = 8;

    /** Further away by no more than this is no further. */
    private static final long SITE_MICROS = 4_000;

    /** Which of two candidates comes first; total, for no two have the same id. */
    private interface Order {
        boolean isBefore(Candidates all, int a, int b);
    }

    /** The candidates side by side: a thousand are looked at for ten that are chosen. */
    private record Candidates(NodeId[] nodes, int[] distances, long[] pairHashes) {
        private boolean isNearer(int a, int b) {
            return distances[a] != distances[b] ? distances[a] < distances[b] : isDrawnBefore(a, b);
        }

        private boolean isDrawnBefore(int a, int b) {
            long hashA = pairHashes[a] >>> 1;
            long hashB = pairHashes[b] >>> 1;
            return hashA != hashB ? hashA < hashB : nodes[a].compareTo(nodes[b]) < 0;
        }
    }

    private NeighborChoice() {}

    /** The number of links that a node wants in a mesh of so many nodes. */
    public static int degree(int nodes) {
        int log2 = 64 - Long.numberOfLeadingZeros(Math.max(1, nodes - 1));
        return nodes <= FULL_MESH_NODES_MAX ? nodes - 1 : Math.max(DEGREE_MIN, log2 - 2);
    }

    /** In doublings of {@value #SITE_MICROS} µs; a cost is a hop and the microseconds of the round trip. */
    private static int distance(long cost) {
        return 64 - Long.numberOfLeadingZeros(Math.max(0, cost - LinkCost.HOP) / SITE_MICROS);
    }

    /**
     * @param candidates every other node that is known and allowed, each once
     * @param cost what a link to it costs or may cost; {@link Long#MAX_VALUE} where nothing is known of that
     */
    public static SortedSet<NodeId> choose(NodeId self, List<NodeId> candidates, ToLongFunction<NodeId> cost) {
        int count = candidates.size();
        int degree = degree(count + 1);
        if (degree >= count) {
            return new TreeSet<>(candidates);
        }
        Candidates all = new Candidates(new NodeId[count], new int[count], new long[count]);
        for (int place = 0; place < count; place++) {
            NodeId candidate = candidates.get(place);
            all.nodes[place] = candidate;
            all.distances[place] = distance(cost.applyAsLong(candidate));
            all.pairHashes[place] = pairHash(self, candidate);
        }
        TreeSet<NodeId> chosen = new TreeSet<>();
        for (int nearest : first(degree / 2, all, Candidates::isNearer)) {
            chosen.add(all.nodes[nearest]);
        }
        for (int drawn : first(degree, all, Candidates::isDrawnBefore)) {
            if (chosen.size() >= degree) {
                break;
            }
            chosen.add(all.nodes[drawn]);
        }
        return chosen;
    }

    /** The first few of many in some order, without putting all of them into it. */
    private static int[] first(int count, Candidates all, Order order) {
        int[] first = new int[count];
        int size = 0;
        for (int candidate = 0; candidate < all.nodes.length; candidate++) {
            if (size == count && !order.isBefore(all, candidate, first[size - 1])) {
                continue;
            }
            int place = size < count ? size++ : size - 1;
            while (place > 0 && order.isBefore(all, candidate, first[place - 1])) {
                first[place] = first[place - 1];
                place--;
            }
            first[place] = candidate;
        }
        return first;
    }

    /** Equal from both ends, so that both mostly draw each other and their union is little more than either. */
    private static long pairHash(NodeId one, NodeId other) {
        return Prng.mix(nodeHash(one) + nodeHash(other));
    }

    private static long nodeHash(NodeId node) {
        return Prng.mix(node.high() ^ Prng.mix(node.low()));
    }
}
