package dev.weft.core.socket;

import dev.weft.Outcome;

/**
 * The two directions of one connection, seen from one of its ends: which have begun, which have ended and how, and what
 * that means for whoever sends, receives or closes. The rules are those of AF_UNIX and TCP (RFC 9293, section 3.6):
 *
 * <ul>
 *   <li>Either end may finish, which ends its own direction behind all that it has sent, and go on receiving.
 *   <li>An end that closes finishes and takes nothing more. What it had been given and has not taken, or is sent later, is
 *       lost, and the other end is told: it receives what was sent to it, then a reset instead of the end.
 *   <li>Where the other end takes nothing more, sending is refused; what comes from it still comes.
 *   <li>What breaks a connection ends both directions at once.
 * </ul>
 *
 * <p>A value machine without a clock or an output. {@link Connections} has one for each connection; whoever shows
 * connections to an application has another, fed by {@link Connections.Output}.
 */
public final class Duplex {
    /** What this end says. */
    public enum Output {
        /** Not yet there. */
        OPENING,
        OPEN,
        /** The last word was said and is not acknowledged yet. */
        ENDING,
        /** The other end has been given all. */
        FINISHED,
        /** The other end takes nothing more. */
        REFUSED
    }

    /** What this end hears. */
    public enum Input {
        /** Not yet there. */
        OPENING,
        OPEN,
        /** The application takes nothing more. */
        SHUT,
        /** All has come. */
        ENDED
    }

    /** What the application receives when it has taken all that has come. */
    public enum Reading {
        /** More may come. */
        WAITS,
        /** The end: nothing more was sent. */
        ENDS,
        /** The connection is broken, or the other end has not taken all that was sent to it: {@link #reason}. */
        FAILS,
        /** The application itself has closed this end. */
        IS_CLOSED
    }

    /** What becomes of a message that the application sends. */
    public enum Sending {
        GOES,
        /** The application itself has said that nothing more would be sent. */
        IS_FINISHED,
        /** The connection is broken, or the other end takes nothing more: {@link #reason}. */
        FAILS
    }

    private Output output = Output.OPENING;
    private Input input = Input.OPENING;
    /** Whether something that was sent was not taken. */
    private boolean lost;

    private Outcome.Reason broken = Outcome.Reason.NONE;

    public Output output() {
        return output;
    }

    public Input input() {
        return input;
    }

    /** Why the connection, or sending on it, has failed; NONE where it has not. */
    public Outcome.Reason reason() {
        return broken == Outcome.Reason.NONE && (output == Output.REFUSED || lost)
                ? Outcome.Reason.CONNECTION_RESET
                : broken;
    }

    // ------------------------------------------------------------------ what the other end does

    /** Messages may be sent. */
    public void outputOpened() {
        if (output == Output.OPENING) {
            output = Output.OPEN;
        }
    }

    /** The other end has begun to speak. */
    public void inputOpened() {
        if (input == Input.OPENING) {
            input = Input.OPEN;
        }
    }

    /** The other end has been given all, and knows that it is all. */
    public void outputFinished() {
        if (output == Output.ENDING) {
            output = Output.FINISHED;
        }
    }

    /**
     * The other end takes nothing more.
     *
     * @param reason CONNECTION_RESET where it was closed; else the connection is not known there any more
     * @param rejectedCount how many messages it has not taken
     */
    public void outputRefused(Outcome.Reason reason, int rejectedCount) {
        lost |= rejectedCount > 0;
        switch (output) {
            case OPENING, OPEN -> output = Output.REFUSED;
            case ENDING -> output = lost ? Output.REFUSED : Output.FINISHED;
            case FINISHED, REFUSED -> {}
        }
        boolean isForgotten = reason != Outcome.Reason.CONNECTION_RESET;
        if (isForgotten && input != Input.ENDED) {
            // It will not end in good order what it does not know of.
            broke(Outcome.Reason.CONNECTION_RESET);
        }
    }

    /** A message was sent too late, after the other end had taken its last. */
    public void rejected() {
        lost |= output == Output.REFUSED;
    }

    /**
     * The other end has said its last word, and all before it has come.
     *
     * @param reason why it has not taken all that was sent to it; NONE where it has
     */
    public void inputEnded(Outcome.Reason reason) {
        if (reason != Outcome.Reason.NONE && input != Input.SHUT) {
            broke(reason);
        } else {
            input = Input.ENDED;
        }
    }

    /** Both directions are no more. */
    public void broke(Outcome.Reason reason) {
        if (broken == Outcome.Reason.NONE) {
            broken = reason;
        }
    }

    // ------------------------------------------------------------------ what this end does

    /** What becomes of a message that is sent now. */
    public Sending sending() {
        if (isBroken()) {
            return Sending.FAILS;
        }
        return switch (output) {
            case OPENING, OPEN -> Sending.GOES;
            case ENDING, FINISHED -> Sending.IS_FINISHED;
            case REFUSED -> Sending.FAILS;
        };
    }

    /** What is received when nothing of what has come is left. */
    public Reading reading() {
        return switch (input) {
            case SHUT -> isBroken() ? Reading.FAILS : Reading.IS_CLOSED;
            case ENDED -> lost ? Reading.FAILS : Reading.ENDS;
            case OPENING, OPEN -> isBroken() ? Reading.FAILS : Reading.WAITS;
        };
    }

    /** Nothing more will be sent. True where the other end is to be told, which it has to acknowledge. */
    public boolean finish() {
        return switch (output) {
            case OPENING, OPEN -> {
                output = Output.ENDING;
                yield !isBroken();
            }
            case REFUSED -> {
                output = lost ? Output.REFUSED : Output.FINISHED;
                yield false;
            }
            case ENDING, FINISHED -> false;
        };
    }

    /**
     * Nothing more will be taken. To be followed by {@link #finish}.
     *
     * @param untaken how much of what has come was not taken
     * @return what the other end is to be told with the last word
     */
    public Outcome.Reason shut(long untaken) {
        if (input != Input.ENDED) {
            input = Input.SHUT;
        }
        return untaken > 0 ? Outcome.Reason.CONNECTION_RESET : Outcome.Reason.NONE;
    }

    public boolean isBroken() {
        return broken != Outcome.Reason.NONE;
    }

    /** Nothing more will come of it in either direction. */
    public boolean isOver() {
        boolean isSaid = output == Output.FINISHED || output == Output.REFUSED;
        boolean isHeard = input == Input.ENDED || input == Input.SHUT;
        return isBroken() || isSaid && isHeard;
    }
}
