package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/** What a send to many returns: it ends, shortly after the send's timeout at the latest, with an outcome for each member. */
public interface GroupTicket {
    /** This node's number for the send, from 1. */
    long number();

    /** The outcomes that are known by now. */
    SortedMap<NodeId, Outcome> known();

    /** Completes when every member has its outcome, never exceptionally, on the mesh's callback executor. */
    CompletionStage<GroupOutcome> outcome();

    /**
     * Waits until every member has its outcome. Suits virtual threads: waits on no monitor.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    GroupOutcome await() throws InterruptedException;

    /**
     * Waits until every member has its outcome, for so long at most.
     *
     * @return empty when some are still open
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<GroupOutcome> await(Duration timeout) throws InterruptedException;
}
