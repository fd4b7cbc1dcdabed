package dev.weft.core.flow;

/**
 * What the outcome of a send belongs to. Whoever sends makes it and gets the same one back with the outcome, so that
 * nobody has to look up whose it is; to the core it is a number.
 */
public interface Claim {
    /** The caller's number for the send, unique on this node, from 1; the first one's where several are sent together. */
    long number();

    /** How many messages it is for. */
    default int count() {
        return 1;
    }

    /** The caller's number for one of several messages that are sent together, from 0. */
    default long number(int index) {
        return number() + index;
    }

    /** Nothing but a number. */
    static Claim of(long number) {
        return new Numbered(number, 1);
    }

    /** So many numbers in a row, for messages that are sent together. */
    static Claim of(long first, int count) {
        return new Numbered(first, count);
    }

    /** For callers that keep books of their own. */
    record Numbered(long number, int count) implements Claim {}
}
