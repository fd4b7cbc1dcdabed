package dev.weft.core.socket;

/** What a membership's inbox says to a message for its group. */
public enum GroupAcceptance {
    /** The application has it; what its policy drops later it has dropped itself. */
    TAKEN,
    /** There is no room, and the sender is to wait. */
    LATER,
    /** There is no room, and by the membership's policy it has fallen out of the flow. */
    DETACHED,
    /** They were not sealed, and must be. */
    NOT_SEALED,
    /** The application is no member. */
    NO_MEMBER
}
