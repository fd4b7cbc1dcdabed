package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.discovery.DiscoveryLab.Node;
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
}
