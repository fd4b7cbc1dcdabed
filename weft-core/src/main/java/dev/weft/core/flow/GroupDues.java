package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.wire.TreeHeader;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a piece goes out again to those who miss it, and when members that hold a message are asked what became of it:
 * by the retransmission timer (RFC 6298), of which relays get a part to gather answers in.
 *
 * <p>Called by {@link GroupFlow} and its parts.
 */
final class GroupDues {
    private static final int BACKOFF_MAX = 6;
    private static final int ASK = -1;
    private static final int SILENT_TIMERS = 3;

    /** Who has been silent for so long is not waited for, whatever the timer believes and whoever else is silent. */
    static final long SILENCE_NANOS_MAX = 2_000_000_000L;

    /** Who was heard a moment ago may be heard again any moment, though each try doubles the timer. */
    private static final long AWAITED_NANOS_MAX = 500_000_000L;

    /** Something to be looked at: a piece, or the whole message whose members are to be asked. */
    record Due(long atNanos, long message, int piece) implements Comparable<Due> {
        boolean isQuestion() {
            return piece == ASK;
        }

        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            int byMessage = byTime != 0 ? byTime : Long.compare(message, other.message);
            return byMessage != 0 ? byMessage : Integer.compare(piece, other.piece);
        }
    }

    private final FlowConfig.Retransmission bounds;
    private final RetransmissionTimer timer;
    private final TreeSet<Due> dues = new TreeSet<>();

    GroupDues(FlowConfig.Retransmission bounds) {
        this.bounds = bounds;
        this.timer = new RetransmissionTimer(bounds);
    }

    /**
     * How long it took until a transmission was answered. Answers name the transmission, so what was sent again can be
     * measured too; what came later than any timer waits says only that it was late.
     */
    void handleSample(long sampleNanos) {
        timer.handleSample(Math.min(bounds.maxNanos(), sampleNanos));
    }

    /** The smoothed round trip, 0 while none was measured. */
    long roundTripNanos() {
        return timer.smoothedNanos();
    }

    /** How long the first node may gather answers: a part of what this node waits for them. */
    int patienceMillis() {
        long quarterMillis = timer.timeoutNanos() / 4_000_000L;
        return (int) Math.max(2, Math.min(TreeHeader.PATIENCE_MILLIS_MAX, quarterMillis));
    }

    /**
     * For how long a member may be silent before the others go on without it: three expiries, of which each had it asked
     * again. A smaller factor would set aside who has only lost a copy and its repair.
     */
    long silenceNanos() {
        return Math.min(SILENCE_NANOS_MAX, SILENT_TIMERS * timeoutNanos(0));
    }

    void schedule(Piece piece, long nowNanos) {
        cancel(piece);
        long timeout = timeoutNanos(piece.expiries);
        if (piece.isAwaited() || piece.isMissedBySomebodyHeardSince(nowNanos - SILENCE_NANOS_MAX)) {
            timeout = Math.min(timeout, Math.max(timeoutNanos(0), AWAITED_NANOS_MAX));
        }
        piece.dueNanos = nowNanos + timeout;
        dues.add(new Due(piece.dueNanos, piece.message.number, piece.index));
    }

    void askLater(GroupMessage message, long nowNanos) {
        if (message.askNanos < 0) {
            message.askNanos = nowNanos + timeoutNanos(1 + message.asked);
            dues.add(new Due(message.askNanos, message.number, ASK));
        }
    }

    /** Nothing of a message is of interest any more. */
    void cancel(GroupMessage message) {
        message.pieces.forEach(this::cancel);
        if (message.askNanos >= 0) {
            dues.remove(new Due(message.askNanos, message.number, ASK));
            message.askNanos = -1;
        }
    }

    void cancel(Piece piece) {
        if (piece.dueNanos >= 0) {
            dues.remove(new Due(piece.dueNanos, piece.message.number, piece.index));
            piece.dueNanos = -1;
        }
    }

    /** Takes out what is due, null when nothing is. */
    @Nullable
    Due pollDue(long nowNanos) {
        return !dues.isEmpty() && dues.first().atNanos() <= nowNanos ? dues.pollFirst() : null;
    }

    long nextNanos() {
        return dues.isEmpty() ? Deadlines.NEVER : dues.first().atNanos();
    }

    private long timeoutNanos(int expiries) {
        long plain = timer.timeoutNanos() + patienceMillis() * 1_000_000L;
        return Math.min(bounds.maxNanos(), plain << Math.min(BACKOFF_MAX, expiries));
    }
}
