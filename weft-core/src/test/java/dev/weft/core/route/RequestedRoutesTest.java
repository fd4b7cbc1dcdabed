package dev.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import dev.weft.core.route.Routes.LinkName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.junit.jupiter.api.Test;

/**
 * The ways that somebody asks for in particular, over random meshes: around nodes and links, through nodes, over two at
 * once. Judged by a graph library, and for pairs by looking at every two ways that there are.
 */
class RequestedRoutesTest {
    private static final int GRAPHS = 2_000;

    private static NodeId node(int number) {
        return new NodeId(0x8000L, 1 + number);
    }

    private static final class Mesh {
        private final LinkGraph.Builder builder = new LinkGraph.Builder();
        private final SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge> oracle =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
        private final int nodes;
        private final List<LinkName> links = new ArrayList<>();
        private final String name;

        private Mesh(long seed, int nodesMax) {
            name = "seed " + seed;
            Prng prng = new Prng(seed);
            nodes = (int) prng.between(2, nodesMax);
            for (int i = 0; i < nodes; i++) {
                builder.node(node(i));
                oracle.addVertex(node(i));
            }
            int density = (int) prng.between(200_000, 900_000);
            for (int a = 0; a < nodes; a++) {
                for (int b = a + 1; b < nodes; b++) {
                    if (prng.chance(density)) {
                        link(a, b, (int) prng.between(1, 20), (int) prng.between(1, 20));
                    }
                }
            }
        }

        private void link(int a, int b, int there, int back) {
            builder.advertise(node(a), node(b), b + 1, there);
            builder.advertise(node(b), node(a), a + 1, back);
            oracle.setEdgeWeight(oracle.addEdge(node(a), node(b)), there);
            oracle.setEdgeWeight(oracle.addEdge(node(b), node(a)), back);
            links.add(LinkName.of(node(a), node(b)));
        }

        private Routes routes() {
            return new Routes(builder.build(), node(0));
        }

        /** What is left of it for who goes to a node. */
        private SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge> without(
                List<NodeId> forbidden, List<LinkName> off, NodeId target) {
            var rest = new SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge>(DefaultWeightedEdge.class);
            org.jgrapht.Graphs.addGraph(rest, oracle);
            for (NodeId each : forbidden) {
                if (!each.equals(target) && !each.equals(node(0))) {
                    rest.removeVertex(each);
                }
            }
            for (LinkName each : off) {
                rest.removeEdge(each.a(), each.b());
                rest.removeEdge(each.b(), each.a());
            }
            return rest;
        }

        private double distance(List<NodeId> forbidden, List<LinkName> off, NodeId target) {
            return new DijkstraShortestPath<>(without(forbidden, off, target)).getPathWeight(node(0), target);
        }

        private List<NodeId> drawNodes(Prng prng, int most) {
            List<NodeId> drawn = new ArrayList<>();
            for (int i = prng.below(most + 1); i > 0; i--) {
                drawn.add(node(prng.below(nodes)));
            }
            return drawn;
        }

        private List<LinkName> drawLinks(Prng prng, int most) {
            List<LinkName> drawn = new ArrayList<>();
            for (int i = links.isEmpty() ? 0 : prng.below(most + 1); i > 0; i--) {
                drawn.add(links.get(prng.below(links.size())));
            }
            return drawn;
        }
    }

    private static List<NodeId> between(Route route) {
        return route.nodes().subList(1, route.nodes().size() - 1);
    }

    private static TreeSet<LinkName> links(Route route) {
        TreeSet<LinkName> links = new TreeSet<>();
        for (int i = 0; i < route.hops(); i++) {
            links.add(LinkName.of(route.nodes().get(i), route.nodes().get(i + 1)));
        }
        return links;
    }

    @Test
    void aWayAroundNodesAndLinksIsTheCheapestOfThoseThatKeepOffThemAll() {
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Mesh mesh = new Mesh(seed, 10);
            Prng prng = new Prng(seed).fork(1);
            Routes routes = mesh.routes();
            NodeId target = node((int) prng.between(1, mesh.nodes - 1));
            List<NodeId> forbidden = mesh.drawNodes(prng, 4);
            List<LinkName> off = mesh.drawLinks(prng, 3);
            String name = mesh.name + " to " + target + " around " + forbidden + " and " + off;
            double expected = mesh.distance(forbidden, off, target);
            Optional<Route> way = routes.around(target, forbidden, off);
            assertThat(way.isPresent()).as(name).isEqualTo(!Double.isInfinite(expected));
            if (way.isPresent()) {
                assertThat(way.get().cost()).as(name).isEqualTo((long) expected);
                assertThat(between(way.get())).as(name).doesNotContainAnyElementsOf(forbiddenOr(forbidden));
                assertThat(links(way.get())).as(name).doesNotContainAnyElementsOf(offOr(off));
                assertThat(routes.holds(way.get())).as(name).isTrue();
            }
        }
    }

    /** AssertJ wants something that is not contained. */
    private static List<NodeId> forbiddenOr(List<NodeId> forbidden) {
        return forbidden.isEmpty() ? List.of(NodeId.ZERO) : forbidden;
    }

    private static List<LinkName> offOr(List<LinkName> off) {
        return off.isEmpty() ? List.of(new LinkName(NodeId.ZERO, NodeId.ZERO)) : off;
    }

    @Test
    void anotherWayAroundNodesSharesNoNodeWithTheFirstWhereverThereIsOne() {
        int found = 0;
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Mesh mesh = new Mesh(seed, 10);
            Prng prng = new Prng(seed).fork(2);
            Routes routes = mesh.routes();
            NodeId target = node((int) prng.between(1, mesh.nodes - 1));
            List<NodeId> forbidden = mesh.drawNodes(prng, 2);
            Optional<Route> first = routes.around(target, forbidden, List.of());
            Optional<Route> second = routes.aside(target, forbidden, List.of());
            if (first.isEmpty()) {
                assertThat(second).as(mesh.name).isEmpty();
                continue;
            }
            List<NodeId> off = new ArrayList<>(forbidden);
            off.addAll(between(first.get()));
            double apart = mesh.distance(off, List.copyOf(links(first.get())), target);
            double byLinks = mesh.distance(forbidden, List.copyOf(links(first.get())), target);
            if (!Double.isInfinite(apart)) {
                assertThat(second.orElseThrow().cost()).as(mesh.name).isEqualTo((long) apart);
                assertThat(between(second.get())).as(mesh.name).doesNotContainAnyElementsOf(forbiddenOr(off));
                found++;
            } else if (!Double.isInfinite(byLinks)) {
                assertThat(second.orElseThrow().cost()).as(mesh.name).isEqualTo((long) byLinks);
            }
            second.ifPresent(other -> {
                assertThat(other.nodes()).as(mesh.name).isNotEqualTo(first.get().nodes());
                assertThat(between(other)).as(mesh.name).doesNotContainAnyElementsOf(forbiddenOr(forbidden));
            });
        }
        assertThat(found).isGreaterThan(GRAPHS / 4);
    }

    @Test
    void aWayThroughNodesIsJustTheseAndExistsOnlyWhereEachIsLinkedToTheNext() {
        int found = 0;
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Mesh mesh = new Mesh(seed, 8);
            Prng prng = new Prng(seed).fork(3);
            List<NodeId> nodes = new ArrayList<>(List.of(node(0)));
            nodes.addAll(mesh.drawNodes(prng, 4));
            nodes.add(node((int) prng.between(1, mesh.nodes - 1)));
            boolean isWay = new TreeSet<>(nodes).size() == nodes.size();
            long cost = 0;
            for (int i = 0; isWay && i + 1 < nodes.size(); i++) {
                DefaultWeightedEdge link = mesh.oracle.getEdge(nodes.get(i), nodes.get(i + 1));
                isWay = link != null;
                cost += link == null ? 0 : (long) mesh.oracle.getEdgeWeight(link);
            }
            Optional<Route> way = mesh.routes().through(nodes);
            assertThat(way.isPresent()).as("%s through %s", mesh.name, nodes).isEqualTo(isWay);
            if (isWay) {
                assertThat(way.orElseThrow().nodes()).as(mesh.name).isEqualTo(nodes);
                assertThat(way.get().cost()).as(mesh.name).isEqualTo(cost);
                found++;
            }
        }
        assertThat(found).isGreaterThan(GRAPHS / 10);
    }

    @Test
    void aWayThroughAStrangerOrBackOverANodeIsNone() {
        Mesh mesh = new Mesh(1, 2);
        LinkGraph.Builder line = new LinkGraph.Builder();
        for (int i = 0; i < 2; i++) {
            line.advertise(node(i), node(i + 1), 1, 1).advertise(node(i + 1), node(i), 2, 1);
        }
        Routes routes = new Routes(line.build(), node(0));
        assertThat(routes.through(List.of(node(0), node(1), node(2)))).isPresent();
        assertThat(routes.through(List.of(node(0), node(1), node(0), node(1), node(2))))
                .isEmpty();
        assertThat(routes.through(List.of(node(0), node(7), node(2)))).isEmpty();
        assertThat(routes.through(List.of(node(0)))).isEmpty();
        assertThat(mesh.routes().around(NodeId.ZERO, List.of(), List.of())).isEmpty();
        assertThat(routes.around(node(0), List.of(), List.of())).isEmpty();
        assertThat(routes.pair(node(0), List.of(), List.of())).isEmpty();
    }

    /** All ways to a node that visit none twice, with what they cost. */
    private static void collect(
            Mesh mesh,
            List<NodeId> forbidden,
            NodeId target,
            List<NodeId> soFar,
            long cost,
            TreeMap<Integer, List<NodeId>> ways,
            TreeMap<Integer, Long> costs) {
        NodeId last = soFar.get(soFar.size() - 1);
        if (last.equals(target)) {
            costs.put(ways.size(), cost);
            ways.put(ways.size(), List.copyOf(soFar));
            return;
        }
        for (DefaultWeightedEdge link : mesh.oracle.outgoingEdgesOf(last)) {
            NodeId next = mesh.oracle.getEdgeTarget(link);
            if (!soFar.contains(next) && (next.equals(target) || !forbidden.contains(next))) {
                soFar.add(next);
                collect(mesh, forbidden, target, soFar, cost + (long) mesh.oracle.getEdgeWeight(link), ways, costs);
                soFar.remove(soFar.size() - 1);
            }
        }
    }

    private static TreeSet<LinkName> links(List<NodeId> nodes) {
        TreeSet<LinkName> links = new TreeSet<>();
        for (int i = 0; i + 1 < nodes.size(); i++) {
            links.add(LinkName.of(nodes.get(i), nodes.get(i + 1)));
        }
        return links;
    }

    /** The least that two ways cost which share nothing; -1 where there are no two. */
    private static long cheapest(
            TreeMap<Integer, List<NodeId>> ways, TreeMap<Integer, Long> costs, DisjointPair.Apart apart) {
        long best = -1;
        List<TreeSet<NodeId>> nodes = new ArrayList<>();
        List<TreeSet<LinkName>> links = new ArrayList<>();
        for (List<NodeId> way : ways.values()) {
            nodes.add(new TreeSet<>(way.subList(1, way.size() - 1)));
            links.add(links(way));
        }
        for (int a = 0; a < ways.size(); a++) {
            for (int b = a + 1; b < ways.size(); b++) {
                long cost = costs.get(a) + costs.get(b);
                if (best >= 0 && cost >= best) {
                    continue;
                }
                boolean areApart = links.get(a).stream().noneMatch(links.get(b)::contains)
                        && (apart == DisjointPair.Apart.LINKS
                                || nodes.get(a).stream().noneMatch(nodes.get(b)::contains));
                if (areApart) {
                    best = cost;
                }
            }
        }
        return best;
    }

    @Test
    void twoWaysAtOnceAreTheCheapestTwoThatShareNoNodeElseNoLinkElseAsMuchAsThereIs() {
        int byNodes = 0;
        int byLinks = 0;
        int sharing = 0;
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Mesh mesh = new Mesh(seed, 7);
            Prng prng = new Prng(seed).fork(4);
            NodeId target = node((int) prng.between(1, mesh.nodes - 1));
            List<NodeId> forbidden = prng.chance(500_000) ? List.of() : mesh.drawNodes(prng, 2);
            Routes routes = mesh.routes();
            List<Route> pair = routes.pair(target, forbidden, List.of());
            TreeMap<Integer, List<NodeId>> ways = new TreeMap<>();
            TreeMap<Integer, Long> costs = new TreeMap<>();
            collect(mesh, forbidden, target, new ArrayList<>(List.of(node(0))), 0, ways, costs);
            assertThat(pair).as(mesh.name).hasSize(Math.min(2, ways.size()));
            if (pair.size() < 2) {
                continue;
            }
            assertThat(pair.get(0).nodes())
                    .as(mesh.name)
                    .isNotEqualTo(pair.get(1).nodes());
            assertThat(pair).as(mesh.name).allMatch(routes::holds);
            for (Route way : pair) {
                assertThat(between(way)).as(mesh.name).doesNotContainAnyElementsOf(forbiddenOr(forbidden));
            }
            long both = pair.get(0).cost() + pair.get(1).cost();
            long apartByNodes = cheapest(ways, costs, DisjointPair.Apart.NODES);
            long apartByLinks = cheapest(ways, costs, DisjointPair.Apart.LINKS);
            boolean sharesNode = between(pair.get(0)).stream().anyMatch(between(pair.get(1))::contains);
            boolean sharesLink = links(pair.get(0)).stream().anyMatch(links(pair.get(1))::contains);
            if (apartByNodes >= 0) {
                byNodes++;
                assertThat(sharesNode || sharesLink).as(mesh.name).isFalse();
                assertThat(both).as(mesh.name).isEqualTo(apartByNodes);
            } else if (apartByLinks >= 0) {
                byLinks++;
                assertThat(sharesLink).as(mesh.name).isFalse();
                assertThat(both).as(mesh.name).isEqualTo(apartByLinks);
            } else {
                sharing++;
                assertThat(pair.get(0).cost()).as(mesh.name).isEqualTo((long)
                        mesh.distance(forbidden, List.of(), target));
            }
        }
        assertThat(byNodes).isGreaterThan(GRAPHS / 4);
        assertThat(byLinks).isPositive();
        assertThat(sharing).isGreaterThan(GRAPHS / 100);
    }

    /** The cheapest way of all shares a link with each of the others, which share none with one another. */
    @Test
    void aPairIsFoundWhereTheCheapestWayStandsInTheWayOfAnyOther() {
        LinkGraph.Builder trap = new LinkGraph.Builder();
        int[][] links = {{0, 1, 1}, {1, 2, 1}, {2, 5, 1}, {0, 3, 5}, {3, 2, 5}, {1, 4, 5}, {4, 5, 5}};
        for (int[] link : links) {
            trap.advertise(node(link[0]), node(link[1]), link[1] + 1, link[2]);
            trap.advertise(node(link[1]), node(link[0]), link[0] + 1, link[2]);
        }
        Routes routes = new Routes(trap.build(), node(0));
        assertThat(routes.primary(node(5)).orElseThrow().nodes()).containsExactly(node(0), node(1), node(2), node(5));
        assertThat(routes.pair(node(5), List.of(), List.of()))
                .extracting(Route::nodes)
                .containsExactlyInAnyOrder(
                        List.of(node(0), node(1), node(4), node(5)), List.of(node(0), node(3), node(2), node(5)));
        assertThat(routes.pair(node(5), List.of(node(4)), List.of())).hasSize(2);
        assertThat(routes.pair(node(5), List.of(node(4), node(3)), List.of())).hasSize(1);
    }
}
