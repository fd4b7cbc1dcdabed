package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The locators that configuration names: dialled until a link comes of them, at rest while the node they led to is
 * known, dialled again when it is forgotten or this node is alone.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class ConfiguredLocators {
    private final Dialler dialler;
    private final TreeMap<Locator, NodeId> reached = new TreeMap<>();

    ConfiguredLocators(Dialler dialler) {
        this.dialler = dialler;
    }

    void add(Locator locator, long nowNanos) {
        dialler.want(locator, nowNanos);
    }

    /** The locator leads to this very node. */
    void drop(Locator locator) {
        dialler.unwant(locator);
    }

    void reached(Locator locator, NodeId node) {
        dialler.unwant(locator);
        reached.put(locator, node);
    }

    /** Whoever was there is not known any more; at the next turn the dialler asks who is there now. */
    void forgotten(NodeId node) {
        for (Map.Entry<Locator, NodeId> entry : List.copyOf(reached.entrySet())) {
            if (entry.getValue().equals(node)) {
                reached.remove(entry.getKey());
                dialler.want(entry.getKey(), 0);
            }
        }
    }

    void lonely(long nowNanos) {
        reached.keySet().forEach(locator -> dialler.want(locator, nowNanos));
        reached.clear();
    }
}
