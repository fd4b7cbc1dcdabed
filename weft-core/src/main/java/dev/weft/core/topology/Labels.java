package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.TreeMap;

/**
 * This node's numbers for its links. A neighbor that comes back gets its number back; to anybody else a number is
 * given again only after it has rested longer than any stale route can live. Small numbers first: they are one byte on
 * the wire.
 */
public final class Labels {
    /** How long a number rests: longer than a route that bears it stays in use anywhere. */
    public static final long REST_NANOS = 60_000_000_000L;

    private static final int FIRST_MAX = 64;

    private record Resting(int label, NodeId last, long sinceNanos) {}

    private final TreeMap<NodeId, Integer> byNeighbor = new TreeMap<>();
    private final TreeMap<Integer, NodeId> byLabel = new TreeMap<>();
    private final ArrayDeque<Resting> resting = new ArrayDeque<>();
    private int nextFresh;

    /** Each life begins at another number, so that routes of an earlier life mostly lead nowhere. */
    public Labels(Prng prng) {
        nextFresh = 1 + prng.below(FIRST_MAX);
    }

    public int acquire(NodeId neighbor, long nowNanos) {
        Integer present = byNeighbor.get(neighbor);
        if (present != null) {
            return present;
        }
        int label = takeBack(neighbor).or(() -> takeRested(nowNanos)).orElseGet(this::fresh);
        byNeighbor.put(neighbor, label);
        byLabel.put(label, neighbor);
        return label;
    }

    public void release(NodeId neighbor, long nowNanos) {
        Integer label = byNeighbor.remove(neighbor);
        if (label != null) {
            byLabel.remove(label);
            resting.add(new Resting(label, neighbor, nowNanos));
        }
    }

    public Optional<NodeId> neighborOf(int label) {
        return Optional.ofNullable(byLabel.get(label));
    }

    /** The number of a neighbor's link; 0 where there is no link. */
    public int labelOf(NodeId neighbor) {
        return byNeighbor.getOrDefault(neighbor, 0);
    }

    private Optional<Integer> takeBack(NodeId neighbor) {
        for (Resting candidate : resting) {
            if (candidate.last.equals(neighbor)) {
                resting.remove(candidate);
                return Optional.of(candidate.label);
            }
        }
        return Optional.empty();
    }

    private Optional<Integer> takeRested(long nowNanos) {
        Resting oldest = resting.peek();
        if (oldest == null || nowNanos - oldest.sinceNanos < REST_NANOS) {
            return Optional.empty();
        }
        resting.remove();
        return Optional.of(oldest.label);
    }

    private int fresh() {
        if (nextFresh <= RouteHeader.LABEL_MAX) {
            return nextFresh++;
        }
        // All two million are in use or resting: the longest rested one is the least bad.
        return resting.remove().label;
    }
}
