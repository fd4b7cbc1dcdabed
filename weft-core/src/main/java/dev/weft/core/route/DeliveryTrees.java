package dev.weft.core.route;

import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The delivery trees of one node over one snapshot of the mesh: the shortest-path tree of that node, cut back to the
 * ways that lead to the members asked for. Each member is so reached as cheaply as a message for it alone would be, and
 * a link shared by many ways carries one copy. A pure function of graph, origin, links kept off and members.
 */
public final class DeliveryTrees {
    private final LinkGraph graph;
    private final int origin;
    private final boolean[] off;
    private final @Nullable ShortestPaths paths;

    /**
     * @param off links that no tree may use, in either direction
     * @param forbidden nodes that no tree may lead through; they may be where a branch ends
     */
    public DeliveryTrees(LinkGraph graph, NodeId origin, Iterable<Routes.LinkName> off, Iterable<NodeId> forbidden) {
        this.graph = graph;
        this.origin = graph.indexOf(origin);
        this.off = new boolean[graph.linkCount()];
        for (Routes.LinkName name : off) {
            keepOff(this.off, graph.indexOf(name.a()), graph.indexOf(name.b()));
        }
        for (NodeId node : forbidden) {
            int end = graph.indexOf(node);
            if (end >= 0 && end != this.origin) {
                Arrays.fill(this.off, graph.firstLink(end), graph.endLink(end), true);
            }
        }
        this.paths =
                this.origin < 0 ? null : ShortestPaths.from(graph, this.origin, Avoidance.of(new boolean[0], this.off));
    }

    /** The cheapest ways to members; the origin itself is left out where it is one of them. */
    public DeliveryTree to(Collection<NodeId> members) {
        return cutBack(paths, members);
    }

    /**
     * Other ways to members, that share no link with the cheapest. Members that cannot be reached so are named as
     * unreached.
     */
    public DeliveryTree around(Collection<NodeId> members) {
        DeliveryTree cheapest = to(members);
        boolean[] kept = off.clone();
        for (int i = 1; i < cheapest.size(); i++) {
            keepOff(kept, graph.indexOf(cheapest.node(cheapest.parent(i))), graph.indexOf(cheapest.node(i)));
        }
        return cutBack(
                origin < 0 ? null : ShortestPaths.from(graph, origin, Avoidance.of(new boolean[0], kept)), members);
    }

    private DeliveryTree cutBack(@Nullable ShortestPaths ways, Collection<NodeId> members) {
        List<NodeId> unreached = new ArrayList<>();
        boolean[] wanted = new boolean[graph.nodeCount()];
        boolean[] used = new boolean[graph.nodeCount()];
        for (NodeId member : new TreeSet<>(members)) {
            int target = graph.indexOf(member);
            if (target >= 0 && target == origin) {
                continue;
            }
            if (ways == null || target < 0 || !ways.reaches(target) || ways.hops(target) > Route.HOPS_MAX) {
                unreached.add(member);
                continue;
            }
            wanted[target] = true;
            for (int node = target; node >= 0 && !used[node]; node = ways.before(node)) {
                used[node] = true;
            }
        }
        if (origin < 0) {
            return new DeliveryTree(graph, new int[0], new int[0], new int[0], new boolean[0], unreached);
        }
        used[origin] = true;
        return new Preorder(ways, wanted, used).tree(unreached);
    }

    private void keepOff(boolean[] links, int a, int b) {
        int there = a < 0 || b < 0 ? -1 : graph.linkBetween(a, b);
        int back = there < 0 ? -1 : graph.linkBetween(b, a);
        if (there >= 0 && back >= 0) {
            links[there] = true;
            links[back] = true;
        }
    }

    /** Lays the used part of a shortest-path tree out in preorder. */
    private final class Preorder {
        private final @Nullable ShortestPaths ways;
        private final boolean[] wanted;
        private final boolean[] used;
        private final int[] nodes;
        private final int[] parents;
        private final int[] labels;
        private final boolean[] members;
        private int count;

        private Preorder(@Nullable ShortestPaths ways, boolean[] wanted, boolean[] used) {
            this.ways = ways;
            this.wanted = wanted;
            this.used = used;
            int size = 0;
            for (boolean node : used) {
                size += node ? 1 : 0;
            }
            nodes = new int[size];
            parents = new int[size];
            labels = new int[size];
            members = new boolean[size];
        }

        private DeliveryTree tree(List<NodeId> unreached) {
            visit(origin, 0, 0);
            return new DeliveryTree(graph, nodes, parents, labels, members, unreached);
        }

        /** No deeper than {@link Route#HOPS_MAX} calls. */
        private void visit(int node, int parent, int label) {
            int here = count++;
            nodes[here] = node;
            parents[here] = parent;
            labels[here] = label;
            members[here] = wanted[node];
            List<Integer> branches = new ArrayList<>();
            for (int link = graph.firstLink(node); ways != null && link < graph.endLink(node); link++) {
                int next = graph.to(link);
                if (used[next] && next != origin && ways.before(next) == node) {
                    branches.add(link);
                }
            }
            branches.sort((a, b) -> Integer.compare(graph.label(a), graph.label(b)));
            for (int link : branches) {
                visit(graph.to(link), here, graph.label(link));
            }
        }
    }
}
