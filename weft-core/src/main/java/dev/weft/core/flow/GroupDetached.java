package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.flow.GroupMessage.Shot;

/**
 * Members of a flow to many that have detached: what they put back is kept on the {@link GroupShelf} as far as there is
 * room, and goes to each again when it has caught up so far.
 *
 * <p>Called by {@link GroupFlow} alone.
 */
final class GroupDetached {
    private final GroupMessages messages;
    private final GroupShelf shelf;
    private final GroupPace pace;
    private final GroupWindow window;
    private final GroupDues dues;
    private final GroupResends resends;
    private final GroupFloors floors;
    private final GroupOutcomes outcomes;

    GroupDetached(
            GroupMessages messages,
            GroupShelf shelf,
            GroupPace pace,
            GroupWindow window,
            GroupDues dues,
            GroupResends resends,
            GroupFloors floors,
            GroupOutcomes outcomes) {
        this.messages = messages;
        this.shelf = shelf;
        this.pace = pace;
        this.window = window;
        this.dues = dues;
        this.resends = resends;
        this.floors = floors;
        this.outcomes = outcomes;
    }

    /** A member wants no more for now. What it would have had is kept as far as there is room, and nobody waits for it. */
    void putBack(Shot shot, int i, long nowNanos) {
        GroupMessage message = shot.piece().message;
        GroupMember member = message.members[i];
        pace.putAside(member);
        if (!member.isDetached()) {
            member.detachedNanos = nowNanos;
        }
        shelf.putBack(message, i, shot.number());
        for (int p = 0; p < message.fresh; p++) {
            Piece piece = message.pieces.get(p);
            piece.missing.clear(i);
            if (piece.missing.isEmpty()) {
                resends.remove(piece);
            }
            if (piece.copies.length > 0) {
                piece.copies[i] = 0;
            }
            window.recount(piece);
        }
        dues.askLater(message, nowNanos);
        for (GroupMessage excess = shelf.excess(); excess != null; excess = shelf.excess()) {
            giveUp(excess);
        }
    }

    /** A message is given up for those who have put it back. */
    private void giveUp(GroupMessage message) {
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            if (message.isPutBack(i)) {
                floors.note(message.members[i], message);
                outcomes.settle(message, i, message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.DETACHED));
            }
        }
    }

    /** A member takes what it was sent after it had detached, so it takes part again. */
    void handleTaken(Shot shot, GroupMember member, long nowNanos) {
        if (member.isDetached() && shot.sentNanos() > member.detachedNanos) {
            attach(member, nowNanos);
        }
    }

    /** A member has no trace of what it was sent: if it put that back, it asks for all that it has put back. */
    void handleAbsent(Shot shot, int i, long nowNanos) {
        GroupMessage message = shot.piece().message;
        if (message.isPutBack(i) && message.putBack[i] == shot.number()) {
            attach(message.members[i], nowNanos);
        }
    }

    /** A member wants to catch up: what it has put back goes to it again, in order, as there is room. */
    private void attach(GroupMember member, long nowNanos) {
        member.detachedNanos = -1;
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            for (int p = 0; p < message.fresh && message.isPutBack(i); p++) {
                Piece piece = message.pieces.get(p);
                if (!piece.missing.get(i)) {
                    dues.cancel(piece);
                    piece.expiries = 0;
                    piece.missing.set(i);
                    resends.add(piece);
                    window.recount(piece);
                }
            }
        }
        floors.attach(member, nowNanos);
    }
}
