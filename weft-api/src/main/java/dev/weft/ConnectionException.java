package dev.weft;

import java.io.IOException;

/** A connection could not be made, or is no more; {@link #outcome} says why. */
public final class ConnectionException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Outcome outcome;

    public ConnectionException(String message, Outcome outcome) {
        super(message);
        this.outcome = outcome;
    }

    /** Rejected where the other end refused; undeliverable or expired where it was not reached; else unknown. */
    public Outcome outcome() {
        return outcome;
    }
}
