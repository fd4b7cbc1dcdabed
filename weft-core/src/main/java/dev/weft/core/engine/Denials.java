package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Right;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides which denials are worth telling: the first of a node for a right, and then one in ten seconds, however many
 * messages it sends. All are counted elsewhere. Called by {@link Machines}.
 */
final class Denials {
    static final int KEPT_MAX = 256;
    static final long QUIET_NANOS = 10_000_000_000L;

    private record Denied(NodeId node, Right right) {}

    /** When it was told last; the one told longest ago comes first. */
    private final Map<Denied, Long> told = new LinkedHashMap<>();

    boolean isNews(NodeId node, Right right, long nowNanos) {
        Denied denied = new Denied(node, right);
        Long before = told.get(denied);
        if (before != null && nowNanos - before < QUIET_NANOS) {
            return false;
        }
        told.remove(denied);
        if (told.size() >= KEPT_MAX) {
            Iterator<Denied> oldest = told.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        told.put(denied, nowNanos);
        return true;
    }
}
