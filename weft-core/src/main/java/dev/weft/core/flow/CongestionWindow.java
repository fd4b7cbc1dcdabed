package dev.weft.core.flow;

import dev.weft.core.base.Check;

/**
 * How much of one flow may be under way on its path. Hops mark the more of what they pass on the longer their queue stands;
 * the destination counts the marks, and each takes half of what it came with from the window (as Scalable TCP does by
 * losses, Kelly 2003, with the half of DCTCP, RFC 8257). What was not marked adds a segment for each {@value #REFERENCE_MILLIS} ms,
 * whatever the round trip. So the rates of flows that meet the same share of marks are equal, near or far. Until the first
 * mark, which halves it, the window doubles every round trip.
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

    private static final long LOSSES_BORNE = ONE / 50;

    private final long segmentBytes;
    private final long maxBytes;

    private long bytes;
    private long thresholdBytes = Long.MAX_VALUE;

    /** What is left of growth below a byte, in parts of {@link #ONE}. */
    private long growthRemainder;

    private long round;
    private long roundEnd;
    private long roundBeganNanos;
    private long roundSettled;
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
        shrunkThisRound = false;
        roundSettled = roundLost = 0;
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
        long markedBytes = settledBytes * Math.min(marked, settled) / settled;
        if (markedBytes > 0) {
            answer(markedBytes);
        }
        if (use == Use.FULL && settledBytes > markedBytes) {
            grow(settledBytes - markedBytes, roundTripNanos);
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

    /** The first marks halve the window; from then on each takes away half of what it came with. */
    private void answer(long markedBytes) {
        if (isStarting()) {
            shrink(ONE / 2);
        } else {
            bytes = Math.max(segmentBytes, bytes - markedBytes / 2);
            thresholdBytes = bytes;
        }
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
        // A window's worth settled is one round trip, in which the window gains a segment for each reference time.
        long gain = Math.min(roundTripNanos, 8 * REFERENCE_NANOS) * ONE / REFERENCE_NANOS;
        long share = segmentBytes * Math.min(settledBytes, 1 << 20) / 64 * gain / bytes * 64 + growthRemainder;
        bytes = Math.min(maxBytes, bytes + share / ONE);
        growthRemainder = share % ONE;
    }

    private void endRound(long next) {
        round++;
        roundEnd = next;
        roundSettled = roundLost = 0;
        shrunkThisRound = false;
    }
}
