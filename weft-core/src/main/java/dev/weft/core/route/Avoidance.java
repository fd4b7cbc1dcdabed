package dev.weft.core.route;

import java.util.Arrays;

/** What a path must keep off: nodes and links of one graph, by their numbers there. */
public final class Avoidance {
    /** Nothing is kept off. */
    public static final Avoidance NOTHING = new Avoidance(new boolean[0], new boolean[0]);

    private final boolean[] nodes;
    private final boolean[] links;

    private Avoidance(boolean[] nodes, boolean[] links) {
        this.nodes = nodes;
        this.links = links;
    }

    static Avoidance of(boolean[] nodes, boolean[] links) {
        return new Avoidance(nodes, links);
    }

    /** Keeps off these too. */
    Avoidance and(boolean[] moreNodes, boolean[] moreLinks) {
        return new Avoidance(either(nodes, moreNodes), either(links, moreLinks));
    }

    private static boolean[] either(boolean[] one, boolean[] other) {
        if (one.length == 0 || other.length == 0) {
            return one.length == 0 ? other : one;
        }
        boolean[] both = Arrays.copyOf(one, Math.max(one.length, other.length));
        for (int i = 0; i < other.length; i++) {
            both[i] |= other[i];
        }
        return both;
    }

    boolean keepsOffNode(int node) {
        return node < nodes.length && nodes[node];
    }

    boolean keepsOffLink(int link) {
        return link < links.length && links[link];
    }
}
