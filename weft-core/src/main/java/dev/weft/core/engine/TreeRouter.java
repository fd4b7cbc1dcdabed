package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.Trees;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.route.DeliveryTrees;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Routes;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The delivery trees of this node as of now: over the same snapshot as its paths, and kept off the same links.
 *
 * <p>Called by {@link Groups} alone.
 */
final class TreeRouter implements Trees {
    private final NodeId self;
    private final Router router;
    private @Nullable DeliveryTrees trees;
    private TreeSet<Routes.LinkName> keptOff = new TreeSet<>();
    private long edition = -1;

    TreeRouter(NodeId self, Router router) {
        this.self = self;
        this.router = router;
    }

    @Override
    public DeliveryTree tree(Collection<NodeId> members, Paths.Choice choice) {
        DeliveryTrees present = trees();
        return switch (choice) {
            case PRIMARY -> present.to(members);
            case ALTERNATE -> present.around(members);
        };
    }

    @Override
    public boolean isUsable(Routes.LinkName link) {
        trees();
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

    private DeliveryTrees trees() {
        DeliveryTrees present = trees;
        if (present == null || edition != router.edition()) {
            edition = router.edition();
            keptOff = new TreeSet<>(router.unusable());
            present = new DeliveryTrees(router.routes().graph(), self, keptOff);
            trees = present;
        }
        return present;
    }
}
