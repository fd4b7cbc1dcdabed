package dev.weft.core.route;

import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ways from one node over one snapshot of the mesh: the shortest-path tree at once, the alternate of a
 * destination when it is first asked for, which who sends sees to before it is needed. Kept until the mesh changes.
 *
 * <p>The alternate is the cheapest path that shares no node with the primary but its ends; where there is none, the
 * cheapest that shares no link with it; where there is none either, the cheapest that keeps off as much of the primary
 * as it can, trying from the link nearest to this node, the one it notices first.
 */
public final class Routes {
    private final LinkGraph graph;
    private final NodeId from;
    private final int self;
    private final @Nullable ShortestPaths tree;
    /** Those that were asked for, by the number of their destination. */
    private final TreeMap<Integer, Route> primaries = new TreeMap<>();

    private final TreeMap<Integer, Optional<Route>> alternates = new TreeMap<>();

    private @Nullable List<NodeId> reachable;
    private long searchCount;

    public Routes(LinkGraph graph, NodeId self) {
        this.graph = graph;
        this.from = self;
        this.self = graph.indexOf(self);
        this.tree = this.self < 0 ? null : ShortestPaths.from(graph, this.self);
    }

    private Routes(Routes known, LinkGraph graph, ShortestPaths tree) {
        this.graph = graph;
        this.from = known.from;
        this.self = known.self;
        this.tree = tree;
    }

    /** The routes over the next snapshot: the same as those made anew, for less where little has changed. */
    public Routes over(LinkGraph next) {
        if (tree == null || !next.hasNodesOf(graph)) {
            return new Routes(next, from);
        }
        Routes routes = new Routes(this, next, tree.over(next));
        if (reachable != null && routes.reachesLike(tree)) {
            routes.reachable = reachable;
        }
        return routes;
    }

    private boolean reachesLike(ShortestPaths other) {
        for (int node = 0; node < graph.nodeCount(); node++) {
            if (tree == null || isUsable(tree, node) != isUsable(other, node)) {
                return false;
            }
        }
        return true;
    }

    public LinkGraph graph() {
        return graph;
    }

    /** The cheapest way; empty to this node itself, and where there is none of at most {@link Route#HOPS_MAX} hops. */
    public Optional<Route> primary(NodeId destination) {
        int target = graph.indexOf(destination);
        if (tree == null || target < 0 || target == self || !isUsable(tree, target)) {
            return Optional.empty();
        }
        Route known = primaries.get(target);
        if (known == null) {
            known = Route.along(graph, tree.pathTo(target));
            primaries.put(target, known);
        }
        return Optional.of(known);
    }

    /**
     * What the cheapest way would cost as a link of its own.
     *
     * @param hopCost what each hop costs whatever its round trip; of all but one it is left out
     * @return {@link ShortestPaths#UNREACHABLE} where there is no way
     */
    public long costAsLink(NodeId destination, int hopCost) {
        int target = graph.indexOf(destination);
        if (tree == null || target < 0 || !tree.reaches(target)) {
            return ShortestPaths.UNREACHABLE;
        }
        return tree.distance(target) - Math.max(0, tree.hops(target) - 1) * (long) hopCost;
    }

    /** How often the graph was searched so far, beyond the tree. */
    public long searchCount() {
        return searchCount;
    }

    /** Another way, as different from the primary as there is; empty where there is none. */
    public Optional<Route> alternate(NodeId destination) {
        int target = graph.indexOf(destination);
        if (tree == null || target < 0 || target == self || !isUsable(tree, target)) {
            return Optional.empty();
        }
        Optional<Route> known = alternates.get(target);
        if (known == null) {
            known = findAlternate(tree.pathTo(target), target, Avoidance.NOTHING);
            alternates.put(target, known);
        }
        return known;
    }

    /** The cheapest way that keeps off some links, given as pairs of nodes, in both directions. */
    public Optional<Route> detour(NodeId destination, Iterable<LinkName> off) {
        return around(destination, List.of(), off);
    }

    /** The cheapest way that leads through none of some nodes and over none of some links. */
    public Optional<Route> around(NodeId destination, Iterable<NodeId> forbidden, Iterable<LinkName> off) {
        int target = otherThanSelf(destination);
        return target < 0 ? Optional.empty() : shortest(target, kept(target, forbidden, off));
    }

    /** Another way than {@link #around} finds, as different from it as there is among those that are allowed. */
    public Optional<Route> aside(NodeId destination, Iterable<NodeId> forbidden, Iterable<LinkName> off) {
        int target = otherThanSelf(destination);
        if (target < 0) {
            return Optional.empty();
        }
        Avoidance kept = kept(target, forbidden, off);
        searchCount++;
        ShortestPaths paths = tree().avoidingUntil(target, kept);
        return isUsable(paths, target) ? findAlternate(paths.pathTo(target), target, kept) : Optional.empty();
    }

    /**
     * The two ways for what is sent over two at once, the cheaper first, that keep off some nodes and links. They share
     * no node but their ends; where there are no such two, no link; where there are none of these either, they are the
     * cheapest and the one that shares the least with it. One, where there is only one, or none.
     */
    public List<Route> pair(NodeId destination, Iterable<NodeId> forbidden, Iterable<LinkName> off) {
        int target = otherThanSelf(destination);
        if (target < 0) {
            return List.of();
        }
        Avoidance kept = kept(target, forbidden, off);
        searchCount++;
        ShortestPaths paths = tree().avoiding(kept);
        for (DisjointPair.Apart apart : DisjointPair.Apart.values()) {
            List<Route> pair = DisjointPair.find(graph, paths, kept, self, target, apart)
                    .map(this::inOrder)
                    .orElse(List.of());
            if (!pair.isEmpty()) {
                return pair;
            }
        }
        if (!isUsable(paths, target)) {
            return List.of();
        }
        List<Route> ways = new ArrayList<>();
        ways.add(Route.along(graph, paths.pathTo(target)));
        findAlternate(paths.pathTo(target), target, kept).ifPresent(ways::add);
        return ways;
    }

    /** Empty where one of them is too long. */
    private List<Route> inOrder(List<int[]> pair) {
        List<Route> ways = new ArrayList<>();
        for (int[] nodes : pair) {
            if (nodes.length - 1 > Route.HOPS_MAX) {
                return List.of();
            }
            ways.add(Route.along(graph, nodes));
        }
        ways.sort(Comparator.comparingLong(Route::cost).thenComparingInt(Route::hops));
        return ways;
    }

    private ShortestPaths tree() {
        return Objects.requireNonNull(tree);
    }

    /** The number of a node that there can be a way to; negative where there can be none. */
    private int otherThanSelf(NodeId destination) {
        int target = graph.indexOf(destination);
        return self < 0 || target == self ? -1 : target;
    }

    private Avoidance kept(int target, Iterable<NodeId> forbidden, Iterable<LinkName> off) {
        boolean[] nodes = new boolean[graph.nodeCount()];
        for (NodeId node : forbidden) {
            int at = graph.indexOf(node);
            if (at >= 0 && at != self && at != target) {
                nodes[at] = true;
            }
        }
        boolean[] links = new boolean[graph.linkCount()];
        for (LinkName name : off) {
            int a = graph.indexOf(name.a());
            int b = graph.indexOf(name.b());
            if (a >= 0 && b >= 0) {
                mark(links, a, b);
            }
        }
        return Avoidance.of(nodes, links);
    }

    /** The way through given nodes, from this one; empty where two in a row are not linked, or one comes twice. */
    public Optional<Route> through(List<NodeId> nodes) {
        int[] indices = new int[nodes.size()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = graph.indexOf(nodes.get(i));
            if (indices[i] < 0 || i > 0 && graph.linkBetween(indices[i - 1], indices[i]) < 0) {
                return Optional.empty();
            }
            for (int before = 0; before < i; before++) {
                if (indices[before] == indices[i]) {
                    return Optional.empty();
                }
            }
        }
        return nodes.size() < 2 || nodes.size() - 1 > Route.HOPS_MAX
                ? Optional.empty()
                : Optional.of(Route.along(graph, indices));
    }

    /** A link by its ends, the smaller id first. */
    public record LinkName(NodeId a, NodeId b) implements Comparable<LinkName> {
        public static LinkName of(NodeId one, NodeId other) {
            return one.compareTo(other) < 0 ? new LinkName(one, other) : new LinkName(other, one);
        }

        @Override
        public int compareTo(LinkName other) {
            int byA = a.compareTo(other.a);
            return byA != 0 ? byA : b.compareTo(other.b);
        }
    }

    /** Whether there is a way to a node; to this one itself there is none. */
    public boolean reaches(NodeId node) {
        int target = graph.indexOf(node);
        return tree != null && target >= 0 && target != self && isUsable(tree, target);
    }

    /** Every node that can be reached, this one left out, in order of id; not to be changed. */
    public List<NodeId> reachable() {
        List<NodeId> present = reachable;
        if (present == null) {
            present = new ArrayList<>(graph.nodeCount());
            for (int node = 0; node < graph.nodeCount(); node++) {
                if (tree != null && node != self && isUsable(tree, node)) {
                    present.add(graph.node(node));
                }
            }
            reachable = present;
        }
        return present;
    }

    /** True where every step of a route is a link of this graph that still bears the same label. */
    public boolean holds(Route route) {
        return costOf(route) >= 0;
    }

    /** The same, and its links cost together no more than they did. */
    public boolean holdsAsCheap(Route route) {
        long cost = costOf(route);
        return cost >= 0 && cost <= route.cost();
    }

    /** Negative where a step of it is no link, or one of another label. */
    private long costOf(Route route) {
        long cost = 0;
        for (int i = 0; i < route.hops(); i++) {
            int from = graph.indexOf(route.nodes().get(i));
            int to = graph.indexOf(route.nodes().get(i + 1));
            int link = from < 0 || to < 0 ? -1 : graph.linkBetween(from, to);
            if (link < 0 || graph.label(link) != route.labels().get(i)) {
                return -1;
            }
            cost += graph.cost(link);
        }
        return cost;
    }

    /** True where the tree reaches the same nodes as another, each from the same node before. */
    public boolean leadsLike(Routes other) {
        if (tree == null || other.tree == null) {
            return tree == other.tree;
        }
        return graph.hasNodesOf(other.graph) && tree.leadsLike(other.tree);
    }

    private static boolean isUsable(ShortestPaths paths, int target) {
        return paths.reaches(target) && paths.hops(target) <= Route.HOPS_MAX;
    }

    private Optional<Route> findAlternate(int[] primary, int target, Avoidance kept) {
        boolean[] nodes = new boolean[graph.nodeCount()];
        boolean[] links = new boolean[graph.linkCount()];
        for (int i = 0; i + 1 < primary.length; i++) {
            mark(links, primary[i], primary[i + 1]);
            if (i > 0) {
                nodes[primary[i]] = true;
            }
        }
        return shortest(target, kept.and(nodes, links))
                .or(() -> shortest(target, kept.and(new boolean[0], links)))
                .or(() -> leastShared(primary, target, kept));
    }

    private Optional<Route> leastShared(int[] primary, int target, Avoidance kept) {
        for (int i = 0; i + 1 < primary.length; i++) {
            boolean[] links = new boolean[graph.linkCount()];
            mark(links, primary[i], primary[i + 1]);
            Optional<Route> other = shortest(target, kept.and(new boolean[0], links));
            if (other.isPresent()) {
                return other;
            }
        }
        return Optional.empty();
    }

    private Optional<Route> shortest(int target, Avoidance avoidance) {
        searchCount++;
        ShortestPaths paths = tree().avoidingUntil(target, avoidance);
        return isUsable(paths, target) ? Optional.of(Route.along(graph, paths.pathTo(target))) : Optional.empty();
    }

    private void mark(boolean[] links, int a, int b) {
        int there = graph.linkBetween(a, b);
        int back = graph.linkBetween(b, a);
        if (there >= 0 && back >= 0) {
            links[there] = true;
            links[back] = true;
        }
    }
}
