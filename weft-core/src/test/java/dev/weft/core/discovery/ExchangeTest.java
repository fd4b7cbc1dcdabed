package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void exchangeTellsAllThatIsKnownInPiecesButTheNeighborItself() {
        Node node = lab.add();
        for (int i = 0; i < 150; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        lab.runFor(90 * SECOND);
        List<Peers> pieces = node.discovery.exchange(id(100), announced -> false, lab.nowNanos);
        assertThat(pieces).hasSize(3);
        assertThat(pieces)
                .allSatisfy(piece -> assertThat(piece.entries()).allSatisfy(entry -> {
                    assertThat(entry.silentSeconds()).isEqualTo(90);
                    assertThat(entry.node()).isNotEqualTo(id(100));
                }));
        assertThat(pieces.stream().mapToInt(piece -> piece.entries().size()).sum())
                .isEqualTo(149);
    }

    @Test
    void newsAreGatheredForASecondAndToldAtMostEveryFive() {
        Node node = lab.add();
        lab.runFor(60 * SECOND);
        for (int i = 0; i < 200; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        lab.runFor(SECOND - 1);
        assertThat(node.news).isEmpty();
        lab.runFor(1);
        assertThat(node.news).hasSize(1);
        assertThat(node.news.get(0).entries()).hasSize(Peers.ENTRIES_MAX);
        lab.runFor(15 * SECOND);
        assertThat(node.news.stream().mapToInt(piece -> piece.entries().size())).containsExactly(64, 64, 64, 8);
    }

    @Test
    void whatIsHeardAgainIsNoNewsAndANewPlaceIs() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, DiscoveryLab.MESH, id(2), 1, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        lab.runFor(10 * SECOND);
        node.news.clear();
        node.hear(new Beacon(Kind.BEACON, DiscoveryLab.MESH, id(2), 1, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        lab.runFor(10 * SECOND);
        assertThat(node.news).isEmpty();
        node.hear(new Beacon(Kind.BEACON, DiscoveryLab.MESH, id(2), 1, 0, 600, List.of(at(3)), List.of()), "10.0.0.2");
        lab.runFor(10 * SECOND);
        assertThat(node.news).hasSize(1);
        assertThat(node.news.get(0).entries().get(0).locators()).containsExactly(at(2), at(3));
    }

    @Test
    void newsOfMembersAreLeftToFloodingAndNewsAreBounded() {
        Node node = lab.add();
        for (int i = 0; i < 2_000; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        node.discovery.handleTime(0);
        assertThat(node.discovery.takeNews(announced -> true, 10 * SECOND)).isEmpty();
        int told = 0;
        for (int i = 2; i < 100; i++) {
            told += node.discovery
                    .takeNews(announced -> false, 10L * i * SECOND)
                    .map(piece -> piece.entries().size())
                    .orElse(0);
        }
        assertThat(told).isLessThanOrEqualTo(512);
    }
}
