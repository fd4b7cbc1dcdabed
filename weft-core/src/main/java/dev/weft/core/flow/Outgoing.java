package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;

/** A message under way at its origin. */
final class Outgoing {
    final long ticket;
    final ByteView payload;
    final SocketKind kind;
    final int fragmentCount;
    final long deadlineNanos;

    /** The number of its first fragment; -1 while it waits for its turn. */
    long firstSequence = -1;

    int settledCount;
    long firstSentNanos = -1;
    Outcome.Reason refusal = Outcome.Reason.NONE;
    boolean settled;

    Outgoing(Send send, int fragmentBytes, long nowNanos) {
        ticket = send.ticket();
        payload = send.payload();
        kind = send.kind();
        fragmentCount = Math.max(1, (payload.length() + fragmentBytes - 1) / fragmentBytes);
        deadlineNanos = nowNanos + send.timeoutNanos();
    }

    boolean hasLeft() {
        return firstSentNanos >= 0;
    }

    /** The outcome when nobody will answer any more. */
    Outcome givenUp(Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        return Outcome.of(hasLeft() ? Outcome.Kind.UNKNOWN : ifNeverSent, reason);
    }
}
