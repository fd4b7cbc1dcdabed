package dev.weft.core.flow;

/**
 * What the outcome of a send belongs to. Whoever sends makes it and gets the same one back with the outcome, so that
 * nobody has to look up whose it is; to the core it is a number.
 */
public interface Claim {
    /** The caller's number for the send, unique on this node, from 1. */
    long number();

    /** Nothing but a number. */
    static Claim of(long number) {
        return new Numbered(number);
    }

    /** For callers that keep books of their own. */
    record Numbered(long number) implements Claim {}
}
