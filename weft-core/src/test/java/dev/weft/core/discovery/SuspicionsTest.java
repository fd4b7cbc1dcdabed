package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.discovery.DiscoveryLab.Said;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SuspicionsTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void suspectThatDoesNotAnswerIsForgottenByAllAfterThirtyFiveSeconds() {
        List<Node> nodes = lab.network(3);
        lab.runFor(10 * SECOND);
        Node gone = nodes.get(1);
        gone.dead = true;
        long start = lab.nowNanos;
        nodes.get(0).discovery.suspect(gone.id, start);
        lab.runUntil(start + 5 * SECOND - 1);
        assertThat(nodes.get(0).said(Kind.PING)).isEmpty();
        lab.runUntil(start + 5 * SECOND);
        assertThat(nodes.get(0).said(Kind.PING)).hasSize(1);
        assertThat(nodes.get(0).said(Kind.PING).get(0).beacon().suspects()).containsExactly(gone.id);
        lab.runUntil(start + 35 * SECOND - 1);
        assertThat(nodes.get(0).knows(gone)).isTrue();
        assertThat(nodes.get(2).knows(gone)).isTrue();
        lab.runUntil(start + 35 * SECOND);
        assertThat(nodes.get(0).events).contains("-2 it was suspected and did not answer");
        assertThat(nodes.get(2).events).contains("-2 it was suspected and did not answer");
    }

    @Test
    void suspectThatAnswersIsKeptByAllWhoHeardTheQuestion() {
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            List<Node> nodes = seeded.network(4);
            // A lonely node asks around so often that it would clear itself.
            for (Node node : nodes) {
                node.discovery.handleLinkUp(id(50), 1, List.of(at(50)), Optional.empty(), seeded.nowNanos);
            }
            seeded.runFor(40 * SECOND);
            // Alone it answers at once, with another within 15 s.
            nodes.get(0).discovery.suspect(nodes.get(1).id, seeded.nowNanos);
            if (seed % 2 == 0) {
                nodes.get(0).discovery.suspect(nodes.get(2).id, seeded.nowNanos);
            }
            seeded.runFor(90 * SECOND);
            for (Node node : nodes) {
                assertThat(node.discovery.knownCount()).as("seed %d", seed).isEqualTo(4);
                assertThat(node.events).as("seed %d", seed).noneMatch(event -> event.startsWith("-"));
            }
        }
    }

    /** The one answer to its question who is there got lost; half a second later it asks whether that node lives. */
    @Test
    void nodeThatHasAnsweredAMomentAgoIsNotTakenForDead() {
        Node suspect = lab.add();
        suspect.start();
        Node asking = lab.add();
        asking.start();
        lab.runFor(50 * SECOND);
        asking.discovery.suspect(suspect.id, lab.nowNanos);
        lab.runFor(4_500 * MILLI);
        asking.dead = true;
        suspect.hear(beacon(Kind.DISCOVERY, asking.id), asking.source());
        lab.runFor(100 * MILLI);
        assertThat(suspect.said.get(suspect.said.size() - 1).to()).contains(asking.source());
        asking.dead = false;
        lab.runFor(SECOND);
        assertThat(asking.said(Kind.PING)).hasSize(1);
        // In time, and to all: others who have heard the question wait for the same answer.
        assertThat(suspect.said.get(suspect.said.size() - 1).to()).isEmpty();
        lab.runFor(60 * SECOND);
        assertThat(asking.knows(suspect)).isTrue();
        assertThat(asking.events).noneMatch(event -> event.startsWith("-"));
    }

    @Test
    void onlyTheSuspectThatAnsweredIsCleared() {
        List<Node> nodes = lab.network(4);
        lab.runFor(10 * SECOND);
        nodes.get(3).dead = true;
        nodes.get(0).discovery.suspect(nodes.get(2).id, lab.nowNanos);
        nodes.get(0).discovery.suspect(nodes.get(3).id, lab.nowNanos);
        lab.runFor(40 * SECOND);
        assertThat(nodes.get(0).discovery.nodes()).containsExactly(id(2), id(3));
        assertThat(nodes.get(1).discovery.nodes()).containsExactly(id(1), id(3));
    }

    @Test
    void whatOthersHeardBeforeTheSuspicionDoesNotClearIt() {
        Node node = lab.add();
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        node.hear(beacon(Kind.BEACON, id(3)), "10.0.0.3");
        lab.runFor(60 * SECOND);
        node.discovery.suspect(id(2), lab.nowNanos);
        node.discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(10 * SECOND);
        node.discovery.handlePeers(
                new Peers(List.of(
                        new Peers.Entry(id(2), 1, List.of(at(2)), 30), new Peers.Entry(id(3), 1, List.of(at(3)), 1))),
                lab.nowNanos);
        lab.runFor(30 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(3));
    }

    @Test
    void nodeHeardOfJustNowOrLinkedIsNotSuspected() {
        Node node = lab.add();
        node.discovery.handleLinkUp(id(3), 1, List.of(at(3)), Optional.empty(), 0);
        lab.runFor(60 * SECOND);
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        lab.runFor(2_900 * MILLI);
        node.discovery.suspect(id(2), lab.nowNanos);
        node.discovery.suspect(id(3), lab.nowNanos);
        node.discovery.suspect(id(99), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(node.said(Kind.PING)).isEmpty();
        assertThat(node.discovery.nodes()).containsExactly(id(2), id(3));
    }

    @Test
    void moreSuspectsThanOneQuestionHoldsAreAllAskedAndAllHaveTheirTimeToAnswer() {
        Node node = lab.add();
        for (int i = 0; i < 50; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        lab.runFor(10 * SECOND);
        long start = lab.nowNanos;
        for (int i = 0; i < 50; i++) {
            node.discovery.suspect(id(100 + i), start);
        }
        lab.runFor(9 * SECOND);
        TreeSet<NodeId> asked = new TreeSet<>();
        List<Said> questions = node.said(Kind.PING);
        questions.forEach(said -> asked.addAll(said.beacon().suspects()));
        assertThat(asked).hasSize(50);
        assertThat(questions).hasSize(4);
        assertThat(questions).allMatch(said -> said.bytes() <= Beacon.BYTES_MAX);
        long last = questions.get(3).atNanos();
        lab.runUntil(last + 30 * SECOND - 1);
        assertThat(node.discovery.nodes()).hasSize(2);
        lab.runFor(1);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void suspectThatOthersHaveAskedAboutIsNotAskedAgain() {
        List<Node> nodes = lab.network(3);
        lab.runFor(10 * SECOND);
        nodes.get(2).dead = true;
        nodes.get(0).discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(2 * SECOND);
        nodes.get(1).discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(nodes.get(0).said(Kind.PING)).hasSize(1);
        assertThat(nodes.get(1).said(Kind.PING)).isEmpty();
        assertThat(nodes.get(1).knows(nodes.get(2))).isFalse();
    }
}
