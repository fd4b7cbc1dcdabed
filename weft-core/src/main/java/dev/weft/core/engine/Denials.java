package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Right;
import dev.weft.core.link.Link;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which denials are worth telling: the first of a node for a right, and then one in ten seconds, however many
 * messages it sends. All are counted elsewhere. The latest that were told are kept for who asks later. Called by
 * {@link Machines}.
 */
final class Denials {
    static final int KEPT_MAX = 256;
    static final int LATEST_MAX = 64;
    static final long QUIET_NANOS = 10_000_000_000L;

    private record Denied(NodeId node, Link.Side side, String right) {}

    /** When it was told last; the one told longest ago comes first. */
    private final Map<Denied, Long> told = new LinkedHashMap<>();

    private final ArrayDeque<Denial> latest = new ArrayDeque<>();

    /** This node refuses another something. */
    Optional<Denial> byThisNode(NodeId node, Right right, String subject, long nowNanos) {
        String what = right.name().toLowerCase(Locale.ROOT);
        return add(
                new Denied(node, Link.Side.OURS, what),
                "node " + node.brief() + " has no right to " + what + " '" + subject + "'",
                nowNanos);
    }

    /** Another node refuses this one something. */
    Optional<Denial> byOtherNode(NodeId node, String what, long nowNanos) {
        return add(
                new Denied(node, Link.Side.THEIRS, what),
                "node " + node.brief() + " says that this node has no right to " + what,
                nowNanos);
    }

    private Optional<Denial> add(Denied denied, String text, long nowNanos) {
        Long before = told.get(denied);
        if (before != null && nowNanos - before < QUIET_NANOS) {
            return Optional.empty();
        }
        told.remove(denied);
        if (told.size() >= KEPT_MAX) {
            Iterator<Denied> oldest = told.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        told.put(denied, nowNanos);
        if (latest.size() >= LATEST_MAX) {
            latest.remove();
        }
        Denial denial = new Denial(nowNanos, denied.node(), denied.side(), text);
        latest.add(denial);
        return Optional.of(denial);
    }

    /** Oldest first. */
    List<Denial> latest() {
        return List.copyOf(latest);
    }
}
