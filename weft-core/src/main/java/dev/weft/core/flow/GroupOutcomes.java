package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * What has become of the messages of a flow to many, for each member once; and what is of no interest any more when a
 * member, or everybody, has its outcome.
 *
 * <p>Told by {@link GroupFlow} and its parts; asks nobody what to do next.
 */
final class GroupOutcomes {
    interface Output {
        void settled(GroupMessage message, NodeId member, Outcome outcome);

        void ended(GroupMessage message);
    }

    private final NodeId self;
    private final GroupMessages messages;
    private final GroupShelf shelf;
    private final GroupWindow window;
    private final GroupDues dues;
    private final GroupShots shots;
    private final GroupResends resends;
    private final Output out;

    GroupOutcomes(
            NodeId self,
            GroupMessages messages,
            GroupShelf shelf,
            GroupWindow window,
            GroupDues dues,
            GroupShots shots,
            GroupResends resends,
            Output out) {
        this.self = self;
        this.messages = messages;
        this.shelf = shelf;
        this.window = window;
        this.dues = dues;
        this.shots = shots;
        this.resends = resends;
        this.out = out;
    }

    void settle(GroupMessage message, int member, Outcome outcome) {
        message.open.clear(member);
        shelf.settled(message, member);
        if (message.members[member].lagging) {
            message.laggingCount--;
        }
        if (message.number >= 0) {
            message.members[member].underWay--;
        }
        for (GroupMessage.Piece piece : message.pieces) {
            if (piece.missing.get(member)) {
                piece.missing.clear(member);
                window.recount(piece);
                if (piece.missing.isEmpty()) {
                    resends.remove(piece);
                }
            }
        }
        out.settled(message, message.members[member].node, outcome);
        finishIfSettled(message);
    }

    /** The same for this very node, where it is a member. */
    void settleHere(GroupMessage message, Outcome outcome) {
        if (message.hereIsOpen) {
            message.hereIsOpen = false;
            out.settled(message, self, outcome);
            finishIfSettled(message);
        }
    }

    private void finishIfSettled(GroupMessage message) {
        window.recount(message);
        if (message.isSettled()) {
            messages.settled(message);
            shots.forget(message);
            dues.cancel(message);
            message.pieces.forEach(resends::remove);
            out.ended(message);
        }
    }

    /** A member gets nothing more of the flow. */
    void giveUp(GroupMember member, Outcome.Reason reason) {
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            settle(message, i, message.givenUp(i, Outcome.Kind.UNDELIVERABLE, reason));
        }
    }

    /** A message is given up for all that have no outcome of it; returns them. */
    List<GroupMember> giveUp(GroupMessage message, Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        List<GroupMember> left = new ArrayList<>();
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            left.add(message.members[i]);
            settle(message, i, message.givenUp(i, ifNeverSent, reason));
        }
        return left;
    }
}
