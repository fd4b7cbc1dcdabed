package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** That the invariant "no frame visits a node twice" can fire: a frame that went in a circle, and one that did not. */
class LoopInvariantTest {
    private static final long SECOND = 1_000_000_000L;

    private static World settled() {
        // Nobody seals here, so nothing else can be wrong with a frame that came over a relay.
        World world = new World(SwarmOptions.calm(6), 3, EngineConfig.DEFAULT, new World.Honest(), World.Guard.NONE);
        world.start(SECOND);
        while (world.violations.isEmpty() && world.events.step(15 * SECOND)) {}
        assertThat(world.violations.isEmpty()).as("%s", world.violations).isTrue();
        return world;
    }

    private static int label(LinkGraph graph, SimNode from, SimNode to) {
        return graph.label(graph.linkBetween(graph.indexOf(from.id()), graph.indexOf(to.id())));
    }

    /** The frame as the last of these nodes reads it, having come over all of them in order. */
    private static ByteView cameOver(LinkGraph graph, List<SimNode> nodes) {
        int[] ahead = new int[nodes.size() - 2];
        java.util.Arrays.fill(ahead, 1);
        RouteHeader header = RouteHeader.along(ahead);
        for (int i = 1; i + 1 < nodes.size(); i++) {
            header = header.forwarded(label(graph, nodes.get(i), nodes.get(i - 1)));
        }
        assertThat(header.isAtEnd()).isTrue();
        return RoutedFrame.of(header, new Probe(1)).encode();
    }

    /** Three nodes that are all linked with one another. */
    private static List<SimNode> triangle(World world, LinkGraph graph) {
        for (SimNode a : world.nodes()) {
            for (SimNode b : world.nodes()) {
                for (SimNode c : world.nodes()) {
                    if (isLinked(graph, a.id(), b.id())
                            && isLinked(graph, b.id(), c.id())
                            && isLinked(graph, c.id(), a.id())) {
                        return List.of(a, b, c);
                    }
                }
            }
        }
        throw new AssertionError("no triangle among six nodes of a full mesh");
    }

    private static boolean isLinked(LinkGraph graph, NodeId a, NodeId b) {
        return !a.equals(b) && graph.linkBetween(graph.indexOf(a), graph.indexOf(b)) >= 0;
    }

    @Test
    void aFrameThatComesBackToANodeIsSeenAndOneThatDoesNotIsNot() {
        World world = settled();
        Engine engine = Objects.requireNonNull(world.node(0).engine());
        LinkGraph graph = engine.routes().graph();
        List<SimNode> nodes = triangle(world, graph);
        world.laws.require(cameOver(graph, nodes), nodes.get(2), nodes.get(1));
        assertThat(world.violations.isEmpty()).as("%s", world.violations).isTrue();
        List<SimNode> circle = new ArrayList<>(nodes);
        circle.add(nodes.get(0));
        world.laws.require(cameOver(graph, circle), nodes.get(0), nodes.get(2));
        assertThat(world.violations.all()).hasSize(1);
        assertThat(world.violations.all().get(0).invariant()).isEqualTo("no frame visits a node twice");
    }
}
