package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.Verdict;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All flows to many in which this node is a member. What it says to a frame at once is gathered on the way back; a
 * verdict that is known only later goes straight to the origin, in one frame a turn. Driven by the engine.
 */
public final class GroupReceiver {
    /** What the receiver wants and reports. May not call back in. */
    public interface Output {
        /**
         * Offers a message to the application: {@link Verdict#DELIVERED}, a refusal, {@link Verdict#HELD} where it
         * cannot be taken now and is to be offered again, or {@link Verdict#ABSENT} where it was damaged and is to be
         * sent again.
         */
        Verdict deliver(Delivery delivery);

        /** To the origin of a flow, by the best way. */
        void answer(NodeId origin, GroupAck ack);

        /** Whether a flow of another node ought to be sealed that is not. */
        boolean isToRefuse(NodeId origin);

        /**
         * The first message of a sealed flow that this node is to wait for, as its origin vouches.
         *
         * @param key what some message of the flow is sealed with
         * @return -1 where the origin has not said it with that key
         */
        long floorOf(NodeId origin, long incarnation, long flow, long key);

        /** Has the origin say that, unless it was asked a moment ago. */
        void want(NodeId origin, long incarnation, long key);

        /** Whether what settles something is vouched for. */
        boolean isVouching();

        /**
         * By which this node vouches for an answer.
         *
         * @param key the origin's number of what the message is sealed with
         * @return empty where this node has not that key
         */
        OptionalLong code(NodeId origin, long incarnation, long key, ByteView statement);

        /** The latest life that a node is known to live, 0 where it is not known. */
        long incarnationOf(NodeId node);
    }

    /**
     * A message for many that has arrived here whole.
     *
     * @param heading whose it is, and which
     * @param missedCount how many messages before it, of this sender and in order, were given up for this member
     */
    public record Delivery(GroupHeading heading, ByteView payload, int hops, long missedCount) {
        public NodeId from() {
            return heading.origin();
        }

        public GroupName name() {
            return heading.name();
        }

        /** The same as the application is to see it. */
        public Delivery unsealed(ByteView plain) {
            return new Delivery(heading.unsealed(), plain, hops, missedCount);
        }
    }

    /**
     * What this node says to a frame, as a member.
     *
     * @param key the origin's number of what the message is sealed with; 0 where that is not known, or nothing is
     */
    record Word(Verdict verdict, long key) {
        static Word of(Verdict verdict) {
            return new Word(verdict, 0);
        }
    }

    /** A flow's name between nodes. */
    record Origin(NodeId node, long incarnation, long flow) implements Comparable<Origin> {
        @Override
        public int compareTo(Origin other) {
            int byNode = node.compareTo(other.node);
            int byLife = byNode != 0 ? byNode : Long.compare(incarnation, other.incarnation);
            return byLife != 0 ? byLife : Long.compare(flow, other.flow);
        }
    }

    private record Life(NodeId node, long incarnation) implements Comparable<Life> {
        @Override
        public int compareTo(Life other) {
            int byNode = node.compareTo(other.node);
            return byNode != 0 ? byNode : Long.compare(incarnation, other.incarnation);
        }
    }

    /** As in {@link Receiver}: longer than any send may last. */
    private static final long IDLE_NANOS = 7_200_000_000_000L;

    private static final long STALLED_NANOS = 60_000_000_000L;
    private static final long SWEEP_NANOS = 30_000_000_000L;
    private static final long ROOM_NANOS = 200_000_000L;

    private final GroupConfig config;
    private final Output out;
    private final GroupInbound.Output flowOutput = new FlowOutput();
    private final TreeMap<Origin, GroupInbound> flows = new TreeMap<>();
    /** The same, the oldest first, without some that have been proven meanwhile. */
    private final LinkedHashSet<GroupInbound> maybeUnproven = new LinkedHashSet<>();

    private final TreeMap<Life, List<GroupAck.Answer>> answers = new TreeMap<>();
    private long heldBytes;
    private long sweepNanos = Deadlines.NEVER;
    private long roomNanos = Deadlines.NEVER;

    public GroupReceiver(GroupConfig config, Output out) {
        this.config = config;
        this.out = out;
    }

    public int flowCount() {
        return flows.size();
    }

    /** How many bytes the undecided messages may grow to. */
    public long heldBytes() {
        return heldBytes;
    }

    /** @throws dev.weft.core.base.InvariantError unless the bounds hold */
    public void audit() {
        dev.weft.core.base.Check.that(
                heldBytes <= config.heldBytesMax() && flows.size() <= config.flowsMax() * 8,
                "%d bytes of undecided messages in %d flows",
                heldBytes,
                flows.size());
    }

    public TreeForwarder.Reply handleData(TreeHeader header, GroupData data, long nowNanos) {
        return reply(header, data.message(), wordOn(header, data, nowNanos), GroupAdvance.Answers.GATHERED);
    }

    public TreeForwarder.Reply handleAdvance(TreeHeader header, GroupAdvance advance, long nowNanos) {
        return reply(header, advance.message(), wordOn(header, advance, nowNanos), advance.answers());
    }

    /**
     * What is gathered on the way back. A word that settles something is vouched for there; where it cannot be, or is
     * not to be, it goes its own way, on which this node's seal does that, and what is gathered is that more follows.
     */
    private TreeForwarder.Reply reply(TreeHeader header, long message, Word word, GroupAdvance.Answers answers) {
        Verdict verdict = word.verdict();
        boolean isGathered = answers == GroupAdvance.Answers.GATHERED;
        if (!out.isVouching() || isGathered && !verdict.isSettling()) {
            return TreeForwarder.Reply.of(verdict);
        }
        TreeHeader.TreeOrigin origin = header.origin();
        if (isGathered) {
            OptionalLong code = code(
                    new Life(origin.node(), origin.incarnation()),
                    message,
                    origin.transmission(),
                    word,
                    header.congestion());
            if (code.isPresent()) {
                return new TreeForwarder.Reply(verdict, code);
            }
        }
        answer(
                new Life(origin.node(), origin.incarnation()),
                origin.transmission(),
                new GroupAck.Run(header.from(), header.from() + 1, verdict, header.congestion()));
        return TreeForwarder.Reply.of(Verdict.HELD);
    }

    /** By which this node vouches for its word; empty where that settles nothing, or cannot be vouched for. */
    private OptionalLong code(Life origin, long message, long transmission, Word word, RouteHeader.Mark congestion) {
        if (!out.isVouching() || !word.verdict().isSettling()) {
            return OptionalLong.empty();
        }
        ByteView statement = GroupAck.statement(message, transmission, word.verdict(), congestion);
        return out.code(origin.node(), origin.incarnation(), word.key(), statement);
    }

    private void answer(Life origin, long transmission, GroupAck.Run run) {
        answers.computeIfAbsent(origin, life -> new ArrayList<>()).add(new GroupAck.Answer(transmission, List.of(run)));
    }

    private Word wordOn(TreeHeader header, GroupData data, long nowNanos) {
        Origin origin = new Origin(header.origin().node(), header.origin().incarnation(), data.flow());
        if (origin.incarnation() < out.incarnationOf(origin.node())) {
            return Word.of(Verdict.ABSENT);
        }
        GroupInbound flow = flows.get(origin);
        boolean isProven = flow != null && flow.isProven();
        boolean isSealed = data.name().isPresent() && data.name().get().isSealed();
        if (!isProven && data.name().isPresent() && !isSealed && out.isToRefuse(origin.node())) {
            return Word.of(Verdict.refused(Outcome.Reason.NOT_SEALED));
        }
        if (flow != null
                && !isProven
                && data.name().isPresent()
                && !data.name().get().equals(flow.name())) {
            // Nothing vouches for either name yet: the one that is its origin's comes until it is believed.
            remove(flow);
            flow = null;
        }
        if (flow == null) {
            if (data.name().isEmpty() || !isSealed && header.mark().floorDistance() == TreeMark.UNSAID) {
                return Word.of(Verdict.UNKNOWN_FLOW);
            }
            if (flows.size() >= config.flowsMax() * 8) {
                forgetOneUnproven();
            }
            if (flows.size() >= config.flowsMax() * 8) {
                return Word.of(Verdict.refused(Outcome.Reason.LIMIT));
            }
            long floor =
                    isSealed ? 0 : Math.max(0, data.message() - header.mark().floorDistance());
            flow = new GroupInbound(data.name().get(), origin, floor, flowOutput, nowNanos);
            flows.put(origin, flow);
            maybeUnproven.add(flow);
            sweepNanos = Math.min(sweepNanos, nowNanos + SWEEP_NANOS);
        }
        Word word = flow.handleData(header, data, nowNanos);
        watch(flow, nowNanos);
        return word;
    }

    /** A relay can name flows that there are not: they must not keep out those that there are. */
    private void forgetOneUnproven() {
        for (Iterator<GroupInbound> oldest = maybeUnproven.iterator(); oldest.hasNext(); ) {
            GroupInbound flow = oldest.next();
            oldest.remove();
            if (!flow.isProven()) {
                remove(flow);
                return;
            }
        }
    }

    private Word wordOn(TreeHeader header, GroupAdvance advance, long nowNanos) {
        GroupInbound flow =
                flows.get(new Origin(header.origin().node(), header.origin().incarnation(), advance.flow()));
        if (flow == null) {
            return Word.of(Verdict.UNKNOWN_FLOW);
        }
        Word word = flow.handleQuestion(header, advance.message(), advance.lag(), nowNanos);
        watch(flow, nowNanos);
        return word;
    }

    /** A node has gone for good, or lives anew: its old flows will not speak again. */
    public void handleNodeGone(NodeId node, long incarnationsBelow) {
        for (GroupInbound flow : List.copyOf(flows.values())) {
            if (flow.origin().node().equals(node) && flow.origin().incarnation() < incarnationsBelow) {
                remove(flow);
            }
        }
    }

    /** The application has made room. */
    public void handleRoom() {
        flows.values().forEach(GroupInbound::drain);
    }

    /** The application, which has detached from a group, takes part again. */
    public void handleCaughtUp(String group) {
        for (GroupInbound flow : flows.values()) {
            if (flow.isOfGroup(group)) {
                flow.handleCaughtUp();
            }
        }
    }

    /** The application has left a group. */
    public void handleLeft(String group) {
        for (GroupInbound flow : flows.values()) {
            if (flow.isOfGroup(group)) {
                flow.handleLeft();
                flow.drain();
            }
        }
    }

    public void handleTime(long nowNanos) {
        if (nowNanos >= roomNanos) {
            roomNanos = Deadlines.NEVER;
            for (GroupInbound flow : flows.values()) {
                flow.handleWaiting();
                watch(flow, nowNanos);
            }
        }
        if (nowNanos < sweepNanos) {
            return;
        }
        for (GroupInbound flow : List.copyOf(flows.values())) {
            flow.dropStalled(nowNanos - STALLED_NANOS);
            if (nowNanos - flow.usedNanos() > IDLE_NANOS) {
                remove(flow);
            }
        }
        sweepNanos = flows.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
    }

    public long nextDeadlineNanos() {
        return Math.min(sweepNanos, roomNanos);
    }

    /** Sends the late verdicts of this turn. */
    public void flush() {
        for (Map.Entry<Life, List<GroupAck.Answer>> entry = answers.pollFirstEntry();
                entry != null;
                entry = answers.pollFirstEntry()) {
            List<GroupAck.Answer> all = entry.getValue();
            for (int i = 0; i < all.size(); i += GroupAck.ANSWERS_MAX) {
                out.answer(
                        entry.getKey().node(),
                        new GroupAck(
                                entry.getKey().node(),
                                entry.getKey().incarnation(),
                                all.subList(i, Math.min(all.size(), i + GroupAck.ANSWERS_MAX))));
            }
        }
    }

    /** What is held may be delivered when the application has room, which it may forget to say. */
    private void watch(@Nullable GroupInbound flow, long nowNanos) {
        if (flow != null && flow.hasPending()) {
            roomNanos = Math.min(roomNanos, nowNanos + ROOM_NANOS);
        }
    }

    private void remove(GroupInbound flow) {
        flow.close();
        flows.remove(flow.origin());
        maybeUnproven.remove(flow);
    }

    private final class FlowOutput implements GroupInbound.Output {
        @Override
        public Verdict deliver(GroupInbound flow, GroupInbound.Arrived message) {
            Origin origin = flow.origin();
            GroupHeading heading = new GroupHeading(
                    origin.node(), origin.incarnation(), flow.name(), origin.flow(), message.number(), message.lag());
            return out.deliver(new Delivery(heading, message.payload(), message.hops(), message.missedCount()));
        }

        @Override
        public long floorOf(GroupInbound flow, long key) {
            Origin origin = flow.origin();
            return out.floorOf(origin.node(), origin.incarnation(), origin.flow(), key);
        }

        @Override
        public void want(GroupInbound flow, long key) {
            out.want(flow.origin().node(), flow.origin().incarnation(), key);
        }

        @Override
        public InboundFlow.Room reserve(int bytes) {
            if (heldBytes + bytes > config.heldBytesMax()) {
                return InboundFlow.Room.FULL;
            }
            heldBytes += bytes;
            return InboundFlow.Room.GRANTED;
        }

        @Override
        public void release(int bytes) {
            heldBytes -= bytes;
        }

        @Override
        public void answer(GroupInbound flow, GroupInbound.Copy copy, Word word) {
            Life origin = new Life(flow.origin().node(), flow.origin().incarnation());
            OptionalLong code = code(origin, copy.message(), copy.transmission(), word, RouteHeader.Mark.NONE);
            GroupReceiver.this.answer(
                    origin,
                    copy.transmission(),
                    new GroupAck.Run(copy.from(), copy.from() + 1, word.verdict(), RouteHeader.Mark.NONE, code));
        }
    }
}
