package dev.weft.core.topology;

/** What a neighbor has of an edition, as far as this node knows; an {@link Entry} keeps it for each of them. */
enum Spread {
    /** It has it, or need not get it from here. */
    DONE,
    /** It gets it by others, most likely; held ready in case it does not. */
    LAZY,
    /** To be sent as soon as the neighbor may be spoken to. */
    QUEUED,
    /** Sent; acknowledged with its frame. */
    SENT
}
