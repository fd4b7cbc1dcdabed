package dev.weft.core.route;

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

    boolean keepsOffNode(int node) {
        return node < nodes.length && nodes[node];
    }

    boolean keepsOffLink(int link) {
        return link < links.length && links[link];
    }
}
