package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Routing;
import dev.weft.core.flow.Paths;
import dev.weft.core.forward.Path;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import dev.weft.core.route.SpfBackoff;
import dev.weft.core.topology.LinkCost;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The ways of this node as of now: routes over the latest snapshot of the link-state database, kept off links that a
 * route error has lately named and first hops whose link has just gone. Computes anew when {@link SpfBackoff} says so.
 *
 * <p>The alternates of destinations that are sent to are searched for as soon as the first frame has gone, and again
 * after each computation, some at a time, so that a failure finds them ready.
 *
 * <p>Called by {@link Engine} alone.
 */
final class Router implements Paths {
    /** How long a link that a route error named is kept off; by then the link-state database knows. */
    private static final long DISTRUST_NANOS = 2_000_000_000L;

    /** How many of the ways that were asked for in particular are remembered. */
    private static final int SPECIAL_MAX = 1_024;

    /** What was sent to within this time is likely to be sent to again. */
    private static final long RECENT_NANOS = 10_000_000_000L;

    /** For how many destinations a computation of the routes has alternates searched, the latest used first. */
    private static final int PREPARED_MAX = 256;

    /** A slice of that work looks at about so many nodes, about as many as the tree of a large mesh has. */
    private static final int SLICE_NODES = 10_000;

    private final NodeId self;
    private final Lsdb lsdb;
    private final Predicate<NodeId> linkIsUp;
    private final LongSupplier now;
    private final SpfBackoff backoff;
    private final TreeMap<Routes.LinkName, Long> distrusted = new TreeMap<>();
    /** Ways that no routing was asked for. */
    private final TreeMap<NodeId, Ways> best = new TreeMap<>();
    /** Ways that a send has asked for in particular. */
    private final LinkedHashMap<Ways.Wanted, Ways> special = new LinkedHashMap<>();
    /** Of which the alternates are to be searched. */
    private final ArrayDeque<Ways> toPrepare = new ArrayDeque<>();

    private final LinkGraph.Builder graph;
    /** Whose links are not what they were when the graph was built. */
    private final LinkedHashSet<NodeId> changed = new LinkedHashSet<>();

    private Routes routes;
    /** In order of id; another list whenever it is another. */
    private List<NodeId> reachable = List.of();
    /** The same as a set, once somebody has asked for it. */
    private @Nullable TreeSet<NodeId> reachableSet;

    private long computedCount;
    private long edition;

    Router(NodeId self, Lsdb lsdb, SpfBackoff.Timing timing, Predicate<NodeId> linkIsUp, LongSupplier now) {
        this.self = self;
        this.lsdb = lsdb;
        this.linkIsUp = linkIsUp;
        this.now = now;
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
        if (!distrusted.isEmpty() && distrusted.values().removeIf(until -> until <= nowNanos)) {
            forgetPaths();
            change = Change.RECOMPUTED;
        }
        prepareSome();
        return change;
    }

    long nextDeadlineNanos() {
        long next = toPrepare.isEmpty() ? backoff.nextDeadlineNanos() : now.getAsLong();
        if (distrusted.isEmpty()) {
            return next;
        }
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
        best.values().forEach(Ways::forgetPaths);
        special.values().forEach(Ways::forgetPaths);
    }

    /** In order of id: another list whenever it has changed; none changes that was handed out. */
    List<NodeId> reachable() {
        return reachable;
    }

    /** The same; not to be changed. */
    SortedSet<NodeId> reachableSet() {
        TreeSet<NodeId> present = reachableSet;
        if (present == null) {
            present = new TreeSet<>(reachable);
            reachableSet = present;
        }
        return present;
    }

    boolean reaches(NodeId node) {
        return routes.reaches(node);
    }

    Routes routes() {
        return routes;
    }

    /** What the way to a node would cost as one link: one hop, and the round trips of all. */
    long costAsLink(NodeId node) {
        return routes.costAsLink(node, LinkCost.HOP);
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
        Ways ways = routing.equals(Routing.BEST) ? bestTo(destination) : specialTo(destination, routing);
        ways.sentNanos = now.getAsLong();
        if (!ways.isSeenTo) {
            prepareLater(ways);
        }
        return path(ways, choice);
    }

    /** The way that no routing was asked for. */
    Optional<Path> path(NodeId destination, Choice choice) {
        return path(bestTo(destination), choice);
    }

    private Ways bestTo(NodeId destination) {
        Ways ways = best.get(destination);
        if (ways == null) {
            ways = new Ways(new Ways.Wanted(destination, Routing.BEST));
            best.put(destination, ways);
        }
        return ways;
    }

    private Ways specialTo(NodeId destination, Routing routing) {
        Ways.Wanted wanted = new Ways.Wanted(destination, routing);
        Ways ways = special.get(wanted);
        if (ways == null) {
            if (special.size() >= SPECIAL_MAX) {
                special.clear();
            }
            ways = new Ways(wanted);
            special.put(wanted, ways);
        }
        return ways;
    }

    private Optional<Path> path(Ways ways, Choice choice) {
        Optional<Path> known = ways.taken.get(choice);
        if (known == null) {
            known = find(ways, choice).map(Router::pathAlong);
            ways.taken.put(choice, known);
        }
        return known;
    }

    private Optional<Route> find(Ways ways, Choice choice) {
        NodeId destination = ways.wanted.destination();
        List<NodeId> nodes = ways.wanted.routing().nodes();
        return switch (ways.wanted.routing().mode()) {
            case BEST -> {
                Optional<Route> wanted = switch (choice) {
                    case PRIMARY -> trustedFirst(ways).or(() -> trustedSecond(ways));
                    case ALTERNATE -> trustedSecond(ways).or(() -> trustedFirst(ways));
                };
                yield wanted.or(() -> routes.around(destination, nodes, unusable()));
            }
            case TWO_AT_ONCE -> {
                List<Route> pair = pair(ways);
                if (!pair.stream().allMatch(this::isTrusted)) {
                    pair = routes.pair(destination, nodes, unusable());
                }
                int last = pair.size() - 1;
                yield last < 0 ? Optional.empty() : Optional.of(pair.get(choice == Choice.PRIMARY ? 0 : last));
            }
            case PINNED -> {
                List<NodeId> all = new ArrayList<>();
                all.add(self);
                all.addAll(nodes);
                all.add(destination);
                yield routes.through(all).filter(this::isTrusted);
            }
        };
    }

    private Optional<Route> trustedFirst(Ways ways) {
        return first(ways).filter(this::isTrusted);
    }

    private Optional<Route> trustedSecond(Ways ways) {
        return second(ways).filter(this::isTrusted);
    }

    private Optional<Route> first(Ways ways) {
        NodeId destination = ways.wanted.destination();
        List<NodeId> forbidden = ways.wanted.routing().nodes();
        if (forbidden.isEmpty()) {
            return routes.primary(destination);
        }
        Optional<Route> known = ways.found.get(Choice.PRIMARY);
        if (known == null) {
            known = routes.around(destination, forbidden, List.of());
            ways.found.put(Choice.PRIMARY, known);
        }
        return known;
    }

    private Optional<Route> second(Ways ways) {
        NodeId destination = ways.wanted.destination();
        List<NodeId> forbidden = ways.wanted.routing().nodes();
        Optional<Route> known = ways.found.get(Choice.ALTERNATE);
        if (known == null) {
            known = forbidden.isEmpty()
                    ? routes.alternate(destination)
                    : routes.aside(destination, forbidden, List.of());
            ways.found.put(Choice.ALTERNATE, known);
            ways.searchedNanos = now.getAsLong();
        }
        return known;
    }

    private List<Route> pair(Ways ways) {
        List<Route> known = ways.pair;
        if (known == null) {
            known = routes.pair(ways.wanted.destination(), ways.wanted.routing().nodes(), List.of());
            ways.pair = known;
            ways.searchedNanos = now.getAsLong();
        }
        return known;
    }

    // ------------------------------------------------------------------ alternates before they are needed

    private void prepareLater(Ways ways) {
        ways.isSeenTo = true;
        toPrepare.add(ways);
    }

    /** There is another graph: what was lately sent to has its alternate searched again, where that is not as good as before. */
    private void prepareAnew() {
        toPrepare.clear();
        long nowNanos = now.getAsLong();
        long since = nowNanos - RECENT_NANOS;
        best.values().removeIf(ways -> ways.sentNanos < since);
        special.values().removeIf(ways -> ways.sentNanos < since);
        List<Ways> recent = new ArrayList<>(best.values());
        recent.addAll(special.values());
        recent.removeIf(ways -> ways.carryOver(routes, nowNanos));
        recent.sort(Comparator.comparingLong((Ways ways) -> ways.sentNanos).reversed());
        recent.stream().limit(PREPARED_MAX).forEach(this::prepareLater);
    }

    private void prepareSome() {
        for (int looked = 0; looked < SLICE_NODES && !toPrepare.isEmpty(); ) {
            Ways ways = toPrepare.remove();
            switch (ways.wanted.routing().mode()) {
                case BEST -> second(ways);
                case TWO_AT_ONCE -> pair(ways);
                case PINNED -> {}
            }
            looked += 1 + routes.graph().nodeCount();
        }
    }

    // ------------------------------------------------------------------ what may be used

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
        routes = routes.over(built);
        List<NodeId> reached = routes.reachable();
        if (!reached.equals(reachable)) {
            reachable = reached;
            reachableSet = null;
        }
        computedCount++;
        forgetPaths();
        prepareAnew();
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
