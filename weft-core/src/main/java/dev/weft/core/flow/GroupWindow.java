package dev.weft.core.flow;

import dev.weft.core.flow.GroupMessage.Piece;

/**
 * How much of a flow to many is under way to members that answer, and whether more may be. Who lags is not counted.
 *
 * <p>Called by {@link GroupFlow} alone.
 */
final class GroupWindow {
    private final GroupConfig config;
    private long inFlightBytes;
    private int awaitedCount;

    GroupWindow(GroupConfig config) {
        this.config = config;
    }

    /** Whether another piece may leave. */
    boolean admitsPiece() {
        return inFlightBytes < config.windowBytes();
    }

    /** Whether another message may be begun. */
    boolean admitsMessage() {
        return awaitedCount < config.windowMessages();
    }

    /** What is missing of a piece, or who lags, is not what it was. */
    void recount(Piece piece) {
        int bytes = 0;
        if (piece.index < piece.message.fresh) {
            for (int i = piece.missing.nextSetBit(0); i >= 0; i = piece.missing.nextSetBit(i + 1)) {
                if (!piece.message.members[i].lagging) {
                    bytes = piece.message.payload(piece.index).length() + 1;
                    break;
                }
            }
        }
        inFlightBytes += bytes - piece.countedBytes;
        piece.countedBytes = bytes;
    }

    /** Who has an outcome of a message, or who lags, is not what it was. */
    void recount(GroupMessage message) {
        boolean counts = message.number >= 0 && !message.isSettled() && message.isAwaited();
        if (counts != message.counted) {
            message.counted = counts;
            awaitedCount += counts ? 1 : -1;
        }
    }
}
