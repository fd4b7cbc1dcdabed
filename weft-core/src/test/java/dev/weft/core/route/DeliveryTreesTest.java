package dev.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.junit.jupiter.api.Test;

/** Delivery trees against a graph library, over random meshes and random sets of members. */
class DeliveryTreesTest {
    private static final int GRAPHS = 2_000;

    private static NodeId node(int number) {
        return new NodeId(0x8000L, 1 + number);
    }

    private static final class Mesh {
        private final LinkGraph.Builder builder = new LinkGraph.Builder();
        private final SimpleDirectedWeightedGraph<NodeId, DefaultWeightedEdge> oracle =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
        private final int nodes;

        private Mesh(Prng prng) {
            nodes = (int) prng.between(2, prng.chance(50_000) ? 80 : 12);
            for (int i = 0; i < nodes; i++) {
                builder.node(node(i));
                oracle.addVertex(node(i));
            }
            int density = (int) prng.between(50_000, 700_000);
            for (int a = 0; a < nodes; a++) {
                for (int b = a + 1; b < nodes; b++) {
                    if (prng.chance(density)) {
                        int there = (int) prng.between(1, 20);
                        int back = (int) prng.between(1, 20);
                        builder.advertise(node(a), node(b), 1_000 - b, there);
                        builder.advertise(node(b), node(a), a + 1, back);
                        oracle.setEdgeWeight(oracle.addEdge(node(a), node(b)), there);
                        oracle.setEdgeWeight(oracle.addEdge(node(b), node(a)), back);
                    }
                }
            }
        }

        private TreeSet<NodeId> members(Prng prng) {
            TreeSet<NodeId> members = new TreeSet<>();
            int share = (int) prng.between(0, 1_000_000);
            for (int i = 0; i < nodes; i++) {
                if (prng.chance(share)) {
                    members.add(node(i));
                }
            }
            return members;
        }
    }

    @Test
    void everyMemberIsReachedAtTheOraclesPriceAndEveryLinkCarriesOneCopy() {
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Prng prng = new Prng(seed);
            Mesh mesh = new Mesh(prng);
            TreeSet<NodeId> members = mesh.members(prng);
            LinkGraph graph = mesh.builder.build();
            DeliveryTree tree = new DeliveryTrees(graph, node(0), List.of(), List.of()).to(members);

            DijkstraShortestPath<NodeId, DefaultWeightedEdge> oracle = new DijkstraShortestPath<>(mesh.oracle);
            TreeSet<NodeId> reached = new TreeSet<>();
            TreeSet<NodeId> visited = new TreeSet<>();
            boolean[] isLeaf = new boolean[tree.size()];
            for (int i = 0; i < tree.size(); i++) {
                assertThat(visited.add(tree.node(i)))
                        .as("seed %d: node %d once", seed, i)
                        .isTrue();
                isLeaf[i] = true;
                if (i > 0) {
                    isLeaf[tree.parent(i)] = false;
                    assertThat(tree.parent(i)).as("seed %d: preorder", seed).isLessThan(i);
                }
                if (tree.isMember(i)) {
                    reached.add(tree.node(i));
                    assertThat((double) cost(graph, tree, i))
                            .as("seed %d: cost to %s", seed, tree.node(i))
                            .isEqualTo(oracle.getPathWeight(node(0), tree.node(i)));
                }
            }
            for (int i = 1; i < tree.size(); i++) {
                assertThat(!isLeaf[i] || tree.isMember(i))
                        .as("seed %d: leaf %d is a member", seed, i)
                        .isTrue();
            }
            TreeSet<NodeId> wanted = new TreeSet<>(members);
            wanted.remove(node(0));
            TreeSet<NodeId> named = new TreeSet<>(reached);
            named.addAll(tree.unreached());
            assertThat(named).as("seed %d", seed).isEqualTo(wanted);
            for (NodeId unreached : tree.unreached()) {
                assertThat(oracle.getPath(node(0), unreached))
                        .as("seed %d: %s", seed, unreached)
                        .isNull();
            }
            assertThat(tree.size()).as("seed %d", seed).isLessThanOrEqualTo(mesh.nodes);
        }
    }

    @Test
    void theWaysAroundShareNoLinkWithTheCheapest() {
        int different = 0;
        for (long seed = 1; seed <= GRAPHS; seed++) {
            Prng prng = new Prng(seed);
            Mesh mesh = new Mesh(prng);
            TreeSet<NodeId> members = mesh.members(prng);
            DeliveryTrees trees = new DeliveryTrees(mesh.builder.build(), node(0), List.of(), List.of());
            TreeSet<Routes.LinkName> shared = links(trees.to(members));
            DeliveryTree around = trees.around(members);
            shared.retainAll(links(around));
            assertThat(shared).as("seed %d", seed).isEmpty();
            different += around.size() > 1 ? 1 : 0;
        }
        assertThat(different).isGreaterThan(GRAPHS / 3);
    }

    @Test
    void linksKeptOffAreNotUsed() {
        for (long seed = 1; seed <= 500; seed++) {
            Prng prng = new Prng(seed);
            Mesh mesh = new Mesh(prng);
            TreeSet<NodeId> members = mesh.members(prng);
            LinkGraph graph = mesh.builder.build();
            List<Routes.LinkName> off =
                    new ArrayList<>(links(new DeliveryTrees(graph, node(0), List.of(), List.of()).to(members)));
            off.removeIf(link -> prng.chance(500_000));
            TreeSet<Routes.LinkName> used = links(new DeliveryTrees(graph, node(0), off, List.of()).to(members));
            used.retainAll(off);
            assertThat(used).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void forbiddenNodesAreEndsAtMost() {
        for (long seed = 1; seed <= 500; seed++) {
            Prng prng = new Prng(seed);
            Mesh mesh = new Mesh(prng);
            TreeSet<NodeId> members = mesh.members(prng);
            TreeSet<NodeId> forbidden = mesh.members(prng);
            forbidden.remove(node(0));
            DeliveryTrees trees = new DeliveryTrees(mesh.builder.build(), node(0), List.of(), forbidden);
            for (DeliveryTree tree : List.of(trees.to(members), trees.around(members))) {
                for (int i = 1; i < tree.size(); i++) {
                    assertThat(forbidden).as("seed %d", seed).doesNotContain(tree.node(tree.parent(i)));
                }
                List<NodeId> met = new ArrayList<>(tree.unreached());
                for (int i = 1; i < tree.size(); i++) {
                    if (tree.isMember(i)) {
                        met.add(tree.node(i));
                    }
                }
                members.remove(node(0));
                assertThat(met).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(members);
            }
        }
    }

    @Test
    void anOriginWithoutLinksReachesNobody() {
        LinkGraph graph = new LinkGraph.Builder().node(node(0)).node(node(1)).build();
        DeliveryTree tree =
                new DeliveryTrees(graph, node(0), List.of(), List.of()).to(List.of(node(0), node(1), node(7)));
        assertThat(tree.size()).isEqualTo(1);
        assertThat(tree.unreached()).containsExactly(node(1), node(7));
    }

    private static TreeSet<Routes.LinkName> links(DeliveryTree tree) {
        TreeSet<Routes.LinkName> links = new TreeSet<>();
        for (int i = 1; i < tree.size(); i++) {
            links.add(tree.link(i));
        }
        return links;
    }

    private static long cost(LinkGraph graph, DeliveryTree tree, int at) {
        long cost = 0;
        for (int node = at; node != 0; node = tree.parent(node)) {
            int from = graph.indexOf(tree.node(tree.parent(node)));
            int link = graph.linkBetween(from, graph.indexOf(tree.node(node)));
            assertThat(graph.label(link)).isEqualTo(tree.label(node));
            cost += graph.cost(link);
        }
        return cost;
    }
}
