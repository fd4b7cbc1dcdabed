package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which links a node wants: all up to 16 nodes; above, a number that grows with log n, half of them to the nearest
 * nodes and half to nodes drawn by a hash of the pair. What either end wants is kept; a graph in which each node is
 * joined to its k nearest by random distances is connected with overwhelming probability from k = 3 (Cooper and Frieze,
 * 1995), and k is at least 4. A pure function; one node more or less changes few choices.
 */
public final class NeighborChoice {
    /** Up to so many nodes, this one counted, everybody links to everybody. */
    public static final int FULL_MESH_NODES_MAX = 16;

    private static final int DEGREE_MIN = 8;

    private record Candidate(NodeId node, long cost, long pairHash) {}

    private static final Comparator<Candidate> NEAREST = Comparator.comparingLong(Candidate::cost)
            .thenComparingLong(candidate -> Prng.mix(candidate.pairHash + 1))
            .thenComparing(Candidate::node);

    private static final Comparator<Candidate> DRAWN = Comparator.<Candidate>comparingLong(
                    candidate -> candidate.pairHash >>> 1)
            .thenComparing(Candidate::node);

    private NeighborChoice() {}

    /** The number of links that a node wants in a mesh of so many nodes. */
    public static int degree(int nodes) {
        int log2 = 64 - Long.numberOfLeadingZeros(Math.max(1, nodes - 1));
        return nodes <= FULL_MESH_NODES_MAX ? nodes - 1 : Math.max(DEGREE_MIN, log2);
    }

    /**
     * @param candidates every other node that is known and allowed, with its estimated cost; {@link Long#MAX_VALUE}
     *     where there is none
     */
    public static SortedSet<NodeId> choose(NodeId self, SortedMap<NodeId, Long> candidates) {
        int degree = degree(candidates.size() + 1);
        if (degree >= candidates.size()) {
            return new TreeSet<>(candidates.keySet());
        }
        List<Candidate> all = new ArrayList<>(candidates.size());
        candidates.forEach((node, cost) -> all.add(new Candidate(node, cost, pairHash(self, node))));
        TreeSet<NodeId> chosen = new TreeSet<>();
        for (Candidate nearest : first(degree / 2, all, NEAREST)) {
            chosen.add(nearest.node);
        }
        for (Candidate drawn : first(degree, all, DRAWN)) {
            if (chosen.size() >= degree) {
                break;
            }
            chosen.add(drawn.node);
        }
        return chosen;
    }

    /** The first few of many in some order, without putting all of them into it. */
    private static List<Candidate> first(int count, List<Candidate> all, Comparator<Candidate> order) {
        PriorityQueue<Candidate> kept = new PriorityQueue<>(count + 1, order.reversed());
        for (Candidate candidate : all) {
            if (kept.size() < count || order.compare(candidate, kept.element()) < 0) {
                kept.add(candidate);
                if (kept.size() > count) {
                    kept.remove();
                }
            }
        }
        List<Candidate> first = new ArrayList<>(kept);
        first.sort(order);
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
