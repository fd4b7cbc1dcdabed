package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Verdict;
import java.util.ArrayDeque;

/**
 * What this very node is to have of a flow to many that begins on it: in order, the first one tried again while its
 * queue is full.
 *
 * <p>Called by {@link GroupFlow} and {@link GroupBacklog}.
 */
final class GroupHere {
    interface Output {
        /**
         * {@link Verdict#HELD} where it cannot be taken now.
         *
         * @param missedCount how many messages since the last one were given up
         */
        Verdict offer(GroupMessage message, long missedCount);

        void decided(GroupMessage message, Verdict verdict);
    }

    /** How often a full queue is tried again. */
    private static final long RETRY_NANOS = 20_000_000L;

    private final ArrayDeque<GroupMessage> waiting = new ArrayDeque<>();
    private long nextNanos = Deadlines.NEVER;
    private long missedCount;

    void add(GroupMessage message, long nowNanos) {
        waiting.add(message);
        nextNanos = Math.min(nextNanos, nowNanos);
    }

    /** Offers what waits until there is no room; what was given up meanwhile is passed over. */
    void deliver(Output out, long nowNanos) {
        nextNanos = Deadlines.NEVER;
        while (!waiting.isEmpty()) {
            GroupMessage message = waiting.peek();
            if (message.hereIsOpen) {
                Verdict verdict = out.offer(message, missedCount);
                if (verdict.kind() == Verdict.Kind.HELD) {
                    nextNanos = nowNanos + RETRY_NANOS;
                    return;
                }
                missedCount = verdict.kind() == Verdict.Kind.DELIVERED ? 0 : missedCount;
                out.decided(message, verdict);
            } else if (message.isMissedHere) {
                missedCount++;
            }
            waiting.remove();
        }
    }

    long nextNanos() {
        return nextNanos;
    }
}
