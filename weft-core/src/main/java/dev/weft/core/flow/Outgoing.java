package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;

/** A message under way at its origin. */
final class Outgoing {
    /** Whose message it is. */
    enum Role {
        /** The application's: it has a ticket. */
        MESSAGE,
        /** Asks for a connection. */
        OPENING,
        /** Ends this direction of a connection. */
        END
    }

    final Role role;
    /** 0 unless this is the application's. */
    final long ticket;

    final ByteView payload;
    final int fragmentCount;
    final long deadlineNanos;
    /** Its place among the messages of its flow. */
    final long order;

    /** The number of its first fragment; -1 while it waits for its turn. */
    long firstSequence = -1;

    int settledCount;
    long firstSentNanos = -1;
    Outcome.Reason refusal = Outcome.Reason.NONE;
    boolean settled;

    private Outgoing(Role role, long ticket, ByteView payload, int fragmentBytes, long order, long deadlineNanos) {
        this.role = role;
        this.ticket = ticket;
        this.payload = payload;
        this.fragmentCount = Math.max(1, (payload.length() + fragmentBytes - 1) / fragmentBytes);
        this.order = order;
        this.deadlineNanos = deadlineNanos;
    }

    static Outgoing message(Send send, int fragmentBytes, long order, long nowNanos) {
        return new Outgoing(
                Role.MESSAGE, send.ticket(), send.payload(), fragmentBytes, order, nowNanos + send.timeoutNanos());
    }

    static Outgoing control(Role role, long order, long deadlineNanos) {
        return new Outgoing(role, 0, ByteView.EMPTY, 1, order, deadlineNanos);
    }

    boolean hasLeft() {
        return firstSentNanos >= 0;
    }

    long endSequence() {
        return firstSequence + fragmentCount;
    }

    /** The outcome when nobody will answer any more. */
    Outcome givenUp(Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        return Outcome.of(hasLeft() ? Outcome.Kind.UNKNOWN : ifNeverSent, reason);
    }
}
