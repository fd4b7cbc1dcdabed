package dev.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies.Adjacency;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A graph that follows changes, against one that is laid out anew by the plain rule. */
class LinkGraphTest {
    private static final int SEEDS = 800;
    private static final int CHANGES = 60;

    private static NodeId node(long number) {
        return new NodeId(Prng.mix(number), 1 + number);
    }

    /** What is announced, in the plainest form there is. */
    private final TreeMap<NodeId, List<Adjacency>> announced = new TreeMap<>();

    private final LinkGraph.Builder builder = new LinkGraph.Builder();

    /** One change of what is known; without links the node is only named, or taken out. */
    private record Change(int kind, NodeId node, List<Adjacency> links, boolean isLookedAt) {}

    @Test
    void graphAfterAnyChangesIsTheOneLaidOutAnew() {
        Cases.check(1, SEEDS, LinkGraphTest::changes, changes -> {
            LinkGraphTest run = new LinkGraphTest();
            for (Change change : changes) {
                run.make(change);
                if (change.isLookedAt()) {
                    assertThat(described(run.builder.build())).isEqualTo(run.expected());
                }
            }
            assertThat(described(run.builder.build())).isEqualTo(run.expected());
        });
    }

    @Test
    void nodesThatAreOnlyNamedAreForgottenAgain() {
        for (long round = 0; round < 200; round++) {
            TreeMap<NodeId, Adjacency> links = new TreeMap<>();
            for (long far = 0; far < 30; far++) {
                NodeId named = node(1_000 + 30 * round + far);
                links.put(named, new Adjacency(named, 1, 1));
            }
            announce(node(1), new ArrayList<>(links.values()));
            announce(node(2), List.of(new Adjacency(node(3), 1 + (int) round, 5)));
            announce(node(3), List.of(new Adjacency(node(2), 7, 5)));
            assertThat(described(builder.build())).as("round %d", round).isEqualTo(expected());
        }
    }

    @Test
    void whereNothingHasChangedTheGraphIsTheSame() {
        announce(node(1), List.of(new Adjacency(node(2), 1, 5)));
        announce(node(2), List.of(new Adjacency(node(1), 2, 6)));
        LinkGraph before = builder.build();
        announce(node(1), List.of(new Adjacency(node(2), 1, 5)));
        builder.remove(node(9)).node(node(2));
        assertThat(builder.build()).isSameAs(before);
        announce(node(1), List.of(new Adjacency(node(2), 1, 4)));
        assertThat(builder.build()).isNotSameAs(before);
        assertThat(before.cost(before.linkBetween(before.indexOf(node(1)), before.indexOf(node(2)))))
                .isEqualTo(5);
    }

    private static List<Change> changes(Prng prng) {
        int names = (int) prng.between(2, 25);
        return Cases.list(prng, CHANGES, draws -> {
            NodeId changed = node(draws.below(names));
            return new Change(draws.below(5), changed, drawn(changed, draws, names), draws.chance(600_000));
        });
    }

    private void make(Change change) {
        switch (change.kind()) {
            case 0 -> {
                announced.remove(change.node());
                builder.remove(change.node());
            }
            case 1 -> {
                announced.putIfAbsent(change.node(), List.of());
                builder.node(change.node());
            }
            default -> announce(change.node(), change.links());
        }
    }

    private static List<Adjacency> drawn(NodeId from, Prng prng, int names) {
        TreeMap<NodeId, Adjacency> links = new TreeMap<>();
        for (int i = prng.below(8); i > 0; i--) {
            NodeId far = node(prng.below(names));
            if (!far.equals(from) || prng.chance(100_000)) {
                links.put(far, new Adjacency(far, 1 + prng.below(50), 1 + prng.below(50)));
            }
        }
        return new ArrayList<>(links.values());
    }

    private void announce(NodeId from, List<Adjacency> links) {
        announced.put(from, links);
        builder.advertise(from, links);
    }

    private List<String> expected() {
        List<String> lines = new ArrayList<>();
        announced.forEach((from, links) -> {
            lines.add(from.toString());
            for (Adjacency link : links) {
                boolean mutual = announced.getOrDefault(link.neighbor(), List.of()).stream()
                        .anyMatch(back -> back.neighbor().equals(from));
                if (mutual && !link.neighbor().equals(from)) {
                    lines.add(from + " " + link);
                }
            }
        });
        return lines;
    }

    private static List<String> described(LinkGraph graph) {
        List<String> lines = new ArrayList<>();
        TreeSet<NodeId> seen = new TreeSet<>();
        for (int node = 0; node < graph.nodeCount(); node++) {
            NodeId from = graph.node(node);
            assertThat(graph.indexOf(from)).isEqualTo(node);
            assertThat(seen.add(from)).isTrue();
            lines.add(from.toString());
            for (int link = graph.firstLink(node); link < graph.endLink(node); link++) {
                lines.add(from + " " + new Adjacency(graph.node(graph.to(link)), graph.label(link), graph.cost(link)));
                assertThat(graph.linkBetween(node, graph.to(link))).isEqualTo(link);
            }
        }
        return lines;
    }
}
