package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.topology.Edition;
import dev.weft.core.wire.LsaKind;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Links that a mesh has met by and needs no more, while it changes. */
class RetiringLinksTest {
    private static final int NODES = 40;

    private final EngineLab lab = new EngineLab(1);

    /** So many nodes that have chosen their links and have not ended the others yet. */
    private void meet() {
        for (int i = 0; i < NODES; i++) {
            lab.add().start();
        }
        lab.runFor(20 * SECOND);
        assertThat(linkEnds()).as("links that are on their way out").isGreaterThan(NODES * 12);
    }

    private int linkEnds() {
        return lab.nodes.stream()
                .mapToInt(node -> node.engine.neighbors().size())
                .sum();
    }

    /** The number of the latest edition of what each node says of its links, as the first node has it. */
    private TreeMap<NodeId, Long> editionsOfLinks() {
        TreeMap<NodeId, Long> editions = new TreeMap<>();
        for (EngineLab.Node node : lab.nodes) {
            lab.nodes
                    .get(0)
                    .engine
                    .lsdb()
                    .editionOf(node.id, LsaKind.ADJACENCY)
                    .map(Edition::lsa)
                    .ifPresent(lsa -> editions.put(node.id, lsa.version().sequence()));
        }
        return editions;
    }

    @Test
    void whenANodeJoinsThoseAloneAdvertiseTheirLinksWhoseLinksChange() {
        meet();
        TreeMap<NodeId, Long> before = editionsOfLinks();
        EngineLab.Node fresh = lab.add();
        fresh.start();
        lab.runFor(9 * SECOND);
        TreeSet<NodeId> advertised = new TreeSet<>();
        editionsOfLinks().forEach((node, edition) -> {
            if (!edition.equals(before.get(node))) {
                advertised.add(node);
            }
        });
        SortedSet<NodeId> neighbors = fresh.engine.neighbors();
        assertThat(neighbors).isNotEmpty();
        advertised.remove(fresh.id);
        assertThat(advertised).containsExactlyElementsOf(neighbors);
    }

    @Test
    void whenANodeJoinsTheLinksThatNobodyWantsEndAllTheSame() {
        meet();
        lab.add().start();
        lab.runFor(15 * SECOND);
        assertThat(linkEnds()).isLessThan(NODES * 11);
    }

    @Test
    void aLinkOnItsWayOutThatIsWantedAgainStays() {
        meet();
        EngineLab.Node first = lab.nodes.get(0);
        TreeSet<NodeId> told = new TreeSet<>();
        first.engine
                .lsdb()
                .editionOf(first.id, LsaKind.ADJACENCY)
                .orElseThrow()
                .links()
                .forEach(link -> told.add(link.neighbor()));
        // Half of those that it keeps are gone, so it chooses others, among them some that it has links to still.
        lab.nodes.stream()
                .filter(node -> told.contains(node.id))
                .limit(told.size() / 2)
                .forEach(EngineLab.Node::leave);
        lab.runFor(40 * SECOND);
        assertThat(first.engine.neighbors()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(first.engine.reachable()).hasSize(NODES - 1 - told.size() / 2);
    }
}
