package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.flow.GroupMessage.Question;
import dev.weft.core.flow.GroupMessage.Shot;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The origin's side of one flow to many: keeps every message until its fate is known for each member. A piece goes out
 * over one tree to all; what is missing afterwards goes out again over a fresh tree to exactly the members that miss
 * it: by timer (RFC 6298), then over other links than before, and at once when a branch is reported or known to be
 * dead. A member that answers nothing while others do lags: its messages are kept, and sent on to it alone, but nobody
 * else waits for them until it has caught up.
 *
 * <p>Decided here is what an answer, a silence or a change means for each member. Which tree leads to them is decided by
 * {@link GroupShots}, when by {@link GroupDues}, how much at a time by {@link GroupWindow}, who is waited for by {@link
 * GroupPace}, what is kept for who has detached by {@link GroupShelf}.
 *
 * <p>Called by {@link GroupSender} alone.
 */
final class GroupFlow {
    interface Output {
        /** A number for a transmission, by which answers find this flow. */
        long transmission(GroupFlow flow);

        /** No answer to a transmission is of interest any more. */
        void forget(long transmission);

        /** Sends a copy to a neighbor. */
        void send(NodeId neighbor, long transmission, Copy copy);

        /** A message that has got its number, sealed for its members. */
        ByteView seal(GroupFlow flow, GroupMessage message);

        /** This node is a member itself, for which so many messages before this one were given up. */
        Verdict deliverHere(GroupFlow flow, GroupMessage message, long missedCount);

        /** By which a member vouches for an answer about a message; empty where that cannot be known. */
        OptionalLong codeOf(GroupMessage message, NodeId member, ByteView statement);

        /** Answers have come that their members do not vouch for. */
        void doubted(NodeId speaker);

        void settled(GroupMessage message, NodeId member, Outcome outcome);

        void ended(GroupMessage message);
    }

    /** One branch of a tree, to be sent. */
    record Copy(Manners manners, TreeLayout layout, int at, Frame body) {}

    /**
     * How relays are to treat a copy: how long they may gather answers, and how soon it goes on.
     *
     * @param attempt the first goes the cheapest way there is, others the surest
     */
    record Manners(int patienceMillis, int priority, Attempt attempt) {}

    /** Who holds messages for want of room is asked at ever longer intervals; a lost question is no silence. */
    private static final long SILENT_HOLDER_NANOS = 500_000_000L;

    /** Nothing is given up for a member for the sake of the others before it has been silent for so long. */
    private static final long PATIENCE_NANOS = 500_000_000L;

    /** An answer may be overtaken by its member's good-bye for as long as all relays may gather it, and a round trip. */
    private static final long LAST_WORDS_NANOS = 4L * TreeHeader.PATIENCE_MILLIS_MAX * 1_000_000L;

    private static final int REPAIRS_MAX = 4;

    private final long number;
    private final GroupName name;
    private final NodeId self;
    private final GroupManner manner;
    private final GroupConfig config;
    private final Trees trees;
    private final Output out;

    private final TreeMap<NodeId, GroupMember> members = new TreeMap<>();
    private final GroupMessages messages = new GroupMessages();
    private final ArrayDeque<GroupMessage> waiting = new ArrayDeque<>();
    private final GroupShelf shelf;
    private final GroupHere here = new GroupHere();
    private final GroupWindow window;
    private final GroupDues dues;
    private final GroupShots shots;
    private final GroupResends resends = new GroupResends();
    private final GroupPace pace;
    private final GroupLeavers leavers = new GroupLeavers();
    private @Nullable GroupMessage sending;
    /** When what is kept for silent members may be given up. */
    private long roomNanos = Deadlines.NEVER;

    private long usedNanos;

    GroupFlow(
            long number,
            GroupName name,
            GroupManner manner,
            NodeId self,
            GroupConfig config,
            GroupShelf.Total shelves,
            Trees trees,
            Output out,
            long nowNanos) {
        this.number = number;
        this.name = name;
        this.self = self;
        this.manner = manner;
        this.config = config;
        this.trees = trees;
        this.out = out;
        this.shelf = new GroupShelf(config, shelves);
        this.window = new GroupWindow(config);
        this.dues = new GroupDues(config.retransmission());
        this.shots = new GroupShots(number, name, manner, trees, messages, dues, new ShotOutput());
        this.pace = new GroupPace(name.kind(), config, messages, window, dues, resends, nowNanos);
        this.usedNanos = nowNanos;
    }

    long number() {
        return number;
    }

    GroupName name() {
        return name;
    }

    /** The first message that a member is to wait for. */
    long floorOf(NodeId node) {
        GroupMember member = members.get(node);
        return Math.max(messages.first(), member == null ? 0 : member.floor);
    }

    boolean isIdle() {
        return messages.isEmpty();
    }

    long usedNanos() {
        return usedNanos;
    }

    // ------------------------------------------------------------------ inputs

    void add(GroupParcel parcel, long nowNanos) {
        List<GroupMember> wanted = new ArrayList<>();
        for (NodeId node : parcel.first().members()) {
            if (!node.equals(self)) {
                wanted.add(memberOf(node, nowNanos));
            }
        }
        GroupMessage message =
                new GroupMessage(parcel, wanted.toArray(new GroupMember[0]), config.fragmentBytes(), nowNanos);
        message.hereIsOpen = parcel.first().members().contains(self);
        for (int i = 0; i < message.members.length; i++) {
            message.laggingCount += message.members[i].lagging ? 1 : 0;
        }
        messages.add(message);
        waiting.add(message);
        usedNanos = nowNanos;
        pump(nowNanos);
    }

    /** @param speaker who gives the answer, for itself and those behind it; ZERO where everybody is believed */
    void handleAnswer(GroupAck.Answer answer, NodeId speaker, long nowNanos) {
        Shot shot = shots.byNumber(answer.transmission());
        TreePlan.Part part = shot == null ? TreePlan.Part.NONE : shot.plan().partOf(speaker);
        if (shot == null || part.equals(TreePlan.Part.NONE)) {
            return;
        }
        usedNanos = nowNanos;
        pace.handleAnswer(nowNanos);
        window.beginAnswer();
        boolean news = false;
        BitSet doubted = new BitSet();
        for (GroupAck.Run run : answer.runs()) {
            if (name.isSealed() && run.verdict().reason() == Outcome.Reason.NOT_SEALED) {
                continue; // It was: somebody has altered its name on the way.
            }
            List<Integer> within = shot.plan().membersWithin(part.from(run), part.to(run));
            boolean isTheirs = isVouchedFor(shot, within, run, speaker);
            for (int at : within) {
                if (isTheirs) {
                    news |= handleVerdict(shot, at, run, nowNanos);
                } else {
                    doubt(shot, at, doubted);
                }
            }
        }
        if (!doubted.isEmpty()) {
            out.doubted(speaker);
            askEach(shot, doubted, nowNanos);
        }
        if (news) {
            dues.handleSample(nowNanos - shot.sentNanos());
        }
        window.recount(shot.piece());
        window.endAnswer(dues.roundTripNanos(), nowNanos);
        messages.trim();
        pump(nowNanos);
    }

    /**
     * A hop could not serve a branch: its members get another copy at once, unless a queue was full, which at once would
     * be so still.
     */
    void handleLostBranch(TreeForwarder.LostBranch lostBranch, RouteError.Reason reason, long nowNanos) {
        Shot shot = shots.byNumber(lostBranch.transmission());
        if (shot == null || shot.question() != Question.TAKE) {
            return;
        }
        if (reason == RouteError.Reason.QUEUE_FULL) {
            window.handleRefused();
            return;
        }
        if (!isReliable()) {
            return;
        }
        Piece piece = shot.piece();
        BitSet lost = new BitSet();
        for (int at : shot.plan().membersWithin(lostBranch.from(), lostBranch.to())) {
            int member = piece.message.indexOf(shot.plan().tree().node(at));
            if (member >= 0 && piece.missing.get(member)) {
                lost.set(member);
            }
        }
        if (!lost.isEmpty() && piece.repairs < REPAIRS_MAX) {
            piece.repairs++;
            transmit(piece, lost, Paths.Choice.PRIMARY, nowNanos);
        }
        messages.trim();
        pump(nowNanos);
    }

    /** Paths, or the lives of nodes, are not what they were. */
    void handleTopologyChange(long nowNanos) {
        for (GroupMember member : List.copyOf(members.values())) {
            long life = trees.incarnationOf(member.node);
            if (member.incarnation() == 0) {
                member.learn(life);
            } else if (life != 0 && life != member.incarnation()) {
                members.remove(member.node);
                giveUp(member, Outcome.Reason.DESTINATION_RESTARTED);
            }
        }
        if (isReliable()) {
            for (long at = messages.first(); at < messages.next(); at++) {
                GroupMessage message = messages.at(at);
                for (int i = 0; message != null && i < message.fresh; i++) {
                    repair(message.pieces.get(i), nowNanos);
                }
            }
        }
        messages.trim();
        pump(nowNanos);
    }

    /** What travels behind a link that is gone goes again in place of what is lost; for those who lag when there is room. */
    private void repair(Piece piece, long nowNanos) {
        BitSet broken = piece.state == Piece.State.UNDER_WAY ? shots.brokenOf(piece) : new BitSet();
        if (broken.isEmpty()) {
            return;
        }
        if (piece.isAwaited()) {
            transmit(piece, broken, Paths.Choice.PRIMARY, nowNanos);
        } else {
            dues.cancel(piece);
            resends.add(piece);
            window.recount(piece);
        }
    }

    /** A node has said good-bye. What it has answered may be on its way yet, held up by relays that gather. */
    void handleNodeGone(NodeId node, long nowNanos) {
        GroupMember member = members.get(node);
        if (member == null || member.leaving) {
            return;
        }
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            if (!message.left.get(i)) {
                settle(message, i, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NODE_GONE));
            }
        }
        pace.putAside(member);
        leavers.add(member, nowNanos + LAST_WORDS_NANOS + dues.roundTripNanos());
        messages.trim();
        pump(nowNanos);
    }

    /** Who has left and has said nothing since will say nothing more. */
    private void endLeavers(long nowNanos) {
        for (GroupMember member = leavers.poll(nowNanos); member != null; member = leavers.poll(nowNanos)) {
            if (members.remove(member.node, member)) {
                giveUp(member, Outcome.Reason.NODE_GONE);
            }
        }
    }

    /** An application of this node has made room. */
    void handleRoomHere(long nowNanos) {
        here.deliver(new HereOutput(), nowNanos);
        messages.trim();
        pump(nowNanos);
    }

    void handleTime(long nowNanos) {
        if (roomNanos <= nowNanos) {
            roomNanos = Deadlines.NEVER;
        }
        expireMessages(nowNanos);
        if (nowNanos >= here.nextNanos()) {
            here.deliver(new HereOutput(), nowNanos);
        }
        for (GroupDues.Due due = dues.pollDue(nowNanos); due != null; due = dues.pollDue(nowNanos)) {
            GroupMessage message = messages.at(due.message());
            if (message == null) {
                continue;
            }
            if (due.isQuestion()) {
                message.askNanos = -1;
                ask(message, nowNanos);
            } else {
                expire(message.pieces.get(due.piece()), nowNanos);
            }
        }
        pace.judge(nowNanos);
        endLeavers(nowNanos);
        messages.trim();
        pump(nowNanos);
    }

    long nextDeadlineNanos() {
        long waiting = Math.min(Math.min(roomNanos, leavers.nextNanos()), pace.nextNanos());
        return Math.min(Math.min(here.nextNanos(), waiting), Math.min(messages.nextDeadlineNanos(), dues.nextNanos()));
    }

    /** Settles everything: this node is closing. */
    void close() {
        for (GroupMessage message : messages.all()) {
            for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
                settle(message, i, message.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
            }
            settleHere(message, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
        }
        messages.trim();
    }

    // ------------------------------------------------------------------ what members say

    /**
     * Whether a run is the word of all that it speaks for, as far as that matters: each has said so itself, or its code
     * is those of all of them added up. What settles nothing is believed of whoever could as well say nothing.
     */
    private boolean isVouchedFor(Shot shot, List<Integer> within, GroupAck.Run run, NodeId speaker) {
        if (!name.isSealed() || !run.verdict().isSettling()) {
            return true;
        }
        if (within.size() == 1 && shot.plan().tree().node(within.get(0)).equals(speaker)) {
            return true;
        }
        GroupMessage message = shot.piece().message;
        ByteView statement = GroupAck.statement(message.number, shot.number(), run.verdict(), run.congestion());
        long sum = 0;
        for (int at : within) {
            OptionalLong code = out.codeOf(message, shot.plan().tree().node(at), statement);
            if (code.isEmpty()) {
                return false;
            }
            sum ^= code.getAsLong();
        }
        return run.code().equals(OptionalLong.of(sum));
    }

    private static void doubt(Shot shot, int at, BitSet doubted) {
        int i = shot.piece().message.indexOf(shot.plan().tree().node(at));
        if (i >= 0) {
            doubted.set(i);
        }
    }

    /** What members have said was altered, or made up: they are asked once more, each for itself. */
    private void askEach(Shot shot, BitSet doubted, long nowNanos) {
        GroupMessage message = shot.piece().message;
        if (shot.question() != Question.TELL_EACH) {
            shots.tellEach(message, message.doubt(shot.number(), doubted), nowNanos);
        }
    }

    private boolean handleVerdict(Shot shot, int at, GroupAck.Run run, long nowNanos) {
        Verdict verdict = run.verdict();
        GroupMessage message = shot.piece().message;
        int i = message.indexOf(shot.plan().tree().node(at));
        if (i < 0) {
            return false;
        }
        GroupMember member = message.members[i];
        if (verdict.kind() == Verdict.Kind.UNKNOWN_FLOW) {
            if (name.isSealed()) {
                introduceAgain(shot, i, nowNanos);
            } else {
                forgotten(member);
            }
            return false;
        }
        pace.hear(member, nowNanos);
        boolean takes = verdict.kind() == Verdict.Kind.DELIVERED || verdict.kind() == Verdict.Kind.HELD;
        if (takes && member.isDetached() && shot.sentNanos() > member.detachedNanos) {
            attach(member, nowNanos);
        }
        boolean isTheirs = !name.isSealed() || verdict.isSettling();
        if (isTheirs && !verdict.equals(Verdict.refused(Outcome.Reason.LIMIT))) {
            member.confirmedFloor = Math.max(member.confirmedFloor, shot.plan().floorSaid(at, message.number));
        }
        if (!message.open.get(i)) {
            return false;
        }
        Piece piece = shot.piece();
        boolean news =
                shot.question() == Question.TAKE && piece.missing.get(i) && verdict.kind() != Verdict.Kind.ABSENT;
        if (news && run.congestion() == RouteHeader.Mark.CONGESTION) {
            window.handleMark(member);
        }
        int hops = shot.plan().tree().depth(at);
        Duration roundTrip = Duration.ofNanos(nowNanos - message.firstSentNanos);
        switch (verdict.kind()) {
            case DELIVERED ->
                settle(message, i, new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, roundTrip, hops));
            case REFUSED -> {
                if (verdict.reason() == Outcome.Reason.DETACHED && name.isKeptForDetached()) {
                    putBack(shot, i, nowNanos);
                } else {
                    settle(message, i, new Outcome(Outcome.Kind.REJECTED, verdict.reason(), roundTrip, hops));
                }
            }
            case HELD -> {
                if (shot.question() == Question.TAKE) {
                    piece.missing.clear(i);
                    if (piece.missing.isEmpty()) {
                        resends.remove(piece);
                    }
                }
                askLater(message, nowNanos);
            }
            case ABSENT -> {
                if (shot.question() != Question.TAKE) {
                    missesAll(message, i, nowNanos);
                } else if (message.isPutBack(i) && message.putBack[i] == shot.number()) {
                    // So it asks for all that it has put back.
                    attach(member, nowNanos);
                }
            }
            case UNKNOWN_FLOW -> {}
        }
        if (isOrdered() && member.givenUp >= member.floor) {
            raiseFloor(member, nowNanos);
        }
        return news;
    }

    // ------------------------------------------------------------------ who detaches, and catches up

    /** A member wants no more for now. What it would have had is kept as far as there is room, and nobody waits for it. */
    private void putBack(Shot shot, int i, long nowNanos) {
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
        askLater(message, nowNanos);
        for (GroupMessage excess = shelf.excess(); excess != null; excess = shelf.excess()) {
            giveUpPutBack(excess);
        }
    }

    private void giveUpPutBack(GroupMessage message) {
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            if (message.isPutBack(i)) {
                message.members[i].givenUp = Math.max(message.members[i].givenUp, message.number);
                settle(message, i, message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.DETACHED));
            }
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
        if (isOrdered()) {
            raiseFloor(member, nowNanos);
        }
    }

    /** The member knows nothing of the flow any more: what became of the copies that had left nobody can say. */
    private void forgotten(GroupMember member) {
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            if (message.left.get(i)) {
                settle(message, i, Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
            }
        }
        member.confirmedFloor = -1;
        member.floor = messages.firstOpen(member);
    }

    /**
     * The member is told the flow's name anew. Where nodes seal, that settles nothing: nobody vouches for what it was asked,
     * and what it has had already its key keeps it from taking twice.
     */
    private void introduceAgain(Shot shot, int i, long nowNanos) {
        GroupMessage message = shot.piece().message;
        message.members[i].confirmedFloor = -1;
        if (shot.question() != Question.TAKE && message.open.get(i)) {
            missesAll(message, i, nowNanos);
        }
    }

    private void missesAll(GroupMessage message, int member, long nowNanos) {
        for (int p = 0; p < message.fresh; p++) {
            Piece piece = message.pieces.get(p);
            piece.missing.set(member);
            dues.schedule(piece, nowNanos);
            window.recount(piece);
        }
    }

    private void giveUp(GroupMember member, Outcome.Reason reason) {
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            settle(message, i, message.givenUp(i, Outcome.Kind.UNDELIVERABLE, reason));
        }
    }

    // ------------------------------------------------------------------ time

    private void expireMessages(long nowNanos) {
        for (GroupMessage message = messages.pollOverdue(nowNanos);
                message != null;
                message = messages.pollOverdue(nowNanos)) {
            List<GroupMember> left = new ArrayList<>();
            TreeSet<NodeId> unreached =
                    new TreeSet<>(trees.tree(message.openNodes(), manner.forbidden(), Paths.Choice.PRIMARY)
                            .unreached());
            for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
                left.add(message.members[i]);
                settle(
                        message,
                        i,
                        unreached.contains(message.members[i].node)
                                ? message.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE)
                                : message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            }
            message.isMissedHere = message.hereIsOpen;
            settleHere(message, Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            messages.trim();
            if (isOrdered()) {
                for (GroupMember member : left) {
                    member.givenUp = Math.max(member.givenUp, message.number);
                    raiseFloor(member, nowNanos);
                }
            }
        }
    }

    /** A member need not wait for what was given up; what it holds it can have at once. */
    private void raiseFloor(GroupMember member, long nowNanos) {
        long floor = messages.firstOpen(member);
        if (floor <= member.floor || member.isDetached()) {
            // Who has detached waits for nothing; it hears of what it need not wait for when it is back.
            return;
        }
        member.floor = floor;
        GroupMessage held = messages.at(floor);
        int i = held == null ? -1 : held.openIndexOf(member);
        if (held != null && i >= 0 && held.undecided().get(i)) {
            BitSet alone = new BitSet();
            alone.set(i);
            shots.tell(held, alone, Paths.Choice.PRIMARY, nowNanos);
        }
    }

    private void expire(Piece piece, long nowNanos) {
        piece.dueNanos = -1;
        if (piece.missing.isEmpty()) {
            return;
        }
        if (piece.isAwaited()) {
            window.handleLate(piece, pace.heardNanos(), nowNanos);
        }
        piece.expiries++;
        piece.repairs = 0;
        GroupMessage message = piece.message;
        for (int i = piece.missing.nextSetBit(0); i >= 0; i = piece.missing.nextSetBit(i + 1)) {
            GroupMember member = message.members[i];
            pace.suspect(member, Math.max(member.heardNanos, message.firstSentNanos), dues.silenceNanos());
        }
        if (isReliable()) {
            resends.add(piece);
        } else {
            piece.state = Piece.State.OVERDUE;
        }
        window.recount(piece);
    }

    private void askLater(GroupMessage message, long nowNanos) {
        if (isReliable()) {
            dues.askLater(message, nowNanos);
        }
    }

    private void ask(GroupMessage message, long nowNanos) {
        BitSet undecided = message.undecided();
        if (!undecided.isEmpty()) {
            message.asked++;
            for (int i = undecided.nextSetBit(0); i >= 0; i = undecided.nextSetBit(i + 1)) {
                GroupMember member = message.members[i];
                long first = messages.firstOpen(member);
                if (message.isPutBack(i) && first < message.number) {
                    // One question asks for all that it has put back.
                    undecided.clear(i);
                } else {
                    member.floor = isOrdered() ? Math.max(member.floor, first) : member.floor;
                    pace.suspect(member, nowNanos, SILENT_HOLDER_NANOS);
                }
            }
            shots.tell(
                    message,
                    undecided,
                    message.asked % 2 == 0 ? Paths.Choice.ALTERNATE : Paths.Choice.PRIMARY,
                    nowNanos);
            askLater(message, nowNanos);
        } else if (!message.open.isEmpty()) {
            askLater(message, nowNanos);
        }
    }

    // ------------------------------------------------------------------ sending

    /** Sends what the window admits: first what is to go again, then what waits. */
    private void pump(long nowNanos) {
        for (Piece due = resends.poll(window); due != null; due = resends.poll(window)) {
            transmit(
                    due,
                    (BitSet) due.missing.clone(),
                    due.expiries % 2 == 1 ? Paths.Choice.ALTERNATE : Paths.Choice.PRIMARY,
                    nowNanos);
        }
        for (Piece next = next(nowNanos); next != null; next = next(nowNanos)) {
            next.message.fresh++;
            window.number(next);
            transmit(next, (BitSet) next.missing.clone(), Paths.Choice.PRIMARY, nowNanos);
            messages.trim();
        }
    }

    /** The piece that may leave for the first time, null when none may; its message gets its number before it leaves. */
    private @Nullable Piece next(long nowNanos) {
        GroupMessage message = sending;
        if (message != null && message.fresh < message.pieces.size() && !message.isSettled()) {
            Piece piece = message.pieces.get(message.fresh);
            return window.admits(piece) ? piece : null;
        }
        sending = null;
        for (message = waiting.peek(); message != null && message.isSettled(); message = waiting.peek()) {
            passOver(waiting.remove(), nowNanos);
        }
        if (message == null || !window.admits(message.pieces.get(0)) || !hasRoom(nowNanos)) {
            return null;
        }
        waiting.remove();
        assign(message, nowNanos);
        sending = message;
        return message.pieces.get(0);
    }

    /** What was given up before its turn has a number all the same where order counts: that gap is how members are told. */
    private void passOver(GroupMessage message, long nowNanos) {
        if (!isOrdered()) {
            return;
        }
        long passed = messages.next();
        messages.number(message);
        messages.trim();
        if (message.isMissedHere) {
            here.add(message, nowNanos);
        }
        for (GroupMember member : message.members) {
            if (member.lastMessage >= 0 && member.lastMessage == passed - 1) {
                member.lastMessage = passed;
                member.givenUp = passed;
                raiseFloor(member, nowNanos);
            }
        }
    }

    /** Whether another message may begin; the oldest is given up where only those who lag still miss it. */
    private boolean hasRoom(long nowNanos) {
        GroupMessage oldest = messages.at(messages.first());
        if (messages.kept() >= config.retainedMessages() && oldest != null && !oldest.isAwaited()) {
            long heard = -PATIENCE_NANOS;
            for (int i = oldest.open.nextSetBit(0); i >= 0; i = oldest.open.nextSetBit(i + 1)) {
                if (oldest.members[i].putBackCount == 0) {
                    heard = Math.max(heard, oldest.members[i].heardNanos);
                }
            }
            if (nowNanos - heard < PATIENCE_NANOS) {
                roomNanos = heard + PATIENCE_NANOS;
                return false;
            }
            List<GroupMember> left = new ArrayList<>();
            for (int i = oldest.open.nextSetBit(0); i >= 0; i = oldest.open.nextSetBit(i + 1)) {
                left.add(oldest.members[i]);
                settle(oldest, i, oldest.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.LIMIT));
            }
            messages.trim();
            left.forEach(member -> member.floor = Math.max(member.floor, messages.firstOpen(member)));
        }
        return window.admitsMessage() && messages.kept() < config.retainedMessages();
    }

    private void assign(GroupMessage message, long nowNanos) {
        long next = messages.next();
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            GroupMember member = message.members[i];
            if (member.lastMessage < 0) {
                member.floor = next;
            } else if (isOrdered() && member.lastMessage != next - 1) {
                // It was no member meanwhile: what it has not got of the time before would hold it up for ever.
                settleEarlier(member);
                member.floor = next;
            }
            member.lastMessage = next;
        }
        messages.number(message);
        if (name.isSealed()) {
            message.seal(out.seal(this, message));
        }
        message.open.stream().forEach(i -> message.members[i].underWay++);
        window.recount(message);
        if (message.hereIsOpen) {
            here.add(message, nowNanos);
        }
    }

    private void settleEarlier(GroupMember member) {
        for (long at = messages.first(); at < messages.next(); at++) {
            GroupMessage earlier = messages.at(at);
            int i = earlier == null ? -1 : earlier.openIndexOf(member);
            if (earlier != null && i >= 0) {
                settle(earlier, i, earlier.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            }
        }
    }

    private void transmit(Piece piece, BitSet to, Paths.Choice choice, long nowNanos) {
        GroupMessage message = piece.message;
        to.and(message.open);
        giveUpAfterRetries(piece, to, nowNanos);
        to.and(message.open);
        resends.remove(piece);
        piece.state = Piece.State.UNDER_WAY;
        piece.sentNanos = nowNanos;
        if (!to.isEmpty()) {
            dues.schedule(piece, nowNanos);
        }
        Collection<NodeId> unreached = shots.take(piece, to, choice, nowNanos);
        for (NodeId node : unreached) {
            int i = message.indexOf(node);
            to.clear(i);
            if (!isReliable()) {
                settle(message, i, message.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            } else {
                pace.putAside(message.members[i]);
            }
        }
        countCopies(piece, to);
        window.recount(piece);
    }

    private void countCopies(Piece piece, BitSet to) {
        if (manner.boundsRetries()) {
            if (piece.copies.length == 0) {
                piece.copies = new int[piece.message.members.length];
            }
            to.stream().forEach(i -> piece.copies[i]++);
        }
    }

    /** Who was sent a piece as often as it may be will not get the rest of the message either. */
    private void giveUpAfterRetries(Piece piece, BitSet to, long nowNanos) {
        GroupMessage message = piece.message;
        for (int i = to.nextSetBit(0); i >= 0 && piece.copies.length > 0; i = to.nextSetBit(i + 1)) {
            if (piece.copies[i] > manner.retriesMax()) {
                GroupMember member = message.members[i];
                settle(message, i, message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.RETRIES));
                if (isOrdered()) {
                    member.givenUp = Math.max(member.givenUp, message.number);
                    raiseFloor(member, nowNanos);
                }
            }
        }
    }

    // ------------------------------------------------------------------ outcomes

    private void settle(GroupMessage message, int member, Outcome outcome) {
        message.open.clear(member);
        shelf.settled(message, member);
        if (message.members[member].lagging) {
            message.laggingCount--;
        }
        if (message.number >= 0) {
            message.members[member].underWay--;
        }
        for (Piece piece : message.pieces) {
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

    private void settleHere(GroupMessage message, Outcome outcome) {
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

    // ------------------------------------------------------------------ members

    private GroupMember memberOf(NodeId node, long nowNanos) {
        GroupMember present = members.get(node);
        long life = trees.incarnationOf(node);
        if (present != null && present.incarnation() == 0) {
            present.learn(life);
        }
        if (present != null && (life == 0 || life == present.incarnation())) {
            return present;
        }
        if (present != null) {
            giveUp(present, Outcome.Reason.DESTINATION_RESTARTED);
        }
        GroupMember fresh = new GroupMember(node, life, messages.next(), nowNanos);
        members.put(node, fresh);
        return fresh;
    }

    private boolean isReliable() {
        return name.kind() != SocketKind.DGRAM;
    }

    private boolean isOrdered() {
        return name.kind() == SocketKind.SEQPACKET;
    }

    private final class ShotOutput implements GroupShots.Output {
        @Override
        public long transmission() {
            return out.transmission(GroupFlow.this);
        }

        @Override
        public void forget(long transmission) {
            out.forget(transmission);
        }

        @Override
        public void send(NodeId neighbor, long transmission, Copy copy) {
            out.send(neighbor, transmission, copy);
        }
    }

    private final class HereOutput implements GroupHere.Output {
        @Override
        public Verdict offer(GroupMessage message, long missedCount) {
            return out.deliverHere(GroupFlow.this, message, isOrdered() ? missedCount : 0);
        }

        @Override
        public void decided(GroupMessage message, Verdict verdict) {
            settleHere(
                    message,
                    verdict.kind() == Verdict.Kind.DELIVERED
                            ? Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE)
                            : Outcome.of(Outcome.Kind.REJECTED, verdict.reason()));
        }
    }
}
