package dev.weft.core.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a flow whose fate is not known, by the time at which they are given up. Most come in the order of
 * their deadlines, for most have the same timeout: these queue, the others are sorted. Those settled are left where
 * they are until they come first, or are most of all.
 *
 * <p>Called by {@link OutboundFlow} alone.
 */
final class MessageDeadlines {
    static final Comparator<Outgoing> SOONEST =
            Comparator.<Outgoing>comparingLong(m -> m.deadlineNanos).thenComparingLong(m -> m.order);

    private static final int SETTLED_FEW = 64;

    private final ArrayDeque<Outgoing> rising = new ArrayDeque<>(0);
    /** Null while none has come out of order. */
    private @Nullable PriorityQueue<Outgoing> others;

    private int unsettled;

    void add(Outgoing message) {
        unsettled++;
        Outgoing latest = rising.peekLast();
        if (latest == null || SOONEST.compare(latest, message) <= 0) {
            rising.add(message);
        } else {
            if (others == null) {
                others = new PriorityQueue<>(1, SOONEST);
            }
            others.add(message);
        }
    }

    /** One of them was settled. */
    void settled() {
        unsettled--;
        // Most are settled in the order in which they were sent.
        for (Outgoing first = rising.peek(); first != null && first.isSettled(); first = rising.peek()) {
            rising.remove();
        }
        if (rising.size() + (others == null ? 0 : others.size()) > 2 * unsettled + SETTLED_FEW) {
            rising.removeIf(Outgoing::isSettled);
            if (others != null) {
                others.removeIf(Outgoing::isSettled);
            }
        }
    }

    /** The unsettled message that is given up first. */
    @Nullable
    Outgoing soonest() {
        Outgoing first = rising.peek();
        while (first != null && first.isSettled()) {
            rising.remove();
            first = rising.peek();
        }
        Outgoing other = soonestOther();
        return first == null || other != null && SOONEST.compare(other, first) < 0 ? other : first;
    }

    private @Nullable Outgoing soonestOther() {
        if (others == null) {
            return null;
        }
        Outgoing other = others.peek();
        while (other != null && other.isSettled()) {
            others.remove();
            other = others.peek();
        }
        return other;
    }

    /** All that are unsettled, in the order in which they were sent. */
    List<Outgoing> all() {
        List<Outgoing> all = new ArrayList<>(rising);
        if (others != null) {
            all.addAll(others);
        }
        all.removeIf(Outgoing::isSettled);
        all.sort(Comparator.comparingLong(m -> m.order));
        return all;
    }

    void clear() {
        rising.clear();
        others = null;
        unsettled = 0;
    }
}
