package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.GroupSeal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** A message for many under way at its origin: what is known of it for each member. */
final class GroupMessage {
    /** A piece of it. */
    static final class Piece {
        enum State {
            FRESH,
            /** Sent, and an answer may still come in time. */
            UNDER_WAY,
            /** To be sent again when there is room. */
            DUE,
            /** Its answer is overdue and it is not to be sent again; an answer may come yet. */
            OVERDUE
        }

        final GroupMessage message;
        final int index;
        /** The members, by their numbers in the message, that have not said that they have it. */
        final BitSet missing = new BitSet();
        /** The latest transmissions, oldest first. */
        final List<Shot> shots = new ArrayList<>();

        State state = State.FRESH;
        /** The number of its first transmission among those of the flow's pieces. */
        long order;
        /** Its turn among the pieces that only members miss who lag; -1 where it has none. */
        long turn = -1;

        long sentNanos = -1;
        long dueNanos = -1;
        int expiries;
        int repairs;
        /** How often each member was sent it, where that is bounded; else empty. */
        int[] copies = new int[0];
        /** How many bytes of it count as in flight. */
        int countedBytes;
        /** Whether they count as awaited by members that answer. */
        boolean countsAwaited;

        private Piece(GroupMessage message, int index) {
            this.message = message;
            this.index = index;
        }

        /** Whether somebody who answers misses it. */
        boolean isAwaited() {
            for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
                if (!message.members[i].lagging) {
                    return true;
                }
            }
            return false;
        }

        /** Whether somebody misses it who has answered since it was sent. */
        boolean isMissedBySomebodyHeard() {
            for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
                if (!message.members[i].lagging && message.members[i].heardNanos >= sentNanos) {
                    return true;
                }
            }
            return false;
        }

        /** Whether somebody misses it who has answered since then. */
        boolean isMissedBySomebodyHeardSince(long nanos) {
            for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
                if (message.members[i].heardNanos >= nanos) {
                    return true;
                }
            }
            return false;
        }

        private long latestTransmission() {
            return shots.isEmpty() ? 0 : shots.get(shots.size() - 1).number();
        }

        /** What it counts for in windows. */
        int charge() {
            int bytes = message.payload(index).length();
            return index == 0 ? bytes + Ack.MESSAGE_OVERHEAD_BYTES : bytes;
        }
    }

    /**
     * One transmission over one tree.
     *
     * @param piece the piece, or the first one where the members were only asked
     * @param question whether they were only asked what became of the message
     */
    record Shot(long number, Piece piece, Question question, TreePlan plan, long sentNanos) {}

    /** What a transmission was for. */
    enum Question {
        /** Here is a piece of the message. */
        TAKE,
        /** What became of the message? */
        TELL,
        /** The same, and each is to answer for itself. */
        TELL_EACH
    }

    /** The sends that it carries; they share its fate. */
    final GroupParcel parcel;
    /** That of the first of them. */
    final long ticket;

    /** As it travels: sealed, where its flow is, from when it has its number. */
    ByteView payload;

    final long deadlineNanos;
    final GroupMember[] members;
    /** The members whose outcome is not known. */
    final BitSet open = new BitSet();
    /** The members that a copy was sent to. */
    final BitSet left = new BitSet();

    final List<Piece> pieces = new ArrayList<>();
    private final int fragmentBytes;

    /** The transmission that each member has put it back from, 0 where it has not; empty where none has. */
    long[] putBack = new long[0];

    /** Its number in the flow; -1 while it waits for its turn. */
    long number = -1;
    /** How far the first message that was open then lay below it. */
    long lag;
    /** The next piece to be sent for the first time. */
    int fresh;

    /** This node's number of the key that it is sealed with; 0 where it is not. */
    long key;
    /** The members of whose word to a transmission, the latest such, there was doubt. */
    private final BitSet doubted = new BitSet();

    private long doubtedTransmission;

    int laggingCount;
    boolean hereIsOpen;
    /** It was given up before this node itself had taken it. */
    boolean isMissedHere;

    boolean counted;
    long firstSentNanos = -1;
    long askNanos = -1;
    int asked;
    final List<Shot> questions = new ArrayList<>();

    GroupMessage(GroupParcel parcel, GroupMember[] members, int fragmentBytes, long nowNanos) {
        this.parcel = parcel;
        this.ticket = parcel.first().ticket();
        this.payload = parcel.payload();
        this.deadlineNanos = nowNanos + parcel.first().timeoutNanos();
        this.members = members;
        this.fragmentBytes = fragmentBytes;
        open.set(0, members.length);
        cut();
    }

    private void cut() {
        pieces.clear();
        int count = Math.max(1, (payload.length() + fragmentBytes - 1) / fragmentBytes);
        for (int i = 0; i < count; i++) {
            Piece piece = new Piece(this, i);
            piece.missing.or(open);
            pieces.add(piece);
        }
    }

    /** It has its number and is about to leave. */
    void seal(ByteView sealed) {
        payload = sealed;
        key = GroupSeal.keyOf(sealed);
        cut();
    }

    /** The member's number in this message, negative where it is none. */
    int indexOf(NodeId node) {
        int low = 0;
        int high = members.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = members[middle].node.compareTo(node);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** The number in this message of a member that has no outcome of it, negative where it has, or is none. */
    int openIndexOf(GroupMember member) {
        int i = indexOf(member.node);
        return i >= 0 && members[i] == member && open.get(i) ? i : -1;
    }

    boolean isSettled() {
        return open.isEmpty() && !hereIsOpen;
    }

    /** Whether somebody who answers still has to. */
    boolean isAwaited() {
        return hereIsOpen || open.cardinality() > laggingCount;
    }

    boolean isPutBack(int member) {
        return putBack.length > 0 && putBack[member] != 0;
    }

    /** Whether a member has put it back and nothing of it has been sent to anybody since, so that it cannot have it. */
    boolean isPutBackForCertain(int member) {
        for (Piece piece : pieces) {
            if (!isPutBack(member) || piece.latestTransmission() > putBack[member]) {
                return false;
            }
        }
        return true;
    }

    /** What is said of a member for which it is given up, whose word on it is not known. */
    Outcome givenUp(int member, Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        if (isPutBackForCertain(member)) {
            return Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.DETACHED);
        }
        return Outcome.of(left.get(member) ? Outcome.Kind.UNKNOWN : ifNeverSent, reason);
    }

    /** A word of members to a transmission is none of theirs: those that are to be asked for it, each once. */
    BitSet doubt(long transmission, BitSet among) {
        BitSet fresh = new BitSet();
        if (transmission < doubtedTransmission) {
            return fresh;
        }
        if (transmission > doubtedTransmission) {
            doubtedTransmission = transmission;
            doubted.clear();
        }
        fresh.or(among);
        fresh.and(open);
        fresh.andNot(doubted);
        doubted.or(fresh);
        return fresh;
    }

    List<NodeId> openNodes() {
        List<NodeId> nodes = new ArrayList<>();
        for (int i = open.nextSetBit(0); i >= 0; i = open.nextSetBit(i + 1)) {
            nodes.add(members[i].node);
        }
        return nodes;
    }

    /** The members that have every piece and have not said what became of the message. */
    BitSet undecided() {
        BitSet undecided = (BitSet) open.clone();
        for (Piece piece : pieces) {
            undecided.andNot(piece.missing);
        }
        return undecided;
    }

    ByteView payload(int index) {
        int from = index * fragmentBytes;
        return payload.slice(from, Math.min(fragmentBytes, payload.length() - from));
    }

    @Override
    public String toString() {
        return "message " + number + " for "
                + Arrays.stream(members).map(m -> m.node.brief()).toList() + ", open " + open;
    }
}
