package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What a send returns: it ends in exactly one {@link Outcome}, at the latest shortly after the send's timeout. */
public interface Ticket {
    /** This node's number for the send, from 1. */
    long number();

    /** Completes with the outcome, never exceptionally, on the mesh's callback executor. */
    CompletionStage<Outcome> outcome();

    /**
     * Calls a handler with the outcome, once: on the mesh's callback executor, or here and now where it is known. Takes
     * less than a stage for each of millions of messages, the more so where they have one handler. Handlers of up to 16
     * messages that were sent together are called one after the other, so none may wait for another handler.
     */
    default void onOutcome(Consumer<Outcome> handler) {
        outcome().thenAccept(handler);
    }

    /**
     * Waits for the outcome. Suits virtual threads: waits on no monitor.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    Outcome await() throws InterruptedException;

    /**
     * Waits for the outcome, for so long at most.
     *
     * @return empty when it is still open
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<Outcome> await(Duration timeout) throws InterruptedException;
}
