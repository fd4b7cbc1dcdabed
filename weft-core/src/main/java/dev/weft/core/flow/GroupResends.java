package dev.weft.core.flow;

import dev.weft.core.flow.GroupMessage.Piece;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The pieces that are to go out again, and which of them is next: those that somebody misses who answers, the oldest
 * first; then those that only members miss who lag, by turns, so that one who has come back is found whatever is kept
 * for one who is gone.
 *
 * <p>Called by {@link GroupFlow} and its parts.
 */
final class GroupResends {
    private final TreeSet<Piece> awaited = new TreeSet<>(
            Comparator.<Piece>comparingLong(piece -> piece.message.number).thenComparingInt(piece -> piece.index));
    private final TreeMap<Long, Piece> lagged = new TreeMap<>();
    private long nextTurn;

    /** A piece is due. */
    void add(Piece piece) {
        remove(piece);
        piece.state = Piece.State.DUE;
        if (piece.isAwaited()) {
            awaited.add(piece);
        } else {
            piece.turn = nextTurn++;
            lagged.put(piece.turn, piece);
        }
    }

    /** It is of no interest any more, or has gone. */
    void remove(Piece piece) {
        if (piece.message.number >= 0) {
            awaited.remove(piece);
        }
        if (piece.turn >= 0) {
            lagged.remove(piece.turn);
            piece.turn = -1;
        }
    }

    /** Who lags is not who did. */
    void review() {
        List<Piece> all = new ArrayList<>(awaited);
        all.addAll(lagged.values());
        for (Piece piece : all) {
            if (piece.isAwaited() != (piece.turn < 0)) {
                add(piece);
            }
        }
    }

    /** Takes out what the window admits, null when there is nothing such. */
    @Nullable
    Piece poll(GroupWindow window) {
        if (!awaited.isEmpty()) {
            Piece first = awaited.first();
            return window.admits(first) ? awaited.pollFirst() : null;
        }
        Map.Entry<Long, Piece> first = lagged.firstEntry();
        if (first == null || !window.admits(first.getValue())) {
            return null;
        }
        remove(first.getValue());
        return first.getValue();
    }
}
