package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Description;
import dev.weft.Peer;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.wire.NodeRecord;
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

    @Test
    void changedDescriptionReachesEveryNodeAndIsTold() {
        EngineLab lab = new EngineLab(1);
        List<Node> nodes = lab.mesh(5);
        Node teller = nodes.get(0);
        for (Node node : nodes) {
            node.traces.clear();
        }
        Description told = Description.EMPTY
                .withTags(List.of("eu"))
                .withGroups(List.of("ops"))
                .withAttribute("rack", "7")
                .withBandwidth(new Peer.Bandwidth(1_000, 500));
        teller.turn(() -> teller.engine.describe(told, lab.nowNanos));
        lab.runFor(SECOND);
        assertThat(teller.engine.description()).isEqualTo(told);
        for (Node node : nodes.subList(1, 5)) {
            NodeRecord record = node.engine.lsdb().recordOf(teller.id).orElseThrow();
            assertThat(record.tags()).containsExactly("eu");
            assertThat(record.groups()).containsExactly("ops");
            assertThat(record.attributes()).containsEntry("rack", "7");
            assertThat(record.kept().receiveBitsPerSecond()).isEqualTo(1_000);
            assertThat(record.kept().sendBitsPerSecond()).isEqualTo(500);
            assertThat(node.count(TraceEvent.Kind.NODE_CHANGED, teller.id)).isEqualTo(1);
        }
    }

    @Test
    void manyChangesOfADescriptionAreToldTogetherAndTheLastWordCounts() {
        EngineLab lab = new EngineLab(1);
        List<Node> nodes = lab.mesh(3);
        Node teller = nodes.get(0);
        Node hearer = nodes.get(1);
        hearer.traces.clear();
        for (int i = 0; i < 1_000; i++) {
            Description word = Description.EMPTY.withTags(List.of("tag" + i));
            teller.turn(() -> teller.engine.describe(word, lab.nowNanos));
            lab.runFor(10 * MILLI);
        }
        lab.runFor(10 * SECOND);
        assertThat(hearer.engine.lsdb().recordOf(teller.id).orElseThrow().tags())
                .containsExactly("tag999");
        assertThat(hearer.count(TraceEvent.Kind.NODE_CHANGED, teller.id)).isBetween(1L, 20L);
    }
}
