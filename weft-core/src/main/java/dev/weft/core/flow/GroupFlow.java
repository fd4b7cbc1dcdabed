package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.flow.GroupMessage.Question;
import dev.weft.core.flow.GroupMessage.Shot;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The origin's side of one flow to many: keeps every message until its fate is known for each member. A piece goes out
 * over one tree to all; what is missing afterwards goes out again over a fresh tree to exactly the members that miss
 * it: by timer (RFC 6298), then over other links than before, and at once when a branch is reported or known to be
 * dead. A member that answers nothing while others do lags: its messages are kept, and sent on to it alone, but nobody
 * else waits for them until it has caught up.
 *
 * <p>Decided here is what an answer, a silence or a change means for each member. Which tree leads to them is decided by
 * {@link GroupShots}, when by {@link GroupDues}, how much at a time by {@link GroupWindow}, what leaves next by {@link
 * GroupBacklog}, who is waited for by {@link GroupPace}, from which message on each member waits by {@link GroupFloors}, whose
 * word an answer is by {@link GroupVouching}, what is kept for who has detached by {@link GroupDetached}. What becomes of a
 * message for somebody is written down by {@link GroupOutcomes} alone.
 *
 * <p>Called by {@link GroupSender} alone.
 */
final class GroupFlow {
    interface Output extends GroupOutcomes.Output, GroupVouching.Codes {
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

        /** Answers have come that their members do not vouch for. */
        void doubted(NodeId speaker);
    }

    /**
     * One branch of a tree, to be sent.
     *
     * @param body as it travels, the same for all copies
     */
    record Copy(Manners manners, TreeLayout layout, int at, FrameType type, ByteView body) {}

    /**
     * How relays are to treat a copy: how long they may gather answers, and how soon it goes on.
     *
     * @param attempt the first goes the cheapest way there is, others the surest
     */
    record Manners(int patienceMillis, int priority, Attempt attempt) {}

    /** Who holds messages for want of room is asked at ever longer intervals; a lost question is no silence. */
    private static final long SILENT_HOLDER_NANOS = 500_000_000L;

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
    private final GroupHere here = new GroupHere();
    private final GroupWindow window;
    private final GroupDues dues;
    private final GroupShots shots;
    private final GroupResends resends = new GroupResends();
    private final GroupPace pace;
    private final GroupFloors floors;
    private final GroupOutcomes outcomes;
    private final GroupBacklog backlog;
    private final GroupDetached detached;
    private final GroupVouching vouching;
    private final GroupLeavers leavers = new GroupLeavers();
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
        this.window = new GroupWindow(config);
        this.dues = new GroupDues(config.retransmission());
        this.shots = new GroupShots(number, name, manner, trees, messages, dues, new ShotOutput());
        this.pace = new GroupPace(name, config, messages, window, dues, resends, nowNanos);
        this.floors = new GroupFloors(name, messages, shots);
        GroupShelf shelf = new GroupShelf(config, shelves);
        this.outcomes = new GroupOutcomes(self, messages, shelf, window, dues, shots, resends, out);
        this.backlog = new GroupBacklog(
                name, config, messages, window, outcomes, floors, here, message -> out.seal(this, message));
        this.detached = new GroupDetached(messages, shelf, pace, window, dues, resends, floors, outcomes);
        this.vouching = new GroupVouching(name, shots, out);
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
        return floors.floorOf(members.get(node));
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
        backlog.add(message);
        usedNanos = nowNanos;
        pump(nowNanos);
    }

    /**
     * @param speaker who gives the answer, for itself and those behind it; ZERO where that is not known: then everybody
     *     is believed, or where messages are sealed what is vouched for alone
     */
    void handleAnswer(GroupAck.Answer answer, NodeId speaker, long nowNanos) {
        Shot shot = shots.byNumber(answer.transmission());
        TreePlan.Part part = shot == null ? TreePlan.Part.NONE : shot.plan().partOf(speaker);
        if (shot == null || part.equals(TreePlan.Part.NONE)) {
            return;
        }
        boolean isOpen = name.isSealed() && speaker.equals(NodeId.ZERO);
        boolean heard = !isOpen;
        window.beginAnswer();
        boolean news = false;
        BitSet doubted = new BitSet();
        for (GroupAck.Run run : answer.runs()) {
            if (vouching.isMisled(run)) {
                continue;
            }
            List<Integer> within = shot.plan().membersWithin(part.from(run), part.to(run));
            boolean isTheirs = vouching.isTheirs(shot, within, run, speaker);
            for (int at : within) {
                if (isTheirs && (!isOpen || isUndecided(shot, at))) {
                    heard = true;
                    news |= handleVerdict(shot, at, run, nowNanos);
                } else if (!isOpen) {
                    doubt(shot, at, doubted);
                }
            }
        }
        if (heard) {
            usedNanos = nowNanos;
            pace.handleAnswer(nowNanos);
        }
        if (!doubted.isEmpty()) {
            out.doubted(speaker);
            vouching.askEach(shot, doubted, nowNanos);
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
        if (!name.isReliable()) {
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
                outcomes.giveUp(member, Outcome.Reason.DESTINATION_RESTARTED);
            }
        }
        if (name.isReliable()) {
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
                outcomes.settle(message, i, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NODE_GONE));
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
                outcomes.giveUp(member, Outcome.Reason.NODE_GONE);
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
        backlog.handleTime(nowNanos);
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
        long waiting = Math.min(Math.min(backlog.nextNanos(), leavers.nextNanos()), pace.nextNanos());
        return Math.min(Math.min(here.nextNanos(), waiting), Math.min(messages.nextDeadlineNanos(), dues.nextNanos()));
    }

    /** Settles everything: this node is closing. */
    void close() {
        for (GroupMessage message : messages.all()) {
            outcomes.giveUp(message, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED);
            outcomes.settleHere(message, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
        }
        messages.trim();
    }

    // ------------------------------------------------------------------ what members say

    private static void doubt(Shot shot, int at, BitSet doubted) {
        int i = shot.piece().message.indexOf(shot.plan().tree().node(at));
        if (i >= 0) {
            doubted.set(i);
        }
    }

    /** Whether a member's word is still to come: what it has said already anybody may repeat, long after it fell silent. */
    private static boolean isUndecided(Shot shot, int at) {
        GroupMessage message = shot.piece().message;
        int i = message.indexOf(shot.plan().tree().node(at));
        boolean isPutBack = i >= 0 && message.putBack.length > 0 && message.putBack[i] >= shot.number();
        return i >= 0 && message.open.get(i) && !isPutBack;
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
        if (verdict.kind() == Verdict.Kind.DELIVERED || verdict.kind() == Verdict.Kind.HELD) {
            detached.handleTaken(shot, member, nowNanos);
        }
        boolean isTheirs = !name.isSealed() || verdict.isSettling();
        if (isTheirs && !verdict.equals(Verdict.refused(Outcome.Reason.LIMIT))) {
            floors.confirm(member, shot.plan().floorSaid(at, message.number));
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
                outcomes.settle(message, i, new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, roundTrip, hops));
            case REFUSED -> {
                if (verdict.reason() == Outcome.Reason.DETACHED && name.isKeptForDetached()) {
                    detached.putBack(shot, i, nowNanos);
                } else {
                    outcomes.settle(message, i, new Outcome(Outcome.Kind.REJECTED, verdict.reason(), roundTrip, hops));
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
                } else {
                    detached.handleAbsent(shot, i, nowNanos);
                }
            }
            case UNKNOWN_FLOW -> {}
        }
        floors.review(member, nowNanos);
        return news;
    }

    /** The member knows nothing of the flow any more: what became of the copies that had left nobody can say. */
    private void forgotten(GroupMember member) {
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.openIndexOf(member);
            if (message.left.get(i)) {
                outcomes.settle(message, i, Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
            }
        }
        floors.beginAgain(member);
    }

    /**
     * The member is told the flow's name anew. Where nodes seal, that settles nothing: nobody vouches for what it was asked,
     * and what it has had already its key keeps it from taking twice.
     */
    private void introduceAgain(Shot shot, int i, long nowNanos) {
        GroupMessage message = shot.piece().message;
        floors.introduceAgain(message.members[i]);
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
                outcomes.settle(
                        message,
                        i,
                        unreached.contains(message.members[i].node)
                                ? message.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE)
                                : message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            }
            message.isMissedHere = message.hereIsOpen;
            outcomes.settleHere(message, Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            messages.trim();
            for (GroupMember member : left) {
                floors.giveUp(member, message, nowNanos);
            }
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
        if (name.isReliable()) {
            resends.add(piece);
        } else {
            piece.state = Piece.State.OVERDUE;
        }
        window.recount(piece);
    }

    private void askLater(GroupMessage message, long nowNanos) {
        if (name.isReliable()) {
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
                    if (name.isOrdered()) {
                        floors.raiseSilently(member, first);
                    }
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
        for (Piece next = backlog.poll(nowNanos); next != null; next = backlog.poll(nowNanos)) {
            transmit(next, (BitSet) next.missing.clone(), Paths.Choice.PRIMARY, nowNanos);
            messages.trim();
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
            if (!name.isReliable()) {
                outcomes.settle(message, i, message.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
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
                outcomes.settle(message, i, message.givenUp(i, Outcome.Kind.EXPIRED, Outcome.Reason.RETRIES));
                floors.giveUp(member, message, nowNanos);
            }
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
            outcomes.giveUp(present, Outcome.Reason.DESTINATION_RESTARTED);
        }
        GroupMember fresh = new GroupMember(node, life, messages.next(), nowNanos);
        members.put(node, fresh);
        return fresh;
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
            return out.deliverHere(GroupFlow.this, message, name.isOrdered() ? missedCount : 0);
        }

        @Override
        public void decided(GroupMessage message, Verdict verdict) {
            outcomes.settleHere(
                    message,
                    verdict.kind() == Verdict.Kind.DELIVERED
                            ? Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE)
                            : Outcome.of(Outcome.Kind.REJECTED, verdict.reason()));
        }
    }
}
