package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Routing;
import dev.weft.core.flow.Paths;
import dev.weft.core.forward.Path;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import dev.weft.core.route.ShortestPaths;
import dev.weft.core.route.SpfBackoff;
import dev.weft.core.topology.LinkCost;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The ways of this node as of now: routes over the latest snapshot of the link-state database, kept off links that a
 * route error has lately named and first hops whose link has just gone. Computes anew when {@link SpfBackoff} says so.
 *
 * <p>Called by {@link Engine} alone.
 */
final class Router implements Paths {
    /** How long a link that a route error named is kept off; by then the link-state database knows. */
    private static final long DISTRUST_NANOS = 2_000_000_000L;

    /** How many of the ways that were asked for in particular are remembered. */
    private static final int SPECIAL_MAX = 1_024;

    private record Wanted(NodeId destination, Routing routing) {}

    private final NodeId self;
    private final Lsdb lsdb;
    private final Predicate<NodeId> linkIsUp;
    private final SpfBackoff backoff;
    private final TreeMap<Routes.LinkName, Long> distrusted = new TreeMap<>();
    private final TreeMap<NodeId, Optional<Path>> primaries = new TreeMap<>();
    private final TreeMap<NodeId, Optional<Path>> alternates = new TreeMap<>();
    /** Ways that a send has asked for in particular. */
    private final LinkedHashMap<Wanted, Optional<Path>> special = new LinkedHashMap<>();

    private final LinkGraph.Builder graph;
    /** Whose links are not what they were when the graph was built. */
    private final LinkedHashSet<NodeId> changed = new LinkedHashSet<>();

    private Routes routes;
    private TreeSet<NodeId> reachable = new TreeSet<>();
    /** The same as a list. */
    private List<NodeId> reachedInOrder = List.of();

    private long computedCount;
    private long edition;

    Router(NodeId self, Lsdb lsdb, SpfBackoff.Timing timing, Predicate<NodeId> linkIsUp) {
        this.self = self;
        this.lsdb = lsdb;
        this.linkIsUp = linkIsUp;
        this.backoff = new SpfBackoff(timing);
        this.graph = new LinkGraph.Builder().node(self);
        this.routes = new Routes(graph.build(), self);
    }

    /** Whether the routes are others than before. */
    enum Change {
        NONE,
        RECOMPUTED
    }

    /** A node announces other links than before. */
    Change handleChange(NodeId origin, long nowNanos) {
        changed.add(origin);
        return computeIf(backoff.handleChange(lsdb.size(), nowNanos));
    }

    Change handleTime(long nowNanos) {
        Change change = computeIf(backoff.handleTime(nowNanos));
        if (distrusted.values().removeIf(until -> until <= nowNanos)) {
            forgetPaths();
            change = Change.RECOMPUTED;
        }
        return change;
    }

    long nextDeadlineNanos() {
        long next = backoff.nextDeadlineNanos();
        for (long until : distrusted.values()) {
            next = Math.min(next, until);
        }
        return next;
    }

    /**
     * The node that reports could not use its link of that label. The label is looked up in the graph that the route
     * was made from: the database may be ahead of it and not know the label any more.
     */
    void distrust(NodeId reporter, int label, long nowNanos) {
        LinkGraph graph = routes.graph();
        int node = graph.indexOf(reporter);
        if (node < 0) {
            return;
        }
        for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
            if (graph.label(link) == label) {
                distrusted.put(Routes.LinkName.of(reporter, graph.node(graph.to(link))), nowNanos + DISTRUST_NANOS);
                forgetPaths();
            }
        }
    }

    /** A link of this node has come or gone: paths are chosen anew, before any computation. */
    void forgetPaths() {
        edition++;
        primaries.clear();
        alternates.clear();
        special.clear();
    }

    /** Another set whenever it has changed; none changes that was handed out. */
    TreeSet<NodeId> reachable() {
        return reachable;
    }

    Routes routes() {
        return routes;
    }

    /** What the way to a node would cost as one link: one hop, and the round trips of all. */
    long costAsLink(NodeId node) {
        long cost = routes.costTo(node);
        return cost == ShortestPaths.UNREACHABLE
                ? Long.MAX_VALUE
                : cost - Math.max(0, routes.hopsTo(node) - 1) * (long) LinkCost.HOP;
    }

    /** Whether the routes are made from all that is known. */
    boolean isCurrent() {
        return changed.isEmpty();
    }

    /** Another number whenever a path may be another. */
    long edition() {
        return edition;
    }

    long computedCount() {
        return computedCount;
    }

    @Override
    public Optional<Path> path(NodeId destination, Routing routing, Choice choice) {
        if (destination.equals(self)) {
            return Optional.of(Path.toSelf(self));
        }
        return switch (routing.mode()) {
            case BEST, TWO_AT_ONCE ->
                routing.nodes().isEmpty() ? path(destination, choice) : around(destination, routing);
            case PINNED -> along(destination, routing);
        };
    }

    /** The way that no routing was asked for. */
    Optional<Path> path(NodeId destination, Choice choice) {
        TreeMap<NodeId, Optional<Path>> known = choice == Choice.PRIMARY ? primaries : alternates;
        Optional<Path> path = known.get(destination);
        if (path == null) {
            path = find(destination, choice).map(Router::pathAlong);
            known.put(destination, path);
        }
        return path;
    }

    private Optional<Path> around(NodeId destination, Routing routing) {
        Wanted wanted = new Wanted(destination, routing);
        Optional<Path> known = special.get(wanted);
        if (known == null) {
            known = routes.around(destination, routing.nodes(), unusable()).map(Router::pathAlong);
            remember(wanted, known);
        }
        return known;
    }

    private Optional<Path> along(NodeId destination, Routing routing) {
        Wanted wanted = new Wanted(destination, routing);
        Optional<Path> known = special.get(wanted);
        if (known == null) {
            List<NodeId> nodes = new ArrayList<>();
            nodes.add(self);
            nodes.addAll(routing.nodes());
            nodes.add(destination);
            known = routes.through(nodes).filter(this::isTrusted).map(Router::pathAlong);
            remember(wanted, known);
        }
        return known;
    }

    private void remember(Wanted wanted, Optional<Path> found) {
        if (special.size() >= SPECIAL_MAX) {
            special.clear();
        }
        special.put(wanted, found);
    }

    @Override
    public boolean isBroken(Path path) {
        if (path.isToSelf()) {
            return false;
        }
        if (!linkIsUp.test(path.neighbor())) {
            return true;
        }
        for (int i = 0; i + 1 < path.nodes().size(); i++) {
            NodeId from = path.nodes().get(i);
            NodeId to = path.nodes().get(i + 1);
            if (distrusted.containsKey(Routes.LinkName.of(from, to)) || !isLinked(from, to)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long incarnationOf(NodeId node) {
        return lsdb.incarnationOf(node);
    }

    private boolean isLinked(NodeId from, NodeId to) {
        int a = routes.graph().indexOf(from);
        int b = routes.graph().indexOf(to);
        return a >= 0 && b >= 0 && routes.graph().linkBetween(a, b) >= 0;
    }

    private Optional<Route> find(NodeId destination, Choice choice) {
        Optional<Route> wanted = switch (choice) {
            case PRIMARY -> trustedPrimary(destination).or(() -> trustedAlternate(destination));
            case ALTERNATE -> trustedAlternate(destination).or(() -> trustedPrimary(destination));
        };
        return wanted.or(() -> routes.detour(destination, unusable()));
    }

    private Optional<Route> trustedPrimary(NodeId destination) {
        return routes.primary(destination).filter(this::isTrusted);
    }

    private Optional<Route> trustedAlternate(NodeId destination) {
        return routes.alternate(destination).filter(this::isTrusted);
    }

    private boolean isTrusted(Route route) {
        if (!linkIsUp.test(route.nodes().get(1))) {
            return false;
        }
        for (int i = 0; i + 1 < route.nodes().size(); i++) {
            Routes.LinkName link =
                    Routes.LinkName.of(route.nodes().get(i), route.nodes().get(i + 1));
            if (distrusted.containsKey(link)) {
                return false;
            }
        }
        return true;
    }

    /** The links that no path may use now. */
    List<Routes.LinkName> unusable() {
        List<Routes.LinkName> off = new ArrayList<>(distrusted.keySet());
        for (Adjacencies.Adjacency link : lsdb.adjacenciesOf(self)) {
            if (!linkIsUp.test(link.neighbor())) {
                off.add(Routes.LinkName.of(self, link.neighbor()));
            }
        }
        return off;
    }

    private Change computeIf(SpfBackoff.Verdict verdict) {
        if (verdict == SpfBackoff.Verdict.WAIT) {
            return Change.NONE;
        }
        for (NodeId origin : changed) {
            redraw(origin);
        }
        changed.clear();
        LinkGraph built = graph.build();
        if (built == routes.graph()) {
            return Change.NONE;
        }
        routes = new Routes(built, self);
        List<NodeId> reached = routes.reachable();
        if (!reached.equals(reachedInOrder)) {
            reachedInOrder = reached;
            reachable = new TreeSet<>(reached);
        }
        computedCount++;
        forgetPaths();
        return Change.RECOMPUTED;
    }

    private void redraw(NodeId origin) {
        List<Adjacencies.Adjacency> links = lsdb.adjacenciesOf(origin);
        if (links.isEmpty() && !origin.equals(self)) {
            graph.remove(origin);
            return;
        }
        graph.advertise(origin, links);
    }

    private static Path pathAlong(Route route) {
        int[] ahead = new int[route.hops() - 1];
        for (int i = 0; i < ahead.length; i++) {
            ahead[i] = route.labels().get(i + 1);
        }
        return new Path(route.nodes(), RouteHeader.along(ahead));
    }
}
