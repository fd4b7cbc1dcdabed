package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MESH;
import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void locatorLearnedWhileTheNodeIsDialledIsTriedAtOnce() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.discovery.want(id(2), 0);
        lab.runFor(60 * SECOND);
        node.dialled.clear();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(3)), List.of()), "10.0.0.2");
        node.discovery.want(id(2), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.dialled).containsExactly(at(3));
    }

    @Test
    void locatorThatWorkedIsDialledFirstTheNextTime() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(2), at(3)), List.of()), "10.0.0.2");
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2), at(3)), Optional.of(at(3)), 0);
        node.discovery.handleLinkDown(id(2), SECOND);
        node.discovery.want(id(2), SECOND);
        lab.runFor(SECOND);
        assertThat(node.dialled).startsWith(at(3));
    }

    @Test
    void nodeWhoseLocatorsHaveAllFailedIsNamedOnce() {
        Node node = lab.add();
        node.start();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 1, List.of(at(5)), 0))), lab.nowNanos);
        node.discovery.want(id(5), lab.nowNanos);
        lab.runFor(MILLI);
        node.discovery.handleDialFailed(1, lab.nowNanos);
        assertThat(node.discovery.takeUnreachable()).containsExactly(id(5));
        assertThat(node.discovery.takeUnreachable()).isEmpty();
    }

    @Test
    void laterLifeIsDialledWithoutRegardToEarlierFailures() {
        Node node = lab.add();
        node.start();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 1, List.of(at(5)), 0))), lab.nowNanos);
        node.discovery.want(id(5), lab.nowNanos);
        lab.runFor(MILLI);
        for (long number = 1; number <= 5; number++) {
            node.discovery.handleDialFailed(number, lab.nowNanos);
            lab.runFor(70 * SECOND);
        }
        node.discovery.handleDialFailed(6, lab.nowNanos);
        int before = node.dialled.size();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 2, List.of(at(5)), 0))), lab.nowNanos);
        lab.runFor(MILLI);
        assertThat(node.dialled).hasSize(before + 1);
    }
}
