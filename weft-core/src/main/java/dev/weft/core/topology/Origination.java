package dev.weft.core.topology;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.topology.Flooding.Haste;

/**
 * Decides when a new edition of one of this node's own advertisements may go out, for each costs every node of the
 * mesh: urgent ones at once within a budget, the others at a distance that doubles while they go on. Asked and told by
 * {@link OwnAdvertisements} alone.
 */
final class Origination {
    private static final long PACE_PER_ENTRY_NANOS = 2_000_000L;
    private static final long PACE_MIN_NANOS = 10_000_000L;
    private static final long PACE_MAX_NANOS = 10_000_000_000L;
    private static final long GATHER_PER_ENTRY_NANOS = 500_000L;
    private static final long GATHER_FIRST_MAX_NANOS = 500_000_000L;
    private static final long GATHER_MAX_NANOS = 2_000_000_000L;
    /** Each change has others wait for so long again, but all of them no longer than that many times. */
    private static final int GATHERINGS_MAX = 2;

    private static final int HOLD_DOUBLINGS_MAX = 3;
    private static final int BURST_MAX = 5;
    private static final long TOKEN_NANOS = 1_000_000_000L;

    private ByteView content = ByteView.EMPTY;
    private boolean waiting;
    private boolean urgent;
    private long wantedNanos;
    /** When the content changed last. */
    private long changedNanos;

    private long editionNanos = -PACE_MAX_NANOS;
    private int hold;
    private long sequence;
    private long refreshNanos = Deadlines.NEVER;
    private int tokens = BURST_MAX;
    private long tokenNanos;

    ByteView content() {
        return content;
    }

    long sequence() {
        return sequence;
    }

    long refreshNanos() {
        return refreshNanos;
    }

    /** Something new is to be said; the last word counts. */
    void want(ByteView newContent, Haste haste, long nowNanos) {
        boolean isSame = content.equals(newContent);
        boolean said = sequence > 0 && !waiting && isSame;
        content = newContent;
        changedNanos = isSame ? changedNanos : nowNanos;
        if (!said) {
            want(haste, nowNanos);
        }
    }

    private void want(Haste haste, long nowNanos) {
        if (!waiting) {
            waiting = true;
            urgent = false;
            wantedNanos = nowNanos;
            hold = nowNanos - editionNanos > 2 * PACE_MAX_NANOS ? 0 : hold;
        }
        if (haste == Haste.URGENT && !urgent) {
            urgent = true;
            wantedNanos = nowNanos;
        }
    }

    /** Somebody has used numbers of ours: the next edition must be above them, and go out soon. */
    void outbid(long theirSequence, long nowNanos) {
        sequence = Math.max(sequence, theirSequence);
        want(Haste.URGENT, nowNanos);
    }

    /**
     * When the next edition may go out; {@link Deadlines#NEVER} where none waits. Later while it waits, if the database
     * has grown.
     */
    long nextNanos(int lsdbEntries, long nowNanos) {
        if (!waiting) {
            return Deadlines.NEVER;
        }
        long dueNanos = urgent ? wantedNanos : pacedNanos(lsdbEntries);
        refill(nowNanos);
        return tokens > 0 ? dueNanos : Math.max(dueNanos, tokenNanos + TOKEN_NANOS);
    }

    /** An edition goes out now; returns its number. */
    long edition(long nextRefreshNanos, long nowNanos) {
        if (waiting) {
            waiting = false;
            tokens--;
        }
        editionNanos = nowNanos;
        hold = Math.min(HOLD_DOUBLINGS_MAX, hold + 1);
        refreshNanos = nextRefreshNanos;
        return ++sequence;
    }

    /**
     * Changes come in company: the second link follows the first, and both go into one edition, also where that has been
     * held for long: it waits for more once it may go out, but not for good.
     */
    private long pacedNanos(int lsdbEntries) {
        long heldNanos = editionNanos + holdNanos(lsdbEntries);
        long gatherNanos = gatherNanos(lsdbEntries);
        long latestNanos = Math.max(heldNanos, wantedNanos) + GATHERINGS_MAX * gatherNanos;
        return Math.max(heldNanos, Math.min(changedNanos + gatherNanos, latestNanos));
    }

    /** Nobody finds a node before it has said anything, so the first waits for less. */
    private long gatherNanos(int lsdbEntries) {
        long longest = sequence == 0 ? GATHER_FIRST_MAX_NANOS : GATHER_MAX_NANOS;
        return Math.min(longest, lsdbEntries * GATHER_PER_ENTRY_NANOS);
    }

    private long holdNanos(int lsdbEntries) {
        long pace = Math.max(PACE_MIN_NANOS, lsdbEntries * PACE_PER_ENTRY_NANOS);
        return Math.min(PACE_MAX_NANOS, pace << hold);
    }

    private void refill(long nowNanos) {
        long earned = (nowNanos - tokenNanos) / TOKEN_NANOS;
        if (earned > 0) {
            tokens = (int) Math.min(BURST_MAX, tokens + earned);
            tokenNanos += earned * TOKEN_NANOS;
        }
    }
}
