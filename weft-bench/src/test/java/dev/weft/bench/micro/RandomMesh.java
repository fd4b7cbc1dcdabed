package dev.weft.bench.micro;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Adjacencies.Adjacency;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A connected random mesh of degree 5 on average, as nodes announce it: a ring, and chords between nodes drawn at
 * random, each end with a label of its own and a cost that differs a little from the other's. Equal seeds give equal
 * meshes. Used by the benchmarks of one thread.
 */
final class RandomMesh {
    private static final int DEGREE = 5;
    private static final int COST_MAX = 2_000;

    private final List<NodeId> nodes = new ArrayList<>();
    private final List<TreeMap<NodeId, Adjacency>> links = new ArrayList<>();

    RandomMesh(int nodeCount, long seed) {
        Prng prng = new Prng(seed);
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(new NodeId(prng.nextLong(), prng.nextLong()));
            links.add(new TreeMap<>());
        }
        for (int i = 0; i < nodeCount; i++) {
            link(i, (i + 1) % nodeCount, prng);
        }
        for (int chords = nodeCount * DEGREE / 2 - nodeCount; chords > 0; chords--) {
            int one = prng.below(nodeCount);
            int other = prng.below(nodeCount);
            if (one != other) {
                link(one, other, prng);
            }
        }
    }

    NodeId node(int index) {
        return nodes.get(index);
    }

    int nodeCount() {
        return nodes.size();
    }

    List<Adjacency> linksOf(int index) {
        return List.copyOf(links.get(index).values());
    }

    /** The same links, each dearer by so much. */
    List<Adjacency> linksOf(int index, int dearer) {
        return links.get(index).values().stream()
                .map(link -> new Adjacency(link.neighbor(), link.label(), link.cost() + dearer))
                .toList();
    }

    LinkGraph.Builder announced() {
        LinkGraph.Builder graph = new LinkGraph.Builder();
        for (int i = 0; i < nodes.size(); i++) {
            graph.advertise(nodes.get(i), linksOf(i));
        }
        return graph;
    }

    /** The advertisement of a node's links, of the given edition. */
    Lsa linksAnnounced(int index, long sequence) {
        return Lsa.originate(
                new LsaKey(nodes.get(index), LsaKind.ADJACENCY),
                new LsaVersion(1, sequence),
                new Adjacencies(linksOf(index)).encode());
    }

    /** The advertisement of the node itself, as an ordinary node of a LAN makes it. */
    Lsa recordAnnounced(int index) {
        NodeRecord record = NodeRecord.of(
                        "node-" + index,
                        ByteView.of(new byte[NodeRecord.HOST_ID_BYTES]),
                        List.of(
                                Locator.parse("tcp/10.0." + index / 250 + "." + (index % 250 + 1) + ":7400"),
                                Locator.parse("unix//run/user/1000/weft/default/" + index + ".sock")))
                .withWords(new NodeRecord.Words(List.of(), List.of("zone-" + index % 3), new TreeMap<>()));
        return Lsa.originate(new LsaKey(nodes.get(index), LsaKind.NODE), new LsaVersion(1, 1), record.encode());
    }

    private void link(int one, int other, Prng prng) {
        int cost = 1 + prng.below(COST_MAX);
        announce(one, other, cost);
        announce(other, one, cost + prng.below(10));
    }

    private void announce(int from, int to, int cost) {
        TreeMap<NodeId, Adjacency> own = links.get(from);
        own.putIfAbsent(nodes.get(to), new Adjacency(nodes.get(to), own.size() + 1, cost));
    }
}
