package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.wire.Ack;

/**
 * From which message on the destination of a connected flow takes nothing more, and why. What it refuses in order it has
 * refused with all that lies behind.
 */
final class RefusedTail {
    private long fromSequence = Long.MAX_VALUE;
    private Outcome.Reason why = Outcome.Reason.NONE;
    private int rejectedCount;

    /** The destination has told of a message that it does not take. */
    void handleRefusal(Ack.Refusal refusal) {
        if (refusal.messageSequence() < fromSequence) {
            fromSequence = refusal.messageSequence();
            why = refusal.reason() == Outcome.Reason.NONE ? Outcome.Reason.LIMIT : refusal.reason();
        }
    }

    /** So many messages of the application have ended as not taken. */
    void handleRejected(int count) {
        rejectedCount += count;
    }

    boolean isPresent() {
        return why != Outcome.Reason.NONE;
    }

    /** {@code NONE} while everything is taken. */
    Outcome.Reason why() {
        return why;
    }

    int rejectedCount() {
        return rejectedCount;
    }

    /** Whether it begins behind a message that has its number. */
    boolean follows(Outgoing message) {
        return message.isCommitted() && message.firstSequence < fromSequence;
    }

    boolean contains(Outgoing message) {
        return message.firstSequence >= fromSequence;
    }

    /** Why one that is refused is not taken. An end before which nothing was refused is as good as taken. */
    Outcome.Reason answerTo(Outgoing message) {
        boolean hadAll =
                message.role == Outgoing.Role.END && rejectedCount == 0 && why == Outcome.Reason.CONNECTION_RESET;
        return hadAll ? Outcome.Reason.NONE : why;
    }
}
