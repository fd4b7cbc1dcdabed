package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.Trees;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.route.DeliveryTrees;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Routes;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The delivery trees of this node as of now: over the same snapshot as its paths, and kept off the same links.
 *
 * <p>Called by {@link Groups} alone.
 */
final class TreeRouter implements Trees {
    /** So many sets of nodes that are kept off are remembered at once. */
    private static final int FORBIDDEN_MAX = 32;

    private final NodeId self;
    private final Router router;
    /** By the nodes that they keep off. */
    private final TreeMap<List<NodeId>, DeliveryTrees> trees = new TreeMap<>(TreeRouter::compareLists);

    private TreeSet<Routes.LinkName> keptOff = new TreeSet<>();
    private long edition = -1;

    TreeRouter(NodeId self, Router router) {
        this.self = self;
        this.router = router;
    }

    @Override
    public DeliveryTree tree(Collection<NodeId> members, SortedSet<NodeId> forbidden, Paths.Choice choice) {
        DeliveryTrees present = trees(forbidden);
        return switch (choice) {
            case PRIMARY -> present.to(members);
            case ALTERNATE -> present.around(members);
        };
    }

    @Override
    public boolean isUsable(Routes.LinkName link) {
        refresh();
        LinkGraph graph = router.routes().graph();
        int a = graph.indexOf(link.a());
        int b = graph.indexOf(link.b());
        return a >= 0 && b >= 0 && graph.linkBetween(a, b) >= 0 && !keptOff.contains(link);
    }

    @Override
    public long incarnationOf(NodeId node) {
        return router.incarnationOf(node);
    }

    @Override
    public long edition() {
        return router.edition();
    }

    private DeliveryTrees trees(SortedSet<NodeId> forbidden) {
        refresh();
        List<NodeId> key = List.copyOf(forbidden);
        DeliveryTrees present = trees.get(key);
        if (present == null) {
            if (trees.size() >= FORBIDDEN_MAX) {
                trees.clear();
            }
            present = new DeliveryTrees(router.routes().graph(), self, keptOff, forbidden);
            trees.put(key, present);
        }
        return present;
    }

    private void refresh() {
        if (edition != router.edition()) {
            edition = router.edition();
            keptOff = new TreeSet<>(router.unusable());
            trees.clear();
        }
    }

    private static int compareLists(List<NodeId> one, List<NodeId> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int byNode = one.get(i).compareTo(other.get(i));
            if (byNode != 0) {
                return byNode;
            }
        }
        return Integer.compare(one.size(), other.size());
    }
}
