package dev.weft;

import java.util.ArrayList;
import java.util.List;

/**
 * Which way messages are to take. Immutable.
 *
 * @param mode how the way is chosen
 * @param nodes in {@link Mode#PINNED}: the nodes between this one and the destination, in order; in {@link Mode#BEST}
 *     and {@link Mode#TWO_AT_ONCE}: nodes that no way may lead through, at most 16 in either case
 */
public record Routing(Mode mode, List<NodeId> nodes) {
    /** The cheapest way of the moment. */
    public static final Routing BEST = new Routing(Mode.BEST, List.of());

    /** Each frame over two ways that share as little as there is, for those who cannot wait for a repair. */
    public static final Routing TWO_AT_ONCE = new Routing(Mode.TWO_AT_ONCE, List.of());

    private static final int NODES_MAX = 16;

    /** How the way is chosen. */
    public enum Mode {
        BEST,
        TWO_AT_ONCE,
        /** The given way and no other: without it messages wait until it is there again, or until they expire. */
        PINNED
    }

    public Routing {
        nodes = List.copyOf(nodes);
        if (nodes.size() > NODES_MAX) {
            throw new IllegalArgumentException(nodes.size() + " nodes in a routing, at most " + NODES_MAX);
        }
    }

    /** Through these nodes, in order, and no others. */
    public static Routing via(NodeId... between) {
        return new Routing(Mode.PINNED, List.of(between));
    }

    /** Around these nodes. */
    public Routing avoiding(NodeId... forbidden) {
        if (mode == Mode.PINNED) {
            throw new IllegalArgumentException(
                    "a pinned way leads through the nodes it names and needs none forbidden");
        }
        List<NodeId> all = new ArrayList<>(nodes);
        all.addAll(List.of(forbidden));
        return new Routing(mode, all);
    }
}
