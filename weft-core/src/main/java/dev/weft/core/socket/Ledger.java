package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.flow.Send;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The books of everything this node has sent: sent = sum of outcomes + in flight, at any moment; and the latest
 * messages that did not reach their target, with the reason.
 */
public final class Ledger {
    /** The most dead letters kept, and how much of each. */
    public static final int DEAD_LETTERS_MAX = 1_000;

    public static final int DEAD_LETTER_BYTES_MAX = 64 << 10;

    /** How much all dead letters together may hold. */
    public static final long DEAD_LETTERS_BYTES_MAX = 16L << 20;

    /**
     * A message that did not reach its target.
     *
     * @param atNanos when its fate was known
     * @param payload at most its first 64 KiB
     */
    public record Dead(
            long ticket, long atNanos, NodeId destination, String endpoint, Outcome outcome, ByteView payload) {}

    private final long[] outcomes = new long[Outcome.Kind.values().length];
    private final ArrayDeque<Dead> dead = new ArrayDeque<>();
    private long deadBytes;
    private long sent;

    public void opened(Send send) {
        sent += send.count();
    }

    /** A send has come to its end; returns the dead letter, or one of several, where it was not delivered. */
    public @Nullable Dead settled(Send send, Outcome outcome, long nowNanos) {
        outcomes[outcome.kind().ordinal()] += send.count();
        if (outcome.isDelivered()) {
            return null;
        }
        @Nullable Dead latest = null;
        int index = 0;
        for (ByteView payload : send.messages()) {
            ByteView kept = payload.slice(0, Math.min(payload.length(), DEAD_LETTER_BYTES_MAX))
                    .compact();
            latest = new Dead(
                    send.claim().number(index++), nowNanos, send.destination(), send.endpoint(), outcome, kept);
            keep(latest);
        }
        return latest;
    }

    private void keep(Dead letter) {
        dead.add(letter);
        deadBytes += letter.payload().length();
        while (dead.size() > DEAD_LETTERS_MAX || deadBytes > DEAD_LETTERS_BYTES_MAX) {
            deadBytes -= dead.remove().payload().length();
        }
    }

    public long sent() {
        return sent;
    }

    public long inFlight() {
        return sent - settled();
    }

    public long outcomes(Outcome.Kind kind) {
        return outcomes[kind.ordinal()];
    }

    /** Oldest first. */
    public List<Dead> deadLetters() {
        return List.copyOf(dead);
    }

    /**
     * @param openCount how many sends those hold who are to settle them
     * @throws dev.weft.core.base.InvariantError unless the books balance
     */
    public void audit(long openCount) {
        Check.that(inFlight() == openCount, "%d sends have no outcome, but %d are open", inFlight(), openCount);
    }

    private long settled() {
        long settled = 0;
        for (long count : outcomes) {
            settled += count;
        }
        return settled;
    }
}
