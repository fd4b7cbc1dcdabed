package dev.weft.core.route;

import dev.weft.NodeId;
import java.util.List;

/**
 * The links that one message for many takes: a tree whose root is its origin and whose leaves are members, in preorder,
 * the branches of a node in ascending order of label. Each link is in it once at most, so each carries one copy.
 * Immutable; made by {@link DeliveryTrees}.
 */
public final class DeliveryTree {
    /** The most nodes, the root included; a larger set of members takes several trees. */
    public static final int NODES_MAX = 4_096;

    private final LinkGraph graph;
    private final int[] nodes;
    private final int[] parents;
    private final int[] labels;
    private final boolean[] members;
    private final List<NodeId> unreached;

    /** Preorder arrays; the root is at 0 and its own parent. */
    DeliveryTree(LinkGraph graph, int[] nodes, int[] parents, int[] labels, boolean[] members, List<NodeId> unreached) {
        this.graph = graph;
        this.nodes = nodes;
        this.parents = parents;
        this.labels = labels;
        this.members = members;
        this.unreached = List.copyOf(unreached);
    }

    /** How many nodes, the root included; 1 where no member is reached. */
    public int size() {
        return nodes.length;
    }

    public NodeId node(int at) {
        return graph.node(nodes[at]);
    }

    /** Where the node before stands; only for others than the root. */
    public int parent(int at) {
        return parents[at];
    }

    /** What the node before calls its link to this one; 0 at the root. */
    public int label(int at) {
        return labels[at];
    }

    public boolean isMember(int at) {
        return members[at];
    }

    /** How many links lie between the root and a node. */
    public int depth(int at) {
        int depth = 0;
        for (int node = at; node != 0; node = parents[node]) {
            depth++;
        }
        return depth;
    }

    /** The members that no branch leads to, in order of id. */
    public List<NodeId> unreached() {
        return unreached;
    }

    /** The link by which a node other than the root is reached. */
    public Routes.LinkName link(int at) {
        return Routes.LinkName.of(node(parents[at]), node(at));
    }
}
