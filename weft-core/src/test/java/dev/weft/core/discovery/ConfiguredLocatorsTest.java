package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.discovery.DiscoveryLab.Node;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfiguredLocatorsTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void configuredLocatorRestsWhileItsNodeIsThereAndIsDialledAgainWhenThatIsForgotten() {
        Node node = lab.add();
        node.start();
        node.discovery.addConfigured(at(7), lab.nowNanos);
        lab.runFor(SECOND);
        assertThat(node.dialled).containsExactly(at(7));
        node.discovery.handleLinkUp(id(7), 1, List.of(at(7)), Optional.of(at(7)), lab.nowNanos);
        node.discovery.handleLinkUp(id(8), 1, List.of(at(8)), Optional.empty(), lab.nowNanos);
        node.discovery.configuredReached(at(7), id(7));
        lab.runFor(60 * SECOND);
        node.discovery.handleLinkDown(id(7), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(node.dialled).as("another link keeps it in the mesh").containsExactly(at(7));
        lab.runFor(700 * SECOND);
        assertThat(node.dialled.size()).as("dialled anew and again").isGreaterThan(2);
        assertThat(node.dialled).containsOnly(at(7));
    }

    @Test
    void configuredLocatorIsDialledAtOnceByANodeThatHasLostItsLastLink() {
        Node node = lab.add();
        node.start();
        node.discovery.handleLinkUp(id(7), 1, List.of(at(7)), Optional.of(at(7)), lab.nowNanos);
        node.discovery.configuredReached(at(7), id(7));
        node.discovery.handleLinkDown(id(7), lab.nowNanos);
        lab.runFor(SECOND);
        assertThat(node.dialled).containsExactly(at(7));
    }
}
