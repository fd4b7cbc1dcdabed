package dev.weft.core.flow;

import dev.weft.core.flow.GroupMessage.Piece;

/**
 * How much of a flow to many may be under way. One {@link CongestionWindow} stands for the whole tree, and the member to
 * which most of a round came marked rules it, as the acker does in PGMCC (Rizzo, 2000): the marks of all taken together
 * would leave a large group next to nothing, for somewhere on a tree some queue always stands. It grows by what has
 * reached everybody who answers, so that the longest branch times it.
 *
 * <p>Only the network rules it, not how fast members take what has come; and who lags is not counted. What goes to those
 * alone may fill only what the others leave.
 *
 * <p>Called by {@link GroupFlow} and its parts.
 */
final class GroupWindow {
    private final GroupConfig config;
    private final CongestionWindow congestion;
    private long inFlightBytes;
    private long laggedBytes;
    private int awaitedCount;
    private long nextOrder;
    private long silentNanos = -1;

    private boolean wasFull;
    private int landedCount;
    private long landedBytes;
    private long landedNewest;

    /** The round that is counted, the most marks of a member in it, and how many of them the window has not been told. */
    private long markedRound = -1;

    private int marksMost;
    private long marksUntold;

    GroupWindow(GroupConfig config) {
        this.config = config;
        this.congestion = new CongestionWindow(config.fragmentBytes(), config.windowBytes());
    }

    /** How much may be under way now. */
    long bytes() {
        return congestion.bytes();
    }

    /** Whether a piece may leave, for the first time or again. */
    boolean admits(Piece piece) {
        if (piece.isAwaited()) {
            return inFlightBytes < congestion.bytes();
        }
        return piece.missing.isEmpty() || laggedBytes == 0 || inFlightBytes + laggedBytes < congestion.bytes();
    }

    /** How many messages have left that somebody who answers has not answered. */
    int awaitedMessages() {
        return awaitedCount;
    }

    /** Whether another message may be begun. */
    boolean admitsMessage() {
        return awaitedCount < config.windowMessages();
    }

    /** A piece leaves for the first time. */
    void number(Piece piece) {
        piece.order = nextOrder++;
    }

    /** What is missing of a piece, who lags, or what the piece waits for is not what it was. */
    void recount(Piece piece) {
        boolean awaited = piece.isAwaited();
        boolean landed = piece.countsAwaited && !awaited;
        if (landed) {
            landedCount++;
            landedBytes += piece.countedBytes;
            landedNewest = Math.max(landedNewest, piece.order);
        }
        count(piece, -piece.countedBytes);
        piece.countedBytes = piece.state == Piece.State.UNDER_WAY && !piece.missing.isEmpty() ? piece.charge() : 0;
        piece.countsAwaited = awaited && piece.countedBytes > 0;
        count(piece, piece.countedBytes);
    }

    private void count(Piece piece, int bytes) {
        if (piece.countsAwaited) {
            inFlightBytes += bytes;
        } else {
            laggedBytes += bytes;
        }
    }

    /** Who has an outcome of a message, or who lags, is not what it was. */
    void recount(GroupMessage message) {
        boolean counts = message.number >= 0 && !message.isSettled() && message.isAwaited();
        if (counts != message.counted) {
            message.counted = counts;
            awaitedCount += counts ? 1 : -1;
        }
    }

    // ------------------------------------------------------------------ what the network says

    /** An answer is about to be read. */
    void beginAnswer() {
        wasFull = inFlightBytes + config.fragmentBytes() > congestion.bytes();
        landedCount = 0;
        landedBytes = 0;
        landedNewest = 0;
    }

    /** A piece has come to a member with a mark. */
    void handleMark(GroupMember member) {
        if (markedRound != congestion.round()) {
            markedRound = congestion.round();
            marksMost = 0;
        }
        if (member.markedRound != markedRound) {
            member.markedRound = markedRound;
            member.marks = 0;
        }
        member.marks++;
        if (member.marks > marksMost) {
            marksMost = member.marks;
            marksUntold++;
        }
    }

    /** The answer has been read. */
    void endAnswer(long roundTripNanos, long nowNanos) {
        if (landedCount > 0) {
            long told = Math.min(marksUntold, landedCount);
            marksUntold -= told;
            congestion.handleSettled(
                    landedCount,
                    landedBytes,
                    told,
                    landedNewest,
                    nextOrder,
                    roundTripNanos,
                    wasFull ? CongestionWindow.Use.FULL : CongestionWindow.Use.PARTIAL,
                    nowNanos);
        }
    }

    /**
     * Some who answer have not got a piece in time. One who was heard since has lost it; one who was not may be gone, of
     * which the network is not to blame.
     *
     * @param heardNanos when anybody was heard last; where that was before the piece left, all under way must be taken
     *     for lost
     */
    void handleLate(Piece piece, long heardNanos, long nowNanos) {
        if (heardNanos < piece.sentNanos) {
            // Where it was a copy for those few who had not answered, the others have not been asked.
            if (piece.expiries == 0 && piece.sentNanos > silentNanos) {
                silentNanos = nowNanos;
                congestion.handleExpiry();
            }
        } else if (piece.isMissedBySomebodyHeard()) {
            congestion.handleLost();
        }
    }

    /** A hop has thrown a piece away because its queue was full. */
    void handleRefused() {
        congestion.handleRefused();
    }
}
