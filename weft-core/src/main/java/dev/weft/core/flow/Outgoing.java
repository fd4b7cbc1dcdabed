package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Bundle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message under way at its origin, or several that were sent together. */
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

    private static final List<ByteView> NOTHING = List.of(ByteView.EMPTY);

    final Role role;
    final int fragmentCount;
    /** When it is given up; in a connected flow, when it is withdrawn if it has no number by then. */
    final long deadlineNanos;
    /** Its place among the messages of its flow. */
    final long order;

    /** The number of its first fragment; -1 while it waits for its turn. */
    long firstSequence = -1;

    int settledCount;
    long firstSentNanos = -1;
    Outcome.Reason refusal = Outcome.Reason.NONE;
    /** What the application asked for; null where nobody did, and once its fate is known. */
    private @Nullable Send send;

    private boolean settled;

    /** What an end says of the other direction. */
    Outcome.Reason farewell = Outcome.Reason.NONE;

    private Outgoing(Role role, @Nullable Send send, int fragmentCount, long order, long deadlineNanos) {
        this.role = role;
        this.send = send;
        this.fragmentCount = fragmentCount;
        this.order = order;
        this.deadlineNanos = deadlineNanos;
    }

    static Outgoing message(Send send, int fragmentBytes, long order, long nowNanos) {
        int bytes = send.count() == 1 ? send.messages().get(0).length() : Bundle.bytesOf(send.messages());
        int fragments = Math.max(1, (bytes + fragmentBytes - 1) / fragmentBytes);
        Check.that(fragments == 1 || send.count() == 1, "messages of %d bytes together in fragments", bytes);
        return new Outgoing(Role.MESSAGE, send, fragments, order, send.deadlineNanos(nowNanos));
    }

    /** What a connected flow says of itself; it waits as long as the flow lasts. */
    static Outgoing control(Role role, long order) {
        return new Outgoing(role, null, 1, order, Deadlines.NEVER);
    }

    /** @param reason why the origin has not taken all that came to it; NONE where it has */
    static Outgoing end(Outcome.Reason reason, long order) {
        Outgoing end = control(Role.END, order);
        end.farewell = reason;
        return end;
    }

    /** How many messages of the application it is. */
    int count() {
        return messages().size();
    }

    /** Theirs altogether. */
    int payloadBytes() {
        return Bundle.payloadBytes(messages());
    }

    /** What it carries; nothing once its fate is known. */
    List<ByteView> messages() {
        Send present = send;
        return present == null ? NOTHING : present.messages();
    }

    /** What it counts for in windows. */
    int charge() {
        return payloadBytes() + count() * Ack.MESSAGE_OVERHEAD_BYTES;
    }

    /** Whether it has its place in the sequence, from which nothing can be taken out. */
    boolean isCommitted() {
        return firstSequence >= 0;
    }

    boolean hasLeft() {
        return firstSentNanos >= 0;
    }

    boolean isSettled() {
        return settled;
    }

    boolean isAnsweredLike(Outgoing other) {
        return firstSentNanos == other.firstSentNanos && refusal == other.refusal;
    }

    /** Its fate is known, once. Returns what the application asked for; its bytes are let go of. */
    @Nullable
    Send settle() {
        Send asked = send;
        settled = true;
        send = null;
        return asked;
    }

    /** The outcome when nobody will answer any more. */
    Outcome givenUp(Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        return Outcome.of(hasLeft() ? Outcome.Kind.UNKNOWN : ifNeverSent, reason);
    }
}
