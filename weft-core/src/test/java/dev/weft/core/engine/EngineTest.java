package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What only shows where all machines work together. */
class EngineTest {
    private static final long SEEDS = 20;

    @Test
    void nodeThatHasSaidGoodByeIsNeitherDialledNorLinkedAgain() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            EngineLab lab = new EngineLab(seed);
            List<Node> nodes = lab.mesh(6);
            Node leaver = nodes.get(0);
            assertThat(leaver.engine.neighbors()).as("seed %d", seed).hasSize(5);
            leaver.leave();
            lab.runFor(20 * MILLI);
            for (Node node : nodes.subList(1, 6)) {
                node.traces.clear();
            }
            // A newcomer asks around, and all exchange whom they know.
            lab.add().start();
            lab.runFor(120 * SECOND);
            for (Node node : lab.nodes.subList(1, 7)) {
                assertThat(node.engine.neighbors()).as("seed %d", seed).hasSize(5);
                assertThat(node.count(TraceEvent.Kind.DIALLING, leaver.id))
                        .as("seed %d, node %d", seed, node.number)
                        .isZero();
                assertThat(node.engine.knownNodes()).as("seed %d", seed).doesNotContain(leaver.id);
            }
        }
    }

    @Test
    void laterLifeOfANodeThatHasSaidGoodByeIsWelcomeAtOnce() {
        EngineLab lab = new EngineLab(1);
        List<Node> nodes = lab.mesh(3);
        nodes.get(0).leave();
        lab.runFor(10 * MILLI);
        Node again = lab.again(nodes.get(0), 2);
        again.start();
        lab.runFor(SECOND);
        assertThat(again.engine.neighbors()).hasSize(2);
        assertThat(again.engine.reachable()).hasSize(2);
    }

    @Test
    void nodeThatLeavesForgetsNobody() {
        EngineLab lab = new EngineLab(1);
        List<Node> nodes = lab.mesh(4);
        nodes.get(0).leave();
        assertThat(nodes.get(0).engine.knownNodes()).hasSize(3);
    }

    @Test
    void observerSeesAMeshOfPinnedLinksByOneLinkAndStaysALeaf() {
        EngineLab lab = new EngineLab(1);
        for (int i = 0; i < 5; i++) {
            String before = "n" + (i + 4) % 5;
            String after = "n" + (i + 1) % 5;
            lab.add(7, new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(before, after), List.of()))
                    .start();
        }
        lab.runFor(10 * SECOND);
        Node observer = lab.add(7, new LinkWishes(LinkWishes.Policy.OBSERVER, List.of(), List.of()));
        observer.start();
        lab.runFor(10 * SECOND);
        assertThat(observer.engine.neighbors()).hasSize(1);
        assertThat(observer.engine.reachable()).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(lab.nodes.get(i).engine.reachable()).hasSize(5);
        }
        lab.runFor(60 * SECOND);
        assertThat(observer.engine.neighbors()).hasSize(1);
    }

    @Test
    void observerOfAnotherHostIsNotLetIn() {
        EngineLab lab = new EngineLab(1);
        lab.add(7, new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of("nobody"), List.of()))
                .start();
        Node observer = lab.add(8, new LinkWishes(LinkWishes.Policy.OBSERVER, List.of(), List.of()));
        observer.start();
        lab.runFor(10 * SECOND);
        assertThat(observer.engine.neighbors()).isEmpty();
    }

    @Test
    void routesThatLeadOtherwiseAreToldAndThoseThatDoNotAreNot() {
        EngineLab lab = new EngineLab(1);
        List<Node> nodes = lab.mesh(3);
        Node node = nodes.get(1);
        assertThat(node.count(TraceEvent.Kind.ROUTES_CHANGED, node.id)).isPositive();
        node.traces.clear();
        lab.runFor(100 * SECOND);
        assertThat(node.count(TraceEvent.Kind.ROUTES_CHANGED, node.id)).isZero();
        nodes.get(0).leave();
        lab.runFor(10 * SECOND);
        assertThat(node.count(TraceEvent.Kind.ROUTES_CHANGED, node.id)).isPositive();
    }
}
