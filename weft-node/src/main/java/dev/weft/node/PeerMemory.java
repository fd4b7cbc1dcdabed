package dev.weft.node;

import dev.weft.Locator;
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
                String[] words = line.split(" ");
                List<Locator> known = new ArrayList<>();
                for (int i = 1; i < words.length; i++) {
                    known.add(Locator.parse(words[i]));
                }
                engine.remember(NodeId.parse(words[0]), known, nowNanos);
            } catch (IllegalArgumentException unreadable) {
                events.tell(MeshEvent.Kind.WARNING, self, "a remembered peer cannot be read: " + line);
            }
        }
    }

    void keep(Engine engine) {
        List<String> lines = new ArrayList<>();
        for (NodeId node : engine.knownNodes()) {
            StringBuilder line = new StringBuilder(node.toString());
            engine.locatorsOf(node).forEach(locator -> line.append(' ').append(locator));
            lines.add(line.toString());
        }
        state.write(FILE, lines);
    }
}
