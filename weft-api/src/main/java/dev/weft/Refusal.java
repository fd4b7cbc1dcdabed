package dev.weft;

import java.time.Instant;
import java.util.Optional;

/**
 * A link that was not made, or did not last, or something that was asked for without a right, and why.
 *
 * @param at when, by this node's wall clock
 * @param node at the other end, {@link NodeId#ZERO} where that was not known
 * @param locator of the other end, where there is one
 * @param by who ended it
 * @param reason a word of the protocol, as {@code NOT_A_MEMBER}; {@code NOT_PERMITTED} where a right was missing
 * @param text for people; both ends show the same
 */
public record Refusal(Instant at, NodeId node, Optional<Locator> locator, By by, String reason, String text) {
    /** Who ended it. */
    public enum By {
        THIS_NODE,
        OTHER_NODE,
        /** The connection broke, or was never made. */
        CONNECTION
    }
}
