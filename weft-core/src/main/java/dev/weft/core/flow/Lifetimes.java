package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a connected flow that are withdrawn if they have no number in time. Those that have one are left
 * where they are until they come first, or are most of all.
 *
 * <p>Called by {@link OutboundFlow} alone.
 */
final class Lifetimes {
    private static final int COMMITTED_FEW = 64;

    /** Null where there never was one: most flows are not connected. */
    private @Nullable PriorityQueue<Outgoing> messages;
    /** From this size on it is worth looking for those that have a number. */
    private int sweepSize = COMMITTED_FEW;

    void add(Outgoing message) {
        if (message.deadlineNanos == Deadlines.NEVER) {
            return;
        }
        if (messages == null) {
            messages = new PriorityQueue<>(1, MessageDeadlines.SOONEST);
        }
        if (messages.size() >= sweepSize) {
            messages.removeIf(Lifetimes::isOver);
            sweepSize = 2 * messages.size() + COMMITTED_FEW;
        }
        messages.add(message);
    }

    /** Of those without a number the one that is withdrawn first. */
    @Nullable
    Outgoing soonest() {
        if (messages == null) {
            return null;
        }
        Outgoing first = messages.peek();
        while (first != null && isOver(first)) {
            messages.remove();
            first = messages.peek();
        }
        return first;
    }

    void clear() {
        messages = null;
    }

    private static boolean isOver(Outgoing message) {
        return message.isCommitted() || message.isSettled();
    }
}
