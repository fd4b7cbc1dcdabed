package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.flow.GroupMessage.Question;
import dev.weft.core.flow.GroupMessage.Shot;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The origin's side of one flow to many: keeps every message until its fate is known for each member. A piece goes out
 * over one tree to all; what is missing afterwards goes out again over a fresh tree to exactly the members that miss
 * it: by timer (RFC 6298), then over other links than before, and at once when a branch is reported or known to be
 * dead. A member that has not answered for a while lags: its messages are kept, but nobody else waits for them.
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

        /** This node is a member itself. */
        Verdict deliverHere(GroupName name, GroupMessage message);

        void settled(GroupMessage message, NodeId member, Outcome outcome);

        void ended(GroupMessage message);
    }

    /** One branch of a tree, to be sent. */
    record Copy(int patienceMillis, TreeLayout layout, int at, Frame body) {}

    /** A member that has been silent for so long after it was sent something lags. */
    private static final long LAGGING_NANOS = 2_000_000_000L;

    /** How often a full queue of this very node is tried again. */
    private static final long HERE_NANOS = 20_000_000L;

    /** So many members are worth a search for other ways to each. */
    private static final int SEARCHED_MEMBERS_MAX = 8;

    private static final int SHOTS_MAX = 4;
    private static final int REPAIRS_MAX = 4;
    private static final int BACKOFF_MAX = 6;
    private static final int ASK = -1;

    private record Due(long atNanos, long message, int piece) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            int byMessage = byTime != 0 ? byTime : Long.compare(message, other.message);
            return byMessage != 0 ? byMessage : Integer.compare(piece, other.piece);
        }
    }

    private record Deadline(long atNanos, long ticket) implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(ticket, other.ticket);
        }
    }

    private final long number;
    private final GroupName name;
    private final GroupConfig config;
    private final Trees trees;
    private final Output out;
    private final RetransmissionTimer timer;

    private final TreeMap<NodeId, GroupMember> members = new TreeMap<>();
    private final TreeMap<Long, GroupMessage> unsettled = new TreeMap<>();
    private final TreeSet<Deadline> deadlines = new TreeSet<>();
    private final ArrayDeque<GroupMessage> waiting = new ArrayDeque<>();
    private final ArrayDeque<GroupMessage> here = new ArrayDeque<>();
    private final SequenceWindow<GroupMessage> window = new SequenceWindow<>();
    private final TreeMap<Long, Shot> shots = new TreeMap<>();
    private final TreeSet<Due> dues = new TreeSet<>();
    private @Nullable GroupMessage sending;
    private long hereNanos = Deadlines.NEVER;
    private long inFlightBytes;
    private int awaitedCount;
    private long usedNanos;

    private @Nullable TreePlan plan;
    private List<GroupMember> planned = List.of();
    private long plannedEdition = -1;

    GroupFlow(long number, GroupName name, GroupConfig config, Trees trees, Output out, long nowNanos) {
        this.number = number;
        this.name = name;
        this.config = config;
        this.trees = trees;
        this.out = out;
        this.timer = new RetransmissionTimer(config.retransmission());
        this.usedNanos = nowNanos;
    }

    long number() {
        return number;
    }

    GroupName name() {
        return name;
    }

    boolean isIdle() {
        return unsettled.isEmpty();
    }

    long usedNanos() {
        return usedNanos;
    }

    // ------------------------------------------------------------------ inputs

    void add(GroupSend send, NodeId self, long nowNanos) {
        List<GroupMember> wanted = new ArrayList<>();
        for (NodeId node : send.members()) {
            if (!node.equals(self)) {
                wanted.add(memberOf(node, nowNanos));
            }
        }
        GroupMessage message =
                new GroupMessage(send, wanted.toArray(new GroupMember[0]), config.fragmentBytes(), nowNanos);
        message.hereIsOpen = send.members().contains(self);
        for (int i = 0; i < message.members.length; i++) {
            message.laggingCount += message.members[i].lagging ? 1 : 0;
        }
        unsettled.put(message.ticket, message);
        deadlines.add(new Deadline(message.deadlineNanos, message.ticket));
        waiting.add(message);
        usedNanos = nowNanos;
        pump(nowNanos);
    }

    void handleAnswer(GroupAck.Answer answer, NodeId self, long nowNanos) {
        Shot shot = shots.get(answer.transmission());
        if (shot == null) {
            return;
        }
        usedNanos = nowNanos;
        boolean onlyCopy =
                shot.question() == Question.TAKE && shot.piece().shots.size() == 1;
        boolean news = false;
        for (GroupAck.Run run : answer.runs()) {
            for (int at : shot.plan().membersWithin(run.from(), run.to())) {
                news |= handleVerdict(shot, at, run.verdict(), nowNanos);
            }
        }
        if (news && onlyCopy) {
            timer.handleSample(nowNanos - shot.sentNanos());
        }
        recount(shot.piece());
        trim();
        pump(nowNanos);
    }

    /** A hop could not serve a branch: its members get another copy at once. */
    void handleLostBranch(long transmission, int from, int to, long nowNanos) {
        Shot shot = shots.get(transmission);
        if (shot == null || !isReliable() || shot.question() == Question.TELL) {
            return;
        }
        Piece piece = shot.piece();
        BitSet lost = new BitSet();
        for (int at : shot.plan().membersWithin(from, to)) {
            int member = piece.message.indexOf(shot.plan().tree().node(at));
            if (member >= 0 && piece.missing.get(member)) {
                lost.set(member);
            }
        }
        if (!lost.isEmpty() && piece.repairs < REPAIRS_MAX) {
            piece.repairs++;
            transmit(piece, lost, Paths.Choice.PRIMARY, nowNanos);
        }
        trim();
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
            for (long at = window.first(); at < window.next(); at++) {
                GroupMessage message = window.at(at);
                for (int i = 0; message != null && i < message.fresh; i++) {
                    Piece piece = message.pieces.get(i);
                    BitSet broken = brokenOf(piece);
                    if (!broken.isEmpty()) {
                        transmit(piece, broken, Paths.Choice.PRIMARY, nowNanos);
                    }
                }
            }
        }
        trim();
        pump(nowNanos);
    }

    /** A node has said good-bye. */
    void handleNodeGone(NodeId node, long nowNanos) {
        GroupMember member = members.remove(node);
        if (member != null) {
            giveUp(member, Outcome.Reason.NODE_GONE);
            trim();
            pump(nowNanos);
        }
    }

    /** An application of this node has made room. */
    void handleRoomHere(NodeId self, long nowNanos) {
        deliverHere(self, nowNanos);
        trim();
        pump(nowNanos);
    }

    void handleTime(NodeId self, long nowNanos) {
        expireMessages(self, nowNanos);
        if (nowNanos >= hereNanos) {
            deliverHere(self, nowNanos);
        }
        while (!dues.isEmpty() && dues.first().atNanos() <= nowNanos) {
            Due due = dues.first();
            dues.pollFirst();
            GroupMessage message = window.at(due.message());
            if (message == null) {
                continue;
            }
            if (due.piece() == ASK) {
                message.askNanos = -1;
                ask(message, nowNanos);
            } else {
                expire(message.pieces.get(due.piece()), nowNanos);
            }
        }
        trim();
        pump(nowNanos);
    }

    long nextDeadlineNanos() {
        long next = hereNanos;
        if (!deadlines.isEmpty()) {
            next = Math.min(next, deadlines.first().atNanos());
        }
        return dues.isEmpty() ? next : Math.min(next, dues.first().atNanos());
    }

    /** Settles everything: this node is closing. */
    void close(NodeId self) {
        for (GroupMessage message : List.copyOf(unsettled.values())) {
            for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
                settle(message, i, givenUp(message, i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
            }
            settleHere(message, self, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
        }
        trim();
    }

    // ------------------------------------------------------------------ what members say

    private boolean handleVerdict(Shot shot, int at, Verdict verdict, long nowNanos) {
        GroupMessage message = shot.piece().message;
        int i = message.indexOf(shot.plan().tree().node(at));
        if (i < 0) {
            return false;
        }
        GroupMember member = message.members[i];
        if (verdict.kind() == Verdict.Kind.UNKNOWN_FLOW) {
            forgotten(member);
            return false;
        }
        hear(member, nowNanos);
        if (!verdict.equals(Verdict.refused(Outcome.Reason.LIMIT))) {
            member.confirmedFloor = Math.max(member.confirmedFloor, shot.plan().floorSaid(at, message.number));
        }
        if (!message.open.get(i)) {
            return false;
        }
        Piece piece = shot.piece();
        boolean news = shot.question() == Question.TAKE && piece.missing.get(i);
        int hops = shot.plan().tree().depth(at);
        Duration roundTrip = Duration.ofNanos(nowNanos - message.firstSentNanos);
        switch (verdict.kind()) {
            case DELIVERED ->
                settle(message, i, new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, roundTrip, hops));
            case REFUSED -> settle(message, i, new Outcome(Outcome.Kind.REJECTED, verdict.reason(), roundTrip, hops));
            case HELD -> {
                if (shot.question() == Question.TAKE) {
                    piece.missing.clear(i);
                }
                askLater(message, nowNanos);
            }
            case ABSENT -> {
                if (shot.question() == Question.TELL) {
                    missesAll(message, i, nowNanos);
                }
            }
            case UNKNOWN_FLOW -> {}
        }
        return news && verdict.kind() != Verdict.Kind.ABSENT;
    }

    private void hear(GroupMember member, long nowNanos) {
        member.heardNanos = nowNanos;
        if (member.lagging) {
            lag(member, -1);
        }
    }

    /** Turns a member into one that lags, or back. */
    private void lag(GroupMember member, int change) {
        member.lagging = change > 0;
        for (GroupMessage message : unsettled.values()) {
            int i = message.indexOf(member.node);
            if (i >= 0 && message.members[i] == member && message.open.get(i)) {
                message.laggingCount += change;
                for (int p = 0; p < message.fresh; p++) {
                    recount(message.pieces.get(p));
                }
                recount(message);
            }
        }
    }

    /** The member knows nothing of the flow any more: what became of the copies that had left nobody can say. */
    private void forgotten(GroupMember member) {
        for (GroupMessage message : List.copyOf(unsettled.values())) {
            int i = message.indexOf(member.node);
            if (i >= 0 && message.members[i] == member && message.open.get(i) && message.left.get(i)) {
                settle(message, i, Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
            }
        }
        member.confirmedFloor = -1;
        member.floor = firstOpen(member);
    }

    private void missesAll(GroupMessage message, int member, long nowNanos) {
        for (int p = 0; p < message.fresh; p++) {
            Piece piece = message.pieces.get(p);
            piece.missing.set(member);
            schedule(piece, nowNanos);
            recount(piece);
        }
    }

    private void giveUp(GroupMember member, Outcome.Reason reason) {
        for (GroupMessage message : List.copyOf(unsettled.values())) {
            int i = message.indexOf(member.node);
            if (i >= 0 && message.members[i] == member && message.open.get(i)) {
                settle(message, i, givenUp(message, i, Outcome.Kind.UNDELIVERABLE, reason));
            }
        }
    }

    // ------------------------------------------------------------------ time

    private void expireMessages(NodeId self, long nowNanos) {
        while (!deadlines.isEmpty() && deadlines.first().atNanos() <= nowNanos) {
            GroupMessage message = unsettled.get(deadlines.first().ticket());
            deadlines.pollFirst();
            if (message == null) {
                continue;
            }
            List<GroupMember> left = new ArrayList<>();
            TreeSet<NodeId> unreached = new TreeSet<>(
                    trees.tree(openNodes(message), Paths.Choice.PRIMARY).unreached());
            for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
                left.add(message.members[i]);
                settle(
                        message,
                        i,
                        unreached.contains(message.members[i].node)
                                ? givenUp(message, i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE)
                                : givenUp(message, i, Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            }
            settleHere(message, self, Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
            trim();
            if (isOrdered()) {
                left.forEach(member -> raiseFloor(member, nowNanos));
            }
        }
    }

    /** A member need not wait for what was given up; what it holds it can have at once. */
    private void raiseFloor(GroupMember member, long nowNanos) {
        long floor = firstOpen(member);
        if (floor <= member.floor) {
            return;
        }
        member.floor = floor;
        GroupMessage held = window.at(floor);
        int i = held == null ? -1 : held.indexOf(member.node);
        if (held != null && i >= 0 && held.undecided().get(i)) {
            BitSet alone = new BitSet();
            alone.set(i);
            tell(held, alone, Paths.Choice.PRIMARY, nowNanos);
        }
    }

    private long firstOpen(GroupMember member) {
        for (long at = window.first(); at < window.next(); at++) {
            GroupMessage message = window.at(at);
            int i = message == null ? -1 : message.indexOf(member.node);
            if (message != null && i >= 0 && message.members[i] == member && message.open.get(i)) {
                return at;
            }
        }
        return window.next();
    }

    private void expire(Piece piece, long nowNanos) {
        piece.dueNanos = -1;
        if (piece.missing.isEmpty()) {
            return;
        }
        piece.expiries++;
        piece.repairs = 0;
        GroupMessage message = piece.message;
        for (int i = piece.missing.nextSetBit(0); i >= 0; i = piece.missing.nextSetBit(i + 1)) {
            GroupMember member = message.members[i];
            long quietSince = Math.max(member.heardNanos, message.firstSentNanos);
            if (!member.lagging && nowNanos - quietSince > LAGGING_NANOS) {
                lag(member, 1);
            }
        }
        transmit(
                piece,
                (BitSet) piece.missing.clone(),
                piece.expiries % 2 == 1 ? Paths.Choice.ALTERNATE : Paths.Choice.PRIMARY,
                nowNanos);
    }

    private long timeoutNanos(int expiries) {
        long plain = timer.timeoutNanos() + patienceMillis() * 1_000_000L;
        return Math.min(config.retransmission().maxNanos(), plain << Math.min(BACKOFF_MAX, expiries));
    }

    /** How long the first node may gather answers: a part of what this node waits for them. */
    private int patienceMillis() {
        long quarterMillis = timer.timeoutNanos() / 4_000_000L;
        return (int) Math.max(2, Math.min(TreeHeader.PATIENCE_MILLIS_MAX, quarterMillis));
    }

    private void schedule(Piece piece, long nowNanos) {
        long at = nowNanos + timeoutNanos(piece.expiries);
        if (piece.dueNanos >= 0) {
            dues.remove(new Due(piece.dueNanos, piece.message.number, piece.index));
        }
        piece.dueNanos = at;
        dues.add(new Due(at, piece.message.number, piece.index));
    }

    private void askLater(GroupMessage message, long nowNanos) {
        if (message.askNanos < 0 && isReliable()) {
            message.askNanos = nowNanos + timeoutNanos(1 + message.asked);
            dues.add(new Due(message.askNanos, message.number, ASK));
        }
    }

    private void ask(GroupMessage message, long nowNanos) {
        BitSet undecided = message.undecided();
        if (!undecided.isEmpty()) {
            message.asked++;
            for (int i = undecided.nextSetBit(0); i >= 0; i = undecided.nextSetBit(i + 1)) {
                GroupMember member = message.members[i];
                if (!member.lagging && nowNanos - member.heardNanos > 4 * LAGGING_NANOS) {
                    lag(member, 1);
                }
            }
            tell(message, undecided, message.asked % 2 == 0 ? Paths.Choice.ALTERNATE : Paths.Choice.PRIMARY, nowNanos);
            askLater(message, nowNanos);
        } else if (!message.open.isEmpty()) {
            askLater(message, nowNanos);
        }
    }

    // ------------------------------------------------------------------ sending

    /** Sends what the window admits. */
    private void pump(long nowNanos) {
        while (inFlightBytes < config.windowBytes()) {
            GroupMessage message = sending;
            if (message == null || message.fresh == message.pieces.size() || message.isSettled()) {
                sending = null;
                if (waiting.isEmpty() || !hasRoom()) {
                    return;
                }
                message = waiting.remove();
                if (message.isSettled()) {
                    continue;
                }
                assign(message, nowNanos);
                sending = message;
                continue;
            }
            Piece piece = message.pieces.get(message.fresh++);
            transmit(piece, (BitSet) piece.missing.clone(), Paths.Choice.PRIMARY, nowNanos);
            trim();
        }
    }

    private boolean hasRoom() {
        GroupMessage oldest = window.at(window.first());
        if (window.next() - window.first() >= config.retainedMessages() && oldest != null && !oldest.isAwaited()) {
            List<GroupMember> left = new ArrayList<>();
            for (int i = oldest.open.nextSetBit(0); i >= 0; i = oldest.open.nextSetBit(i + 1)) {
                left.add(oldest.members[i]);
                settle(oldest, i, givenUp(oldest, i, Outcome.Kind.EXPIRED, Outcome.Reason.LIMIT));
            }
            trim();
            left.forEach(member -> member.floor = Math.max(member.floor, firstOpen(member)));
        }
        return awaitedCount < config.windowMessages() && window.next() - window.first() < config.retainedMessages();
    }

    private void assign(GroupMessage message, long nowNanos) {
        message.number = window.next();
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            GroupMember member = message.members[i];
            if (member.lastMessage < 0) {
                member.floor = message.number;
            } else if (isOrdered() && member.lastMessage != message.number - 1) {
                // It was no member meanwhile: what it has not got of the time before would hold it up for ever.
                settleEarlier(member, message.number);
                member.floor = message.number;
            }
            member.lastMessage = message.number;
        }
        window.add(message);
        recount(message);
        if (message.hereIsOpen) {
            here.add(message);
            hereNanos = Math.min(hereNanos, nowNanos);
        }
    }

    private void settleEarlier(GroupMember member, long before) {
        for (long at = window.first(); at < Math.min(before, window.next()); at++) {
            GroupMessage earlier = window.at(at);
            int i = earlier == null ? -1 : earlier.indexOf(member.node);
            if (earlier != null && i >= 0 && earlier.members[i] == member && earlier.open.get(i)) {
                settle(earlier, i, givenUp(earlier, i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            }
        }
    }

    private void transmit(Piece piece, BitSet to, Paths.Choice choice, long nowNanos) {
        GroupMessage message = piece.message;
        to.and(message.open);
        if (isReliable() && !to.isEmpty()) {
            schedule(piece, nowNanos);
        }
        Collection<NodeId> unreached = shoot(message, piece, Question.TAKE, to, choice, nowNanos);
        for (NodeId node : unreached) {
            int i = message.indexOf(node);
            if (!isReliable()) {
                settle(message, i, givenUp(message, i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            } else if (!message.members[i].lagging) {
                lag(message.members[i], 1);
            }
        }
        recount(piece);
    }

    private void tell(GroupMessage message, BitSet to, Paths.Choice choice, long nowNanos) {
        to.and(message.open);
        shoot(message, message.pieces.get(0), Question.TELL, to, choice, nowNanos);
    }

    /** Returns the members that no tree leads to. */
    private Collection<NodeId> shoot(
            GroupMessage message, Piece piece, Question question, BitSet to, Paths.Choice choice, long nowNanos) {
        if (to.isEmpty()) {
            return List.of();
        }
        TreeMap<NodeId, GroupMember> targets = new TreeMap<>();
        for (int i = to.nextSetBit(0); i >= 0; i = to.nextSetBit(i + 1)) {
            targets.put(message.members[i].node, message.members[i]);
        }
        TreePlan known = planFor(targets.values(), choice);
        if (known != null) {
            launch(message, piece, question, known, nowNanos);
            return List.of();
        }
        DeliveryTree tree = trees.tree(targets.keySet(), choice);
        if (tree.size() > TreeLayout.NODES_MAX) {
            return shootHalves(message, piece, question, to, choice, nowNanos);
        }
        if (tree.size() > 1) {
            TreePlan drawn = TreePlan.of(tree, targets, message.number);
            keep(drawn, targets.values(), choice);
            launch(message, piece, question, drawn, nowNanos);
        }
        if (choice == Paths.Choice.PRIMARY || tree.unreached().isEmpty()) {
            return tree.unreached();
        }
        BitSet rest = new BitSet();
        for (NodeId node : tree.unreached()) {
            rest.set(message.indexOf(node));
        }
        // Fewer members leave more links to go around by.
        if (rest.cardinality() < to.cardinality()) {
            return shoot(message, piece, question, rest, choice, nowNanos);
        }
        return rest.cardinality() > 1 && rest.cardinality() <= SEARCHED_MEMBERS_MAX
                ? shootHalves(message, piece, question, rest, choice, nowNanos)
                : shoot(message, piece, question, rest, Paths.Choice.PRIMARY, nowNanos);
    }

    private Collection<NodeId> shootHalves(
            GroupMessage message, Piece piece, Question question, BitSet to, Paths.Choice choice, long nowNanos) {
        BitSet first = new BitSet();
        BitSet second = new BitSet();
        int half = to.cardinality() / 2;
        for (int i = to.nextSetBit(0); i >= 0; i = to.nextSetBit(i + 1)) {
            (half-- > 0 ? first : second).set(i);
        }
        List<NodeId> unreached = new ArrayList<>(shoot(message, piece, question, first, choice, nowNanos));
        unreached.addAll(shoot(message, piece, question, second, choice, nowNanos));
        return unreached;
    }

    private void launch(GroupMessage message, Piece piece, Question question, TreePlan drawn, long nowNanos) {
        Shot shot = new Shot(out.transmission(this), piece, question, drawn, nowNanos);
        shots.put(shot.number(), shot);
        List<Shot> latest = question == Question.TAKE ? piece.shots : message.questions;
        latest.add(shot);
        if (latest.size() > SHOTS_MAX) {
            forget(latest.remove(0));
        }
        if (message.firstSentNanos < 0) {
            message.firstSentNanos = nowNanos;
        }
        boolean known = true;
        for (int at = 1; at < drawn.tree().size(); at++) {
            int i = drawn.tree().isMember(at) ? message.indexOf(drawn.tree().node(at)) : -1;
            if (i >= 0) {
                message.left.set(i);
                known &= message.members[i].isEstablished();
            }
        }
        long lag = message.number - Math.min(message.number, window.first());
        Frame body = switch (question) {
            case TAKE ->
                new GroupData(
                        number,
                        message.number,
                        lag,
                        known ? Optional.empty() : Optional.of(name),
                        piece.index,
                        message.pieces.size(),
                        message.payload.length(),
                        message.payload(piece.index));
            case TELL -> new GroupAdvance(number, message.number, lag);
        };
        for (int at : drawn.first()) {
            out.send(drawn.tree().node(at), shot.number(), new Copy(patienceMillis(), drawn.layout(), at, body));
        }
    }

    /** The tree of the message before serves again while nothing has changed and there is nothing to be told. */
    private @Nullable TreePlan planFor(Collection<GroupMember> targets, Paths.Choice choice) {
        boolean same =
                choice == Paths.Choice.PRIMARY && plannedEdition == trees.edition() && planned.size() == targets.size();
        if (!same) {
            return null;
        }
        int i = 0;
        for (GroupMember member : targets) {
            if (planned.get(i++) != member) {
                return null;
            }
        }
        return plan;
    }

    private void keep(TreePlan drawn, Collection<GroupMember> targets, Paths.Choice choice) {
        boolean plain =
                choice == Paths.Choice.PRIMARY && drawn.tree().unreached().isEmpty();
        for (GroupMember member : targets) {
            plain &= member.isEstablished() && member.floor <= member.confirmedFloor;
        }
        if (plain) {
            plan = drawn;
            planned = List.copyOf(targets);
            plannedEdition = trees.edition();
        }
    }

    /** The members of a piece whose latest copy went over a link that is gone, or that no copy went to. */
    private BitSet brokenOf(Piece piece) {
        BitSet broken = (BitSet) piece.missing.clone();
        BitSet sound = new BitSet();
        for (int s = piece.shots.size() - 1; s >= 0 && !broken.isEmpty(); s--) {
            TreePlan drawn = piece.shots.get(s).plan();
            TreeSet<NodeId> cutOff = drawn.cutOff(trees);
            for (int at = 1; at < drawn.tree().size(); at++) {
                int i = drawn.tree().isMember(at)
                        ? piece.message.indexOf(drawn.tree().node(at))
                        : -1;
                if (i >= 0 && !cutOff.contains(drawn.tree().node(at))) {
                    sound.set(i);
                }
            }
        }
        broken.andNot(sound);
        return broken;
    }

    // ------------------------------------------------------------------ this node itself

    private void deliverHere(NodeId self, long nowNanos) {
        hereNanos = Deadlines.NEVER;
        while (!here.isEmpty()) {
            GroupMessage message = here.peek();
            if (message.hereIsOpen) {
                Verdict verdict = out.deliverHere(name, message);
                if (verdict.kind() == Verdict.Kind.HELD) {
                    hereNanos = nowNanos + HERE_NANOS;
                    return;
                }
                settleHere(
                        message,
                        self,
                        verdict.kind() == Verdict.Kind.DELIVERED
                                ? Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE)
                                : Outcome.of(Outcome.Kind.REJECTED, verdict.reason()));
            }
            here.remove();
        }
    }

    private void settleHere(GroupMessage message, NodeId self, Outcome outcome) {
        if (message.hereIsOpen) {
            message.hereIsOpen = false;
            out.settled(message, self, outcome);
            finishIfSettled(message);
        }
    }

    // ------------------------------------------------------------------ outcomes

    private void settle(GroupMessage message, int member, Outcome outcome) {
        message.open.clear(member);
        if (message.members[member].lagging) {
            message.laggingCount--;
        }
        for (Piece piece : message.pieces) {
            if (piece.missing.get(member)) {
                piece.missing.clear(member);
                recount(piece);
            }
        }
        out.settled(message, message.members[member].node, outcome);
        finishIfSettled(message);
    }

    private void finishIfSettled(GroupMessage message) {
        recount(message);
        if (!message.isSettled()) {
            return;
        }
        unsettled.remove(message.ticket);
        deadlines.remove(new Deadline(message.deadlineNanos, message.ticket));
        for (Piece piece : message.pieces) {
            piece.shots.forEach(this::forget);
            piece.shots.clear();
            if (piece.dueNanos >= 0) {
                dues.remove(new Due(piece.dueNanos, message.number, piece.index));
            }
        }
        message.questions.forEach(this::forget);
        message.questions.clear();
        if (message.askNanos >= 0) {
            dues.remove(new Due(message.askNanos, message.number, ASK));
        }
        out.ended(message);
    }

    private void forget(Shot shot) {
        shots.remove(shot.number());
        out.forget(shot.number());
    }

    private static Outcome givenUp(GroupMessage message, int member, Outcome.Kind ifNeverSent, Outcome.Reason reason) {
        return Outcome.of(message.left.get(member) ? Outcome.Kind.UNKNOWN : ifNeverSent, reason);
    }

    // ------------------------------------------------------------------ books

    private void recount(Piece piece) {
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

    private void recount(GroupMessage message) {
        boolean counts = message.number >= 0 && !message.isSettled() && message.isAwaited();
        if (counts != message.counted) {
            message.counted = counts;
            awaitedCount += counts ? 1 : -1;
        }
    }

    private void trim() {
        for (GroupMessage first = window.at(window.first());
                first != null && first.isSettled();
                first = window.at(window.first())) {
            window.removeFirst();
        }
    }

    private List<NodeId> openNodes(GroupMessage message) {
        List<NodeId> nodes = new ArrayList<>();
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            nodes.add(message.members[i].node);
        }
        return nodes;
    }

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
        GroupMember fresh = new GroupMember(node, life, window.next(), nowNanos);
        members.put(node, fresh);
        return fresh;
    }

    private boolean isReliable() {
        return name.kind() != SocketKind.DGRAM;
    }

    private boolean isOrdered() {
        return name.kind() == SocketKind.SEQPACKET;
    }
}
