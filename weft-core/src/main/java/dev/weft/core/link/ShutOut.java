package dev.weft.core.link;

import dev.weft.NodeId;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Nodes that have broken the protocol, or said more than a neighbor may, and may not link for a while: 30 s the first time, twice as long each further
 * time, at most 10 minutes; forgiven after 10 minutes of good conduct. Used by the owner of the links, which reports
 * only what a node has done under an id that the connection vouches for: nobody can have another one shut out.
 */
public final class ShutOut {
    static final int NODES_MAX = 1_024;

    private static final long SECOND = 1_000_000_000L;
    private static final long FIRST_NANOS = 30 * SECOND;
    private static final long CAP_NANOS = 600 * SECOND;
    private static final long FORGIVEN_NANOS = 600 * SECOND;

    private record Sentence(long untilNanos, long lengthNanos, String cause) {}

    private final TreeMap<NodeId, Sentence> sentences = new TreeMap<>();
    private long count;

    /** Whether a node is judged for a link that ended in this way: by us, and for what only a broken peer does. */
    public static boolean isOffence(CloseReason reason, Link.Side side) {
        return side == Link.Side.OURS
                && (reason == CloseReason.MALFORMED
                        || reason == CloseReason.PROTOCOL_VIOLATION
                        || reason == CloseReason.OVER_BUDGET);
    }

    /** A node has misbehaved. */
    public void handleOffence(NodeId node, String cause, long nowNanos) {
        forgive(nowNanos);
        Sentence earlier = sentences.get(node);
        long lengthNanos = earlier == null ? FIRST_NANOS : Math.min(CAP_NANOS, 2 * earlier.lengthNanos);
        if (earlier == null && sentences.size() >= NODES_MAX) {
            sentences.remove(soonestFree());
        }
        sentences.put(node, new Sentence(nowNanos + lengthNanos, lengthNanos, cause));
        count++;
    }

    /** The refusal of a node that is shut out. */
    public Optional<Close> refuse(NodeId node, long nowNanos) {
        Sentence sentence = sentences.get(node);
        if (sentence == null || sentence.untilNanos <= nowNanos) {
            return Optional.empty();
        }
        long leftSeconds = (sentence.untilNanos - nowNanos + SECOND - 1) / SECOND;
        return Optional.of(Close.because(
                CloseReason.SHUT_OUT,
                "node " + node.brief() + " is shut out for " + leftSeconds + " s more: " + sentence.cause));
    }

    /** How often nodes were shut out. */
    public long count() {
        return count;
    }

    private void forgive(long nowNanos) {
        sentences.values().removeIf(sentence -> sentence.untilNanos + FORGIVEN_NANOS <= nowNanos);
    }

    private NodeId soonestFree() {
        Map.Entry<NodeId, Sentence> soonest = sentences.firstEntry();
        for (Map.Entry<NodeId, Sentence> entry : sentences.entrySet()) {
            if (entry.getValue().untilNanos < soonest.getValue().untilNanos) {
                soonest = entry;
            }
        }
        return soonest.getKey();
    }
}
