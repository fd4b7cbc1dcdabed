package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MESH;
import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.discovery.DiscoveryLab.Said;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BeaconsTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void nodeSaysWhoItIsAndAsksWhoElseIsThereAtOnce() {
        Node node = lab.add();
        node.start();
        assertThat(node.said).extracting(said -> said.beacon().kind()).containsExactly(Kind.BEACON, Kind.DISCOVERY);
        assertThat(node.said.get(1).bytes()).isGreaterThanOrEqualTo(Beacon.QUESTION_BYTES);
        assertThat(node.said.get(0).beacon().locators()).containsExactly(at(1));
    }

    @Test
    void newcomerAndThoseWhoAreThereKnowEachOtherWithinAMoment() {
        List<Node> nodes = lab.network(5);
        Node newcomer = lab.add();
        newcomer.start();
        lab.runFor(20 * MILLI);
        for (Node node : nodes.subList(0, 5)) {
            assertThat(newcomer.knows(node)).isTrue();
            assertThat(node.knows(newcomer)).isTrue();
        }
    }

    @Test
    void beaconsComeAtAnIntervalThatEachNodeDrawsForGood() {
        TreeSet<Long> intervals = new TreeSet<>();
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            Node node = seeded.add();
            node.start();
            seeded.runFor(3_600 * SECOND);
            List<Said> beacons = node.said(Kind.BEACON);
            long interval = beacons.get(1).atNanos() - beacons.get(0).atNanos();
            assertThat(interval).as("seed %d", seed).isBetween(110 * SECOND, 140 * SECOND);
            for (int i = 1; i < beacons.size(); i++) {
                assertThat(beacons.get(i).atNanos() - beacons.get(i - 1).atNanos())
                        .as("seed %d", seed)
                        .isEqualTo(interval);
            }
            intervals.add(interval);
        }
        assertThat(intervals).hasSizeGreaterThan(45);
    }

    @Test
    void changedLocatorsAreToldWithinTheTurnAndOnlyOnce() {
        Node node = lab.add();
        node.start();
        lab.runFor(10 * SECOND);
        node.said.clear();
        node.discovery.locatorsChanged(List.of(at(9)), lab.nowNanos);
        node.discovery.locatorsChanged(List.of(at(9)), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.said(Kind.BEACON)).hasSize(1);
        assertThat(node.said(Kind.BEACON).get(0).beacon().locators()).containsExactly(at(9));
    }

    @Test
    void lonelyNodeGoesOnAskingEveryHalfMinuteAndALinkedOneDoesNot() {
        Node node = lab.add();
        node.start();
        lab.runFor(299 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(10);
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), lab.nowNanos);
        lab.runFor(31 * SECOND);
        node.said.clear();
        lab.runFor(600 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).isEmpty();
    }

    @Test
    void nodeThatHasLostItsLastLinkAsksAgain() {
        Node node = lab.add();
        node.start();
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), lab.nowNanos);
        lab.runFor(300 * SECOND);
        node.said.clear();
        node.discovery.handleLinkDown(id(2), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(1);
        lab.runFor(31 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(2);
    }

    @Test
    void firstQuestionDoesNotWaitHoweverLongThePauseIs() {
        DiscoveryConfig slow = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 3_600 * SECOND, 4_096, 5 * SECOND);
        Node node = lab.add(MESH, slow);
        node.start();
        assertThat(node.said(Kind.DISCOVERY)).hasSize(1);
    }

    @Test
    void foreignMeshIsInvisible() {
        Node ours = lab.add();
        Node theirs = lab.add(MESH + 1, DiscoveryConfig.DEFAULT);
        ours.start();
        theirs.start();
        lab.runFor(600 * SECOND);
        assertThat(ours.discovery.nodes()).isEmpty();
        assertThat(theirs.discovery.nodes()).isEmpty();
        assertThat(ours.said).allMatch(said -> said.to().isEmpty());
        assertThat(ours.discovery.foreignCount()).isPositive();
        assertThat(ours.discovery.malformedCount()).isZero();
    }

    @Test
    void malformedDatagramsAreCountedAndNothingElse() {
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            Prng prng = new Prng(seed);
            Node node = seeded.add();
            byte[] valid =
                    beacon(Kind.PING, id(2), id(3)).encode(Beacon.BYTES_MAX).toByteArray();
            for (int i = 0; i < 200; i++) {
                // Without its first byte changed it might be valid after all.
                byte[] broken = valid.clone();
                broken[0]++;
                for (int flips = prng.below(20); flips > 0; flips--) {
                    broken[1 + prng.below(broken.length - 1)] = (byte) prng.nextLong();
                }
                node.discovery.handleBeacon(ByteView.of(broken, 0, prng.below(broken.length + 1)), "10.9.9.9", 0);
            }
            node.discovery.handleBeacon(ByteView.of(new byte[1_201]), "10.9.9.9", 0);
            assertThat(node.discovery.malformedCount()).as("seed %d", seed).isEqualTo(201);
            assertThat(node.discovery.nodes()).isEmpty();
            assertThat(node.said).isEmpty();
            assertThat(node.events).isEmpty();
        }
    }

    @Test
    void anyNoiseBehindAValidHeadDoesNoHarm() {
        for (long seed = 1; seed <= 2_000; seed++) {
            Prng prng = new Prng(seed);
            Node node = lab.nodes.isEmpty() ? lab.add() : lab.nodes.get(0);
            byte[] bytes =
                    beacon(Kind.PING, id(2), id(3)).encode(Beacon.BYTES_MAX).toByteArray();
            for (int flips = prng.below(8); flips >= 0; flips--) {
                bytes[3 + prng.below(bytes.length - 3)] = (byte) prng.nextLong();
            }
            node.discovery.handleBeacon(ByteView.of(bytes), "10.9.9.9", lab.nowNanos);
            lab.runFor(100 * MILLI);
        }
    }
}
