package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.core.engine.Engine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;

/**
 * The nodes that this one remembers from run to run, in the state directory: a line for each, its id and where it was
 * reached. What is there is replaced while there is a link only: a node that is cut off forgets the others one by one, and
 * is not to forget how it found them. Used on the loop's thread.
 */
final class PeerMemory {
    private static final String FILE = "peers";

    /** A start dials all of them, and half of what the state directory would read back is room for each. */
    private static final int PEERS_MAX = 1_024;

    private static final int CHARS_MAX = 512 << 10;

    private final StateDirectory state;
    private final NodeId self;
    private final NodeEvents events;
    private final List<String> earlier;

    PeerMemory(StateDirectory state, NodeId self, NodeEvents events) {
        this.state = state;
        this.self = self;
        this.events = events;
        this.earlier = state.read(FILE).orElse(List.of());
    }

    /** Tells the engine of the nodes of the earlier run. */
    void recall(Engine engine, long nowNanos) {
        for (String line : earlier) {
            try {
                RememberedPeer peer = RememberedPeer.parse(line);
                engine.remember(peer.node(), peer.locators(), nowNanos);
            } catch (IllegalArgumentException unreadable) {
                events.tell(MeshEvent.Kind.WARNING, self, "a remembered peer cannot be read: " + line);
            }
        }
    }

    void keep(Engine engine) {
        List<String> lines = lines(engine.neighbors(), engine.knownNodes(), engine::locatorsOf);
        if (!lines.isEmpty()) {
            state.write(FILE, lines);
        }
    }

    /**
     * What to write down: neighbors first, then others, as many as there is room for.
     *
     * @return nothing where there is no link: what was written before is better than what is left now
     */
    static List<String> lines(
            Collection<NodeId> neighbors, Collection<NodeId> known, Function<NodeId, List<Locator>> locators) {
        List<String> lines = new ArrayList<>();
        if (neighbors.isEmpty()) {
            return lines;
        }
        LinkedHashSet<NodeId> all = new LinkedHashSet<>(neighbors);
        all.addAll(known);
        int chars = 0;
        for (NodeId node : all) {
            List<Locator> at = locators.apply(node);
            if (at.isEmpty()) {
                continue;
            }
            String line = new RememberedPeer(node, at).line();
            chars += line.length() + 1;
            if (lines.size() == PEERS_MAX || chars > CHARS_MAX) {
                break;
            }
            lines.add(line);
        }
        return lines;
    }
}
