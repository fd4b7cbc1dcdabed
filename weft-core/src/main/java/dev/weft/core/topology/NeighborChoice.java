package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
        List<NodeId> nearest = new ArrayList<>(candidates.keySet());
        nearest.sort(Comparator.<NodeId>comparingLong(node -> candidates.getOrDefault(node, Long.MAX_VALUE))
                .thenComparingLong(node -> Prng.mix(pairHash(self, node) + 1))
                .thenComparing(Comparator.naturalOrder()));
        List<NodeId> drawn = new ArrayList<>(candidates.keySet());
        drawn.sort(Comparator.<NodeId>comparingLong(node -> pairHash(self, node) >>> 1)
                .thenComparing(Comparator.naturalOrder()));
        TreeSet<NodeId> chosen = new TreeSet<>(nearest.subList(0, degree / 2));
        for (NodeId node : drawn) {
            if (chosen.size() >= degree) {
                break;
            }
            chosen.add(node);
        }
        return chosen;
    }

    /** Equal from both ends, so that both mostly draw each other and their union is little more than either. */
    private static long pairHash(NodeId one, NodeId other) {
        return Prng.mix(nodeHash(one) + nodeHash(other));
    }

    private static long nodeHash(NodeId node) {
        return Prng.mix(node.high() ^ Prng.mix(node.low()));
    }
}
