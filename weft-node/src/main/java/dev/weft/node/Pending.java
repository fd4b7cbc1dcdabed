package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.core.flow.Claim;
import java.util.concurrent.Executor;

/** A send of this node without an outcome. The engine gives it back with the outcome. */
interface Pending extends Claim {
    /**
     * The outcome is known; told once, on the loop.
     *
     * @param callbacks runs what the application is told by
     */
    void settle(Outcome outcome, Executor callbacks);

    /** The node has gone before the engine heard of it. */
    default void lapse(Executor callbacks) {
        settle(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED), callbacks);
    }

    /** A send whose outcome nobody asks for. */
    record Unwatched(long number) implements Pending {
        @Override
        public void settle(Outcome outcome, Executor callbacks) {}
    }
}
