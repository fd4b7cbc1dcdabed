package dev.weft.core.flow;

import dev.weft.Outcome;

/** What the endpoint says to a message that has arrived whole. */
public enum Acceptance {
    TAKEN(Outcome.Reason.NONE),
    NO_ENDPOINT(Outcome.Reason.NO_ENDPOINT),
    WRONG_KIND(Outcome.Reason.WRONG_KIND),
    QUEUE_FULL(Outcome.Reason.QUEUE_FULL),
    TOO_LARGE(Outcome.Reason.TOO_LARGE),
    NOT_PERMITTED(Outcome.Reason.NOT_PERMITTED),
    NOT_SEALED(Outcome.Reason.NOT_SEALED),
    /** The application has closed its end of the connection. */
    CLOSED(Outcome.Reason.CONNECTION_RESET);

    private final Outcome.Reason reason;

    Acceptance(Outcome.Reason reason) {
        this.reason = reason;
    }

    public Outcome.Reason reason() {
        return reason;
    }
}
