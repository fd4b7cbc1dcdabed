package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a send returns: it ends in exactly one {@link Outcome}, at the latest shortly after the send's timeout. */
public interface Ticket {
    /** This node's number for the send, from 1. */
    long number();

    /** Completes with the outcome, never exceptionally, on the mesh's callback executor. */
    CompletionStage<Outcome> outcome();

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
