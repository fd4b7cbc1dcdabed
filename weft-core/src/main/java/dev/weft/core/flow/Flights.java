package dev.weft.core.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The transmissions of a flow that are under way, in the order of sending, and what they count for. One is stale once its fragment was settled or
 * sent again; stale ones are passed over.
 *
 * <p>Called by {@link OutboundFlow} alone.
 */
final class Flights {
    /** One copy of a fragment. */
    record Flight(long sequence, long sentNanos, Fragment fragment) {
        private boolean isUnderWay() {
            return fragment.state == Fragment.State.IN_FLIGHT && fragment.sentNanos == sentNanos;
        }
    }

    private final ArrayDeque<Flight> flights = new ArrayDeque<>(0);
    private long bytes;
    private int count;

    /** How many fragments are under way. */
    int count() {
        return count;
    }

    /** What they count for in windows. */
    long bytes() {
        return bytes;
    }

    /** A fragment has been sent. */
    void add(long sequence, Fragment fragment) {
        flights.add(new Flight(sequence, fragment.sentNanos, fragment));
        bytes += fragment.charge;
        count++;
    }

    /** A fragment is under way no more, if it was. */
    void end(Fragment fragment, Fragment.State state) {
        if (fragment.state == Fragment.State.IN_FLIGHT) {
            bytes -= fragment.charge;
            count--;
        }
        fragment.state = state;
    }

    /** The oldest that is under way. */
    @Nullable
    Flight oldest() {
        Flight first = flights.peek();
        while (first != null && !first.isUnderWay()) {
            flights.remove();
            first = flights.peek();
        }
        return first;
    }

    /** All that are under way, oldest first. */
    List<Flight> all() {
        List<Flight> all = new ArrayList<>(flights);
        all.removeIf(flight -> !flight.isUnderWay());
        return all;
    }

    void clear() {
        flights.clear();
        bytes = 0;
        count = 0;
    }
}
