package dev.weft.sim;

/** How often each fault really happened: a run that promises faults and has none proves nothing. */
final class FaultCounts {
    long heckled;
    long lost;
    long duplicated;
    long reordered;
    long heldUp;
    long cut;
    long crashes;
    long restarts;
    long pauses;
    long castsHeard;
    long castsLost;
    long endpointsClosed;
    long inboxesFull;
    long membershipsChanged;
    long partitions;
    long oneWayCuts;
}
