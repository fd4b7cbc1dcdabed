package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MESH;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerBookTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void nodeIsForgottenAfterTenMinutesOfSilence() {
        List<Node> nodes = lab.network(2);
        lab.runFor(2_000 * SECOND);
        assertThat(nodes.get(0).knows(nodes.get(1))).isTrue();
        nodes.get(1).dead = true;
        long last = nodes.get(1).said.get(nodes.get(1).said.size() - 1).atNanos();
        lab.runUntil(last + 600 * SECOND);
        assertThat(nodes.get(0).knows(nodes.get(1))).isTrue();
        lab.runFor(1);
        assertThat(nodes.get(0).knows(nodes.get(1))).isFalse();
        assertThat(nodes.get(0).events).containsExactly("+2 beacon", "-2 it was silent for too long");
    }

    @Test
    void linkedNodeNeedNoBeaconToBeRemembered() {
        Node node = lab.add();
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), 0);
        lab.runFor(7_200 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        node.discovery.handleLinkDown(id(2), lab.nowNanos);
        lab.runFor(600 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        lab.runFor(SECOND);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void silenceThatOthersTellOfCounts() {
        Node node = lab.add();
        node.discovery.handlePeers(
                new Peers(List.of(
                        new Peers.Entry(id(2), 1, List.of(at(2)), 500),
                        new Peers.Entry(id(3), 1, List.of(at(3)), 600))),
                0);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        lab.runFor(101 * SECOND);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void goodByeIsSaidAndForgetsAtOnce() {
        List<Node> nodes = lab.network(3);
        nodes.get(0).discovery.want(nodes.get(2).id, lab.nowNanos);
        lab.runFor(0);
        nodes.get(2).discovery.leave();
        lab.settle();
        nodes.get(2).dead = true;
        assertThat(nodes.get(2).said(Kind.LEAVE)).hasSize(1);
        assertThat(nodes.get(0).knows(nodes.get(2))).isFalse();
        assertThat(nodes.get(1).knows(nodes.get(2))).isFalse();
        assertThat(nodes.get(0).cancelled).hasSize(1);
        assertThat(nodes.get(0).events).contains("-3 it has said good-bye");
    }

    @Test
    void goodByeOfAnEarlierLifeOrOfALinkedNodeChangesNothing() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 5, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.hear(new Beacon(Kind.LEAVE, MESH, id(2), 4, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.discovery.handleLinkUp(id(3), 1, List.of(at(3)), Optional.empty(), 0);
        node.hear(beacon(Kind.LEAVE, id(3)), "10.0.0.3");
        assertThat(node.discovery.nodes()).containsExactly(id(2), id(3));
    }

    @Test
    void whoeverTellsOfALifeThatHasEndedIsNotBelieved() {
        Node node = lab.add();
        node.discovery.handleLinkUp(id(2), 5, List.of(at(2)), Optional.empty(), 0);
        node.discovery.handleLinkGoodbye(id(2));
        assertThat(node.discovery.nodes()).as("still linked").containsExactly(id(2));
        node.discovery.handleLinkDown(id(2), SECOND);
        assertThat(node.discovery.nodes()).isEmpty();
        lab.runFor(100 * SECOND);
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(2), 5, List.of(at(2)), 200))), lab.nowNanos);
        node.discovery.handleHostEntry(id(2), 5, List.of(at(2)), lab.nowNanos);
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 4, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        assertThat(node.discovery.nodes()).isEmpty();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 6, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        assertThat(node.discovery.nodes()).containsExactly(id(2));
    }

    @Test
    void goodByeByBeaconMayBeForgedSoTheNodeIsBelievedAgainAfterAWhile() {
        Node node = lab.add();
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        node.hear(new Beacon(Kind.LEAVE, MESH, id(2), Long.MAX_VALUE, 0, 600, List.of(at(2)), List.of()), "10.9.9.9");
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        assertThat(node.discovery.nodes()).isEmpty();
        lab.runFor(30 * SECOND);
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        assertThat(node.discovery.nodes()).containsExactly(id(2));
    }

    @Test
    void laterLifeBringsItsOwnLocatorsAndAnEarlierOneNone() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 5, 0, 600, List.of(at(5)), List.of()), "10.0.0.2");
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 4, 0, 600, List.of(at(4)), List.of()), "10.0.0.2");
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(5));
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 6, 0, 600, List.of(at(6)), List.of()), "10.0.0.2");
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(6));
    }

    @Test
    void floodOfRandomNodesStaysWithinTheTableAndThoseLinkedSurvive() {
        Prng prng = new Prng(1);
        DiscoveryConfig small = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 30 * SECOND, 512, 5 * SECOND);
        Node node = lab.add(MESH, small);
        for (int i = 2; i <= 20; i++) {
            node.discovery.handleLinkUp(id(i), 1, List.of(at(i)), Optional.empty(), 0);
        }
        node.discovery.remember(id(21), List.of(at(21)), 0);
        for (int i = 0; i < 100_000; i++) {
            node.hear(beacon(Kind.BEACON, new NodeId(prng.nextLong(), prng.nextLong())), "10.9.9.9");
            assertThat(node.discovery.knownCount()).isLessThanOrEqualTo(512);
        }
        for (int i = 2; i <= 21; i++) {
            assertThat(node.discovery.nodes()).contains(id(i));
        }
        assertThat(node.discovery.evictedCount()).isEqualTo(100_000 - 512 + 20);
    }

    @Test
    void linkedNodeFindsRoomInATableThatLiesHaveFilled() {
        DiscoveryConfig small = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 30 * SECOND, 64, 5 * SECOND);
        Node node = lab.add(MESH, small);
        for (int i = 0; i < 10; i++) {
            List<Peers.Entry> lies = new ArrayList<>();
            for (int j = 0; j < 64; j++) {
                lies.add(new Peers.Entry(id(1_000 + 64 * i + j), 1, List.of(at(1)), 0));
            }
            node.discovery.handlePeers(new Peers(lies), 0);
        }
        assertThat(node.discovery.knownCount()).isEqualTo(64);
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), 0);
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(2));
    }
}
