package dev.weft.core.flow;

import dev.weft.core.base.Check;

/**
 * How much of one flow may be under way on its path. Hops mark what meets a standing queue, the destination counts the
 * marks, and the window shrinks by half the share of marked fragments, once a round (DCTCP, RFC 8257). A round is a
 * round trip, and at least {@value #REFERENCE_MILLIS} ms; the window grows by what a flow of that round trip would gain
 * in rate, so that flows of different distance get equal shares of a link (the reference round trip of TCP Prague). Until
 * the first sign of congestion it doubles every round trip.
 *
 * <p>Losses alone do not prove congestion on a radio link or a mesh under repair: the window answers only to more than
 * one in fifty (the threshold of BBR version 2).
 *
 * <p>Called by {@link OutboundFlow} and {@link GroupWindow}.
 */
final class CongestionWindow {
    private static final int REFERENCE_MILLIS = 25;
    private static final long REFERENCE_NANOS = REFERENCE_MILLIS * 1_000_000L;

    /** Shares are counted in parts of this. */
    private static final long ONE = 1 << 20;

    /** The newest round counts for one sixteenth of the average (RFC 8257). */
    private static final int ROUNDS_AVERAGED = 16;

    private static final long LOSSES_BORNE = ONE / 50;

    private final long segmentBytes;
    private final long maxBytes;

    private long bytes;
    private long thresholdBytes = Long.MAX_VALUE;
    /** The average share of marked fragments; starts at all, so that the first mark halves the window. */
    private long markedShare = ONE;

    /** What is left of growth below a byte, in parts of {@link #ONE}. */
    private long growthRemainder;

    private long round;
    private long roundEnd;
    private long roundBeganNanos;
    private long roundSettled;
    private long roundMarked;
    private long roundLost;
    private boolean shrunkThisRound;

    CongestionWindow(long segmentBytes, long maxBytes) {
        this.segmentBytes = segmentBytes;
        this.maxBytes = Math.max(maxBytes, segmentBytes);
        restart();
    }

    /** Bytes that may be under way. */
    long bytes() {
        return bytes;
    }

    /** Which round it is, from 0: marks are told in shares of a round. */
    long round() {
        return round;
    }

    boolean isStarting() {
        return bytes < thresholdBytes;
    }

    /** The path is another one: what was learned of the old one says nothing. */
    void restart() {
        bytes = Math.min(maxBytes, 16 * segmentBytes);
        thresholdBytes = Long.MAX_VALUE;
        markedShare = ONE;
        shrunkThisRound = false;
        roundSettled = roundMarked = roundLost = 0;
    }

    /** Whether the window was what held the flow back; one that is not used up is not to grow. */
    enum Use {
        FULL,
        PARTIAL
    }

    /**
     * Fragments were settled.
     *
     * @param settled how many, at least 1
     * @param settledBytes theirs
     * @param marked how many of those that came to the destination since the last call had met congestion
     * @param newest the highest sequence number among them
     * @param next the next sequence number to be sent
     */
    void handleSettled(
            int settled,
            long settledBytes,
            long marked,
            long newest,
            long next,
            long roundTripNanos,
            Use use,
            long nowNanos) {
        Check.that(settled > 0 && marked >= 0, "%d settled, %d marked", settled, marked);
        roundSettled += settled;
        roundMarked += Math.min(marked, settled);
        if (marked > 0) {
            shrink(markedShare / 2);
        } else if (use == Use.FULL) {
            grow(settledBytes, roundTripNanos);
        }
        if (newest >= roundEnd && nowNanos - roundBeganNanos >= REFERENCE_NANOS) {
            endRound(next);
            roundBeganNanos = nowNanos;
        }
    }

    /** A fragment was lost, on a path that is not known to have broken. */
    void handleLost() {
        roundLost++;
        if (roundLost * ONE > LOSSES_BORNE * Math.max(50, roundSettled + roundLost)) {
            shrink(ONE * 3 / 20);
        }
    }

    /** A hop has thrown a fragment away because its queue was full. */
    void handleRefused() {
        shrink(ONE / 2);
    }

    /** Nothing has been heard for so long that all under way must be taken for lost. */
    void handleExpiry() {
        thresholdBytes = Math.max(2 * segmentBytes, bytes / 2);
        bytes = Math.min(bytes, 2 * segmentBytes);
    }

    /** What is under way takes longer than could be told: it may well stand in a queue, to which more must not be added. */
    void handleLate() {
        bytes = Math.max(2 * segmentBytes, bytes / 2);
        thresholdBytes = bytes;
    }

    private void shrink(long share) {
        if (shrunkThisRound) {
            return;
        }
        shrunkThisRound = true;
        bytes = Math.max(segmentBytes, bytes - bytes * share / ONE);
        thresholdBytes = bytes;
    }

    private void grow(long settledBytes, long roundTripNanos) {
        if (isStarting()) {
            bytes = Math.min(maxBytes, bytes + settledBytes);
            return;
        }
        // A window's worth settled is one round trip, in which the window gains segment * (roundTrip / reference)^2 up
        // to
        // the reference, and segment * roundTrip / reference beyond: all gain alike in rate, by how often they shrink.
        long parts = Math.min(roundTripNanos, 8 * REFERENCE_NANOS) * ONE / REFERENCE_NANOS;
        long gain = parts < ONE ? parts * parts / ONE : parts;
        long share = segmentBytes * Math.min(settledBytes, 1 << 20) / 64 * gain / bytes * 64 + growthRemainder;
        bytes = Math.min(maxBytes, bytes + share / ONE);
        growthRemainder = share % ONE;
    }

    private void endRound(long next) {
        long share = Math.min(ONE, roundMarked * ONE / Math.max(1, roundSettled));
        markedShare += (share - markedShare) / ROUNDS_AVERAGED;
        round++;
        roundEnd = next;
        roundSettled = roundMarked = roundLost = 0;
        shrunkThisRound = false;
    }
}
