package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MESH;
import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Beacons of a mesh without a key: anybody can have sent them, in whosever name. */
class OpenBeaconTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    private static Beacon forged(Kind kind, int node, long incarnation, Locator... locators) {
        return new Beacon(kind, MESH, id(node), incarnation, 0, 600, List.of(locators), List.of());
    }

    /** A member has told of node 2. */
    private Node knowing() {
        Node node = lab.add();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(2), 5, List.of(at(2)), 0))), lab.nowNanos);
        return node;
    }

    @Test
    void aLaterLifeThatAnybodyMayHaveMadeUpTakesNoLocatorAwayAndAddsACandidate() {
        Node node = knowing();
        node.hearOpen(forged(Kind.BEACON, 2, Long.MAX_VALUE, at(66)), "10.9.9.9");
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(2), at(66));
        // What a member says of the life that really is goes on counting.
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(2), 6, List.of(at(3)), 0))), lab.nowNanos);
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(3), at(66));
    }

    @Test
    void theLatestFewCandidatesAreKeptBesideWhatIsKnown() {
        Node node = knowing();
        for (int i = 10; i < 40; i++) {
            node.hearOpen(forged(Kind.BEACON, 2, i, at(i)), "10.9.9.9");
        }
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(2), at(39), at(38), at(37), at(36));
    }

    @Test
    void aBackOffIsNotResetByALifeThatAnybodyMayHaveMadeUp() {
        Node node = knowing();
        node.start();
        node.discovery.want(id(2), lab.nowNanos);
        lab.runFor(MILLI);
        for (long number = 1; number <= 8; number++) {
            node.discovery.handleDialFailed(number, lab.nowNanos);
            lab.runFor(70 * SECOND);
            node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(2), 5, List.of(at(2)), 0))), lab.nowNanos);
        }
        node.discovery.handleDialFailed(9, lab.nowNanos);
        node.dialled.clear();
        for (int i = 0; i < 100; i++) {
            node.hearOpen(forged(Kind.BEACON, 2, 100 + i, at(2)), "10.9.9.9");
            node.discovery.want(id(2), lab.nowNanos);
            lab.runFor(MILLI);
        }
        assertThat(node.dialled).isEmpty();
    }

    @Test
    void anAddressIsDialledOnceAMinuteForBeaconsThatNobodyVouchesFor() {
        Node node = lab.add();
        for (int second = 0; second < 150; second++) {
            node.hearOpen(forged(Kind.BEACON, 2, second, at(66)), "10.9.9.9");
            node.discovery.want(id(2), lab.nowNanos);
            lab.runFor(SECOND);
        }
        assertThat(node.dialled).hasSizeBetween(2, 3).containsOnly(at(66));
        assertThat(node.discovery.dialsRefusedCount()).isPositive();
    }

    @Test
    void tenDialsASecondAreMadeWhateverIsMadeUp() {
        Node node = lab.add();
        Prng prng = new Prng(1);
        for (int tick = 0; tick < 1_000; tick++) {
            for (int i = 0; i < 10; i++) {
                NodeId made = id(2 + prng.below(3_000));
                Locator where = Locator.parse("tcp/10.1." + prng.below(250) + "." + prng.below(250) + ":80");
                node.hearOpen(new Beacon(Kind.BEACON, MESH, made, tick, 0, 600, List.of(where), List.of()), "10.9.9.9");
                node.discovery.want(made, lab.nowNanos);
            }
            lab.runFor(10 * MILLI);
        }
        assertThat(node.dialled).as("in ten seconds").hasSizeBetween(90, 101);
        TreeMap<String, Integer> byAddress = new TreeMap<>();
        node.dialled.forEach(locator -> byAddress.merge(locator.address(), 1, Integer::sum));
        assertThat(byAddress.values()).containsOnly(1);
    }

    @Test
    void whoIsKnownOtherwiseIsDialledAsSoonAsEverWhileBeaconsAreMadeUp() {
        Node node = lab.add();
        for (int i = 100; i < 400; i++) {
            node.hearOpen(forged(Kind.BEACON, i, 1, at(i % 250)), "10.9.9.9");
            node.discovery.want(id(i), lab.nowNanos);
        }
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(2), 5, List.of(at(251)), 0))), lab.nowNanos);
        node.hearOpen(forged(Kind.BEACON, 2, 6, at(252)), "10.9.9.9");
        node.discovery.want(id(2), lab.nowNanos);
        lab.runFor(MILLI);
        assertThat(node.dialled).hasSize(2).contains(at(251));
    }

    @Test
    void aGoodByeThatAnybodyMayHaveSaidHidesOnlyWhoIsKnownByBeaconsAlone() {
        Node node = knowing();
        node.discovery.handleHostEntry(id(3), 1, List.of(at(3)), lab.nowNanos);
        node.discovery.handleLinkUp(id(4), 1, List.of(at(4)), Optional.empty(), lab.nowNanos);
        node.discovery.remember(id(5), List.of(at(5)), lab.nowNanos);
        node.hearOpen(forged(Kind.BEACON, 6, 1, at(6)), "10.0.0.6");
        for (int i = 2; i <= 6; i++) {
            node.hearOpen(forged(Kind.LEAVE, i, Long.MAX_VALUE), "10.9.9.9");
        }
        assertThat(node.discovery.nodes()).containsExactly(id(2), id(3), id(4), id(5));
    }

    @Test
    void aQuestionThatAnybodyMayHaveAskedMakesNobodyForgottenWhoIsKnownOtherwise() {
        Node node = knowing();
        node.hearOpen(forged(Kind.BEACON, 6, 1, at(6)), "10.0.0.6");
        node.hearOpen(new Beacon(Kind.PING, MESH, id(9), 1, 0, 600, List.of(), List.of(id(2), id(6))), "10.9.9.9");
        lab.runFor(60 * SECOND);
        assertThat(node.discovery.nodes()).contains(id(2)).doesNotContain(id(6));
    }

    @Test
    void aCandidateThatALinkHasComeOfIsOneNoMore() {
        Node node = lab.add();
        node.hearOpen(forged(Kind.BEACON, 2, 1, at(2)), "10.0.0.2");
        node.discovery.handleLinkUp(id(2), 1, List.of(), Optional.of(at(2)), lab.nowNanos);
        node.discovery.handleLinkDown(id(2), lab.nowNanos);
        assertThat(node.discovery.exchange(id(9), any -> false, lab.nowNanos))
                .flatExtracting(Peers::entries)
                .extracting(Peers.Entry::locators)
                .containsExactly(List.of(at(2)));
    }

    @Test
    void whatNobodyVouchesForIsNotPassedOn() {
        Node node = lab.add();
        node.hearOpen(forged(Kind.BEACON, 2, 1, at(2)), "10.0.0.2");
        lab.runFor(30 * SECOND);
        assertThat(node.news).isEmpty();
        assertThat(node.discovery.exchange(id(9), any -> false, lab.nowNanos)).isEmpty();
    }
}
