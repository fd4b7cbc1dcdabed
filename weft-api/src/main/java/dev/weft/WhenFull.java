package dev.weft;

/** What a send does where the node's queues or the destination's endpoint have no room. */
public enum WhenFull {
    /** It waits for room until its timeout; a caller that hands over more than this node may hold is blocked. */
    WAIT,
    /** It ends at once as {@link Outcome.Kind#REJECTED}. */
    REFUSE
}
