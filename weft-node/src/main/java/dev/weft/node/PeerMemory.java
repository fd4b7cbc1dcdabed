package dev.weft.node;

import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.core.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes that this one remembers from run to run, in the state directory: a line for each, its id and where it was
 * reached. Used on the loop's thread.
 */
final class PeerMemory {
    private static final String FILE = "peers";

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
        List<String> lines = new ArrayList<>();
        for (NodeId node : engine.knownNodes()) {
            lines.add(new RememberedPeer(node, engine.locatorsOf(node)).line());
        }
        state.write(FILE, lines);
    }
}
