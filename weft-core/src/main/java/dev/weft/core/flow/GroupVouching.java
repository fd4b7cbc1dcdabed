package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.GroupMessage.Question;
import dev.weft.core.flow.GroupMessage.Shot;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupName;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whether an answer about a message for many is the word of those it speaks for. Relays gather answers, so where
 * messages are sealed each member adds a code to its own that only it and the origin can make.
 *
 * <p>Called by {@link GroupFlow} alone.
 */
final class GroupVouching {
    interface Codes {
        /** By which a member vouches for an answer about a message; empty where that cannot be known. */
        OptionalLong codeOf(GroupMessage message, NodeId member, ByteView statement);
    }

    private final GroupName name;
    private final GroupShots shots;
    private final Codes codes;

    GroupVouching(GroupName name, GroupShots shots, Codes codes) {
        this.name = name;
        this.shots = shots;
        this.codes = codes;
    }

    /** Whether a run says nothing because somebody has altered the flow's name on the way. */
    boolean isMisled(GroupAck.Run run) {
        return name.isSealed() && run.verdict().reason() == Outcome.Reason.NOT_SEALED;
    }

    /**
     * Whether a run is the word of all that it speaks for, as far as that matters: each has said so itself, or its code
     * is those of all of them added up. What settles nothing is believed of whoever could as well say nothing, and of
     * nobody where it is not known who says so.
     *
     * @param within the nodes of the tree that it speaks for
     */
    boolean isTheirs(Shot shot, List<Integer> within, GroupAck.Run run, NodeId speaker) {
        if (!name.isSealed()) {
            return true;
        }
        if (!run.verdict().isSettling()) {
            return !speaker.equals(NodeId.ZERO);
        }
        if (within.size() == 1 && shot.plan().tree().node(within.get(0)).equals(speaker)) {
            return true;
        }
        GroupMessage message = shot.piece().message;
        ByteView statement = GroupAck.statement(message.number, shot.number(), run.verdict(), run.congestion());
        long sum = 0;
        for (int at : within) {
            OptionalLong code = codes.codeOf(message, shot.plan().tree().node(at), statement);
            if (code.isEmpty()) {
                return false;
            }
            sum ^= code.getAsLong();
        }
        return run.code().equals(OptionalLong.of(sum));
    }

    /** What members have said was altered, or made up: they are asked once more, each for itself. */
    void askEach(Shot shot, BitSet doubted, long nowNanos) {
        GroupMessage message = shot.piece().message;
        if (shot.question() != Question.TELL_EACH) {
            shots.tellEach(message, message.doubt(shot.number(), doubted), nowNanos);
        }
    }
}
