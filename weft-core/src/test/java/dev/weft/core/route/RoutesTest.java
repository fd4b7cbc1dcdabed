package dev.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.junit.jupiter.api.Test;

/** Routes against a graph library, over thousands of random meshes. */
class RoutesTest {
    private static final int GRAPHS = 3_000;

    private static NodeId node(int number) {
        return new NodeId(0x8000L, 1 + number);
    }

    /** A pair of nodes that announce each other, or of which only the first announces the second. */
    private record Drawn(int a, int b, int there, int back) {}

    /** The links of a random mesh; some are announced by one end only. */
    private static List<Drawn> drawn(Prng prng) {
        int nodes = (int) prng.between(2, prng.chance(50_000) ? 60 : 10);
        int density = (int) prng.between(100_000, 900_000);
        List<Drawn> links = new ArrayList<>();
        for (int a = 0; a < nodes; a++) {
            for (int b = a + 1; b < nodes; b++) {
                if (prng.chance(density)) {
                    int back = (int) prng.between(1, 20);
                    links.add(new Drawn(a, b, (int) prng.between(1, 20), prng.chance(900_000) ? back : 0));
                }
            }
        }
        return links;
    }

    /** The mesh of such links, as announcements and for the oracle. */
    private static final class Mesh {
        private final LinkGraph.Builder builder = new LinkGraph.Builder();
        private final SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge> oracle =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
        private final int nodes;

        private Mesh(List<Drawn> links) {
            nodes = 2 + links.stream().mapToInt(Drawn::b).max().orElse(0);
            for (int i = 0; i < nodes; i++) {
                builder.node(node(i));
                oracle.addVertex(node(i));
            }
            links.forEach(this::link);
        }

        private void link(Drawn link) {
            NodeId a = node(link.a());
            NodeId b = node(link.b());
            builder.advertise(a, b, link.b() + 1, link.there());
            if (link.back() > 0) {
                builder.advertise(b, a, link.a() + 1, link.back());
                oracle.setEdgeWeight(oracle.addEdge(a, b), link.there());
                oracle.setEdgeWeight(oracle.addEdge(b, a), link.back());
            }
        }
    }

    @Test
    void everyPrimaryIsAsCheapAsTheOracleSaysAndNoneExistsWhereItSaysNone() {
        Cases.check(1, GRAPHS, RoutesTest::drawn, links -> {
            Mesh mesh = new Mesh(links);
            Routes routes = new Routes(mesh.builder.build(), node(0));
            for (int target = 1; target < mesh.nodes; target++) {
                double expected = new DijkstraShortestPath<>(mesh.oracle).getPathWeight(node(0), node(target));
                Optional<Route> route = routes.primary(node(target));
                if (Double.isInfinite(expected)) {
                    assertThat(route).as("target %d", target).isEmpty();
                } else {
                    assertThat(route.orElseThrow().cost())
                            .as("target %d", target)
                            .isEqualTo((long) expected);
                    assertThat(routes.holds(route.orElseThrow())).isTrue();
                }
            }
        });
    }

    @Test
    void anAlternateSharesNoNodeWithThePrimaryWhereverSuchAWayExists() {
        Cases.check(1, GRAPHS, RoutesTest::drawn, links -> {
            Mesh mesh = new Mesh(links);
            Routes routes = new Routes(mesh.builder.build(), node(0));
            for (int target = 1; target < mesh.nodes; target++) {
                Optional<Route> primary = routes.primary(node(target));
                if (primary.isEmpty()) {
                    continue;
                }
                List<NodeId> between = new ArrayList<>(primary.get().nodes());
                between.remove(node(0));
                between.remove(node(target));
                var rest = new SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge>(DefaultWeightedEdge.class);
                org.jgrapht.Graphs.addGraph(rest, mesh.oracle);
                rest.removeAllVertices(between);
                if (between.isEmpty()) {
                    rest.removeEdge(node(0), node(target));
                }
                double expected = new DijkstraShortestPath<>(rest).getPathWeight(node(0), node(target));
                Optional<Route> alternate = routes.alternate(node(target));
                if (!Double.isInfinite(expected)) {
                    assertThat(alternate.orElseThrow().nodes())
                            .as("target %d", target)
                            .doesNotContainAnyElementsOf(between.isEmpty() ? List.of(NodeId.ZERO) : between);
                    assertThat(alternate.orElseThrow().cost()).isEqualTo((long) expected);
                }
                alternate.ifPresent(other ->
                        assertThat(other.nodes()).isNotEqualTo(primary.get().nodes()));
            }
        });
    }

    @Test
    void aRouteThatVisitsANodeTwiceIsRefused() {
        assertThatThrownBy(() -> new Route(List.of(node(0), node(1), node(0)), List.of(1, 2), 2))
                .hasMessageContaining("twice");
    }

    @Test
    void aRouteOfMoreThan63HopsIsRefused() {
        List<NodeId> nodes = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i <= 64; i++) {
            nodes.add(node(i));
            labels.add(1);
        }
        assertThatThrownBy(() -> new Route(nodes, labels.subList(0, 64), 64)).hasMessageContaining("at most 63");
    }

    @Test
    void theFirstChangeIsComputedAtOnceAndAStormEverMoreRarely() {
        SpfBackoff backoff = new SpfBackoff(SpfBackoff.Timing.DEFAULT);
        long milli = 1_000_000L;
        assertThat(backoff.handleChange(10_000, 0)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
        assertThat(backoff.handleChange(10_000, 10 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleTime(210 * milli)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
        assertThat(backoff.handleTime(500 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.phase()).isEqualTo(SpfBackoff.Phase.LONG_WAIT);
        assertThat(backoff.handleChange(10_000, 600 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleTime(5_600 * milli)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
        assertThat(backoff.handleTime(10_600 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.phase()).isEqualTo(SpfBackoff.Phase.QUIET);
    }

    @Test
    void aStormInASmallMeshIsComputedSoonerForItCostsLittle() {
        SpfBackoff backoff = new SpfBackoff(SpfBackoff.Timing.DEFAULT);
        long milli = 1_000_000L;
        assertThat(backoff.handleChange(12, 0)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
        assertThat(backoff.handleChange(12, 10 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleTime(22 * milli)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
        assertThat(backoff.handleTime(500 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleChange(12, 600 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleTime(659 * milli)).isEqualTo(SpfBackoff.Verdict.WAIT);
        assertThat(backoff.handleTime(660 * milli)).isEqualTo(SpfBackoff.Verdict.COMPUTE);
    }
}
