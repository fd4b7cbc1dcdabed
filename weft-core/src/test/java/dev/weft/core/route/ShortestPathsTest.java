package dev.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies.Adjacency;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Paths that follow a graph, against paths that are found anew. */
class ShortestPathsTest {
    private static final int SEEDS = 1_500;
    private static final int NODES_MAX = 24;
    private static final int CHANGES = 60;

    /** One link comes or changes its cost both ways, or goes where the cost is 0; or a node comes or goes. */
    private record Change(int kind, int a, int b, int cost, int costBack, boolean isLookedAt) {}

    private final TreeMap<NodeId, TreeMap<NodeId, Adjacency>> announced = new TreeMap<>();
    private final LinkGraph.Builder builder = new LinkGraph.Builder();
    private int takenOver;

    private static NodeId node(int number) {
        return new NodeId(Prng.mix(number), 1 + number);
    }

    /** Few costs, so that many ways are equally long and ties decide. */
    private static List<Change> changes(Prng prng) {
        int nodes = (int) prng.between(2, NODES_MAX);
        int costs = (int) prng.between(1, 6);
        return Cases.list(
                prng,
                CHANGES,
                draws -> new Change(
                        draws.below(40),
                        draws.below(nodes),
                        draws.below(nodes),
                        draws.below(costs + 1),
                        1 + draws.below(costs),
                        draws.chance(500_000)));
    }

    private void make(Change change) {
        switch (change.kind()) {
            case 0 -> {
                announced.remove(node(change.a()));
                builder.remove(node(change.a()));
            }
            case 1 -> announce(change.a(), change.b(), change.cost());
            default -> {
                announce(change.a(), change.b(), change.cost());
                announce(change.b(), change.a(), change.cost() == 0 ? 0 : change.costBack());
            }
        }
    }

    private void announce(int from, int target, int cost) {
        TreeMap<NodeId, Adjacency> links = announced.computeIfAbsent(node(from), any -> new TreeMap<>());
        links.remove(node(target));
        if (cost > 0 && from != target) {
            links.put(node(target), new Adjacency(node(target), 1 + target, cost));
        }
        builder.advertise(node(from), new ArrayList<>(links.values()));
    }

    private Routes requireAsAnew(Routes known) {
        LinkGraph graph = builder.build();
        Routes routes = known.over(graph);
        takenOver += graph != known.graph() && graph.hasNodesOf(known.graph()) ? 1 : 0;
        Routes anew = new Routes(graph, node(0));
        assertThat(routes.leadsLike(anew)).isTrue();
        assertThat(routes.reachable()).isEqualTo(anew.reachable());
        for (NodeId target : announced.keySet()) {
            assertThat(routes.costAsLink(target, 0)).isEqualTo(anew.costAsLink(target, 0));
            assertThat(routes.costAsLink(target, 1)).as("as many hops").isEqualTo(anew.costAsLink(target, 1));
            assertThat(routes.primary(target)).isEqualTo(anew.primary(target));
        }
        return routes;
    }

    @Test
    void whatIsTakenOverFromTheGraphBeforeIsWhatWouldBeFoundAnew() {
        int[] all = new int[1];
        Cases.check(1, SEEDS, ShortestPathsTest::changes, changes -> {
            ShortestPathsTest run = new ShortestPathsTest();
            run.builder.node(node(0));
            run.announced.put(node(0), new TreeMap<>());
            Routes routes = new Routes(run.builder.build(), node(0));
            for (Change change : changes) {
                run.make(change);
                if (change.isLookedAt()) {
                    routes = run.requireAsAnew(routes);
                }
            }
            all[0] += run.takenOver;
        });
        assertThat(all[0]).isGreaterThan(10 * SEEDS / 2);
    }

    private static Avoidance drawnAvoidance(LinkGraph graph, Prng draws) {
        boolean[] nodes = new boolean[graph.nodeCount()];
        boolean[] links = new boolean[graph.linkCount()];
        for (int i = draws.below(4); i > 0; i--) {
            nodes[draws.below(nodes.length)] = true;
        }
        for (int i = draws.below(6); links.length > 0 && i > 0; i--) {
            links[draws.below(links.length)] = true;
        }
        return Avoidance.of(nodes, links);
    }

    @Test
    void pathsThatKeepOffSomethingAreThoseThatWouldBeFoundAnew() {
        Cases.check(1, SEEDS, ShortestPathsTest::changes, changes -> {
            ShortestPathsTest run = new ShortestPathsTest();
            run.builder.node(node(0));
            changes.forEach(run::make);
            LinkGraph graph = run.builder.build();
            Prng draws = new Prng(changes.size());
            for (int root = 0; root < graph.nodeCount(); root++) {
                ShortestPaths tree = ShortestPaths.from(graph, root);
                Avoidance avoidance = drawnAvoidance(graph, draws);
                ShortestPaths anew = ShortestPaths.from(graph, root, avoidance);
                assertThat(tree.avoiding(avoidance).leadsLike(anew)).isTrue();
                for (int target = 0; target < graph.nodeCount(); target++) {
                    ShortestPaths some = tree.avoidingUntil(target, avoidance);
                    assertThat(some.pathTo(target)).isEqualTo(anew.pathTo(target));
                    assertThat(some.distance(target)).isEqualTo(anew.distance(target));
                }
            }
        });
    }
}
