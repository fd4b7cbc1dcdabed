package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.Verdict;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All flows to many that begin on this node: finds or opens the flow of each send, and keeps the books: what was
 * addressed to members = sum of their outcomes + open. Driven by the engine.
 */
public final class GroupSender {
    /** What the sender wants and reports. May not call back in. */
    public interface Output {
        void send(NodeId neighbor, TreeFrame frame, Attempt attempt);

        /** A parcel that has got its number, sealed for its members. */
        ByteView seal(GroupHeading heading, SortedSet<NodeId> members, ByteView parcel);

        /** This node is a member itself: its application is offered the parcel, as to any other member. */
        Verdict deliverHere(GroupHeading heading, ByteView parcel, long missedCount);

        /**
         * By which a member vouches for an answer to this node; empty where that cannot be known.
         *
         * @param key what the message was sealed with
         */
        OptionalLong codeOf(NodeId member, long key, ByteView statement);

        /** Somebody has passed on answers that their members do not vouch for. */
        void doubted(NodeId speaker);

        /** The one and only outcome of a send for a member. */
        void settled(long ticket, NodeId member, Outcome outcome);

        /** Every member has an outcome. */
        void ended(long ticket);
    }

    private static final long IDLE_NANOS = 600_000_000_000L;
    private static final long SWEEP_NANOS = 60_000_000_000L;

    private record Conversation(GroupName name, GroupManner manner, List<NodeId> listed)
            implements Comparable<Conversation> {
        private static Conversation of(GroupSend send) {
            return new Conversation(
                    send.name(),
                    send.manner(),
                    send.name().scope() == GroupName.Scope.LIST ? List.copyOf(send.members()) : List.of());
        }

        @Override
        public int compareTo(Conversation other) {
            int byName = name.compareTo(other.name);
            int byManner = byName != 0 ? byName : manner.compareTo(other.manner);
            if (byManner != 0) {
                return byManner;
            }
            for (int i = 0; i < Math.min(listed.size(), other.listed.size()); i++) {
                int byNode = listed.get(i).compareTo(other.listed.get(i));
                if (byNode != 0) {
                    return byNode;
                }
            }
            return Integer.compare(listed.size(), other.listed.size());
        }
    }

    /** Which sends go by a flow, as far as can be seen without looking into sets of nodes. */
    private record Latest(GroupName name, GroupManner manner, SortedSet<NodeId> members, GroupFlow flow) {
        private boolean takes(GroupSend send) {
            return send.members() == members
                    && send.manner() == manner
                    && send.name().equals(name);
        }
    }

    private final NodeId self;
    private final long incarnation;
    private final GroupConfig config;
    private final Trees trees;
    private final Output out;
    private final GroupFlow.Output flowOutput = new FlowOutput();

    private final TreeMap<Conversation, GroupFlow> byConversation = new TreeMap<>();
    private final TreeMap<Long, GroupFlow> flows = new TreeMap<>();
    private final TreeMap<Long, GroupFlow> byTransmission = new TreeMap<>();
    /** What this turn has sent, by the number of the flow. */
    private final TreeMap<Long, GroupGathering> gatherings = new TreeMap<>();

    /** By which the latest send went, as the next one mostly does too. */
    private @Nullable Latest latest;

    private final GroupShelf.Total shelves;
    private final DeadlineIndex deadlines = new DeadlineIndex();
    /** Sends with members that have no outcome. */
    private int openSends;

    private final long[] outcomes = new long[Outcome.Kind.values().length];
    private long addressedCount;
    private long openCount;
    private long queuedBytes;
    private long nextFlow = 1;
    private long nextTransmission = 1;
    private long copyCount;
    private long doubtedCount;
    private long sweepNanos = Deadlines.NEVER;

    public GroupSender(NodeId self, long incarnation, GroupConfig config, Trees trees, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.config = config;
        this.trees = trees;
        this.out = out;
        this.shelves = new GroupShelf.Total(config);
    }

    public int flowCount() {
        return flows.size();
    }

    /** The first message of a flow that a member is to wait for. */
    public long floorOf(long flow, NodeId member) {
        GroupFlow known = flows.get(flow);
        return known == null ? 0 : known.floorOf(member);
    }

    /** How many sends have members without an outcome. */
    public int inFlight() {
        return openSends;
    }

    public long queuedBytes() {
        return queuedBytes;
    }

    /** What is kept for members that have detached, of all flows. */
    public long putBackBytes() {
        return shelves.bytes();
    }

    /** How often a member was addressed. */
    public long addressedCount() {
        return addressedCount;
    }

    public long outcomes(Outcome.Kind kind) {
        return outcomes[kind.ordinal()];
    }

    /** Frames that this node has sent as an origin. */
    public long copyCount() {
        return copyCount;
    }

    /** Answers with a word in them that its members do not vouch for. */
    public long doubtedCount() {
        return doubtedCount;
    }

    /** @throws dev.weft.core.base.InvariantError unless the books balance and the bounds hold */
    public void audit() {
        long settled = 0;
        for (long count : outcomes) {
            settled += count;
        }
        Check.that(addressedCount == settled + openCount, "%d copies, %d of them settled", addressedCount, settled);
        Check.that(openSends >= 0, "%d sends are open", openSends);
        Check.that(
                queuedBytes <= config.queuedBytesMax() && openSends <= config.queuedMessagesMax(),
                "%d messages for many of %d bytes are queued",
                openSends,
                queuedBytes);
        Check.that(shelves.isWithinBounds(), "%d bytes are kept for members that have detached", shelves.bytes());
        Check.that(flows.size() <= config.flowsMax(), "%d flows to many", flows.size());
    }

    public void send(GroupSend send, long nowNanos) {
        addressedCount += send.members().size();
        openCount += send.members().size();
        if (send.members().isEmpty()) {
            out.ended(send.ticket());
        } else if (send.payload().length() > Data.MESSAGE_BYTES_MAX) {
            reject(send, Outcome.Reason.TOO_LARGE);
        } else if (openSends >= config.queuedMessagesMax()
                || queuedBytes + GroupParcel.chargeOf(send) > config.queuedBytesMax()) {
            reject(send, Outcome.Reason.QUEUE_FULL);
        } else if (send.members().size() > config.membersMax()) {
            reject(send, Outcome.Reason.LIMIT);
        } else {
            GroupFlow flow = flowOf(send, nowNanos);
            if (flow == null) {
                reject(send, Outcome.Reason.LIMIT);
                return;
            }
            openSends++;
            queuedBytes += GroupParcel.chargeOf(send);
            GroupGathering gathering =
                    gatherings.computeIfAbsent(flow.number(), number -> new GroupGathering(config.fragmentBytes()));
            if (!gathering.admits(send)) {
                release(flow, gathering, nowNanos);
            }
            gathering.add(send);
        }
    }

    /** Ends a turn: what it has sent goes on its way. */
    public void flush(long nowNanos) {
        for (Map.Entry<Long, GroupGathering> gathered = gatherings.pollFirstEntry();
                gathered != null;
                gathered = gatherings.pollFirstEntry()) {
            GroupFlow flow = flows.get(gathered.getKey());
            if (flow != null) {
                release(flow, gathered.getValue(), nowNanos);
            }
        }
    }

    private void release(GroupFlow flow, GroupGathering gathering, long nowNanos) {
        List<GroupSend> sends = gathering.take();
        flow.add(new GroupParcel(sends, GroupGathering.payloadOf(sends)), nowNanos);
        flow.handleRoomHere(nowNanos);
        touched(flow);
    }

    /**
     * Takes answers of members from one that can know them: itself, or the node before it in the tree.
     *
     * @param speaker who says so; {@link NodeId#ZERO} where nobody vouches for that, and everybody is believed
     */
    public void handleAck(GroupAck ack, NodeId speaker, long nowNanos) {
        if (!ack.origin().equals(self) || ack.incarnation() != incarnation) {
            return;
        }
        for (GroupAck.Answer answer : ack.answers()) {
            GroupFlow flow = byTransmission.get(answer.transmission());
            if (flow != null) {
                flow.handleAnswer(answer, speaker, nowNanos);
                touched(flow);
            }
        }
    }

    /** Takes answers that anybody may have sent: what codes vouch for is believed, and nothing else. */
    public void handleOpenAck(GroupAck ack, long nowNanos) {
        if (!ack.origin().equals(self) || ack.incarnation() != incarnation) {
            return;
        }
        for (GroupAck.Answer answer : ack.answers()) {
            GroupFlow flow = byTransmission.get(answer.transmission());
            if (flow != null && flow.name().isSealed()) {
                flow.handleAnswer(answer, NodeId.ZERO, nowNanos);
                touched(flow);
            }
        }
    }

    /** A hop could not serve a branch of one of the trees. */
    public void handleLostBranch(TreeForwarder.LostBranch lost, RouteError.Reason reason, long nowNanos) {
        GroupFlow flow = byTransmission.get(lost.transmission());
        if (flow != null) {
            flow.handleLostBranch(lost, reason, nowNanos);
            touched(flow);
        }
    }

    /** Paths, or the lives of nodes, are not what they were. */
    public void handleTopologyChange(long nowNanos) {
        for (GroupFlow flow : List.copyOf(flows.values())) {
            flow.handleTopologyChange(nowNanos);
            touched(flow);
        }
    }

    /** A node has said good-bye: nothing more will be answered than what has been already. */
    public void handleNodeGone(NodeId node, long nowNanos) {
        for (GroupFlow flow : List.copyOf(flows.values())) {
            flow.handleNodeGone(node, nowNanos);
            touched(flow);
        }
    }

    /** An application of this node has made room. */
    public void handleRoomHere(long nowNanos) {
        for (GroupFlow flow : List.copyOf(flows.values())) {
            flow.handleRoomHere(nowNanos);
            touched(flow);
        }
    }

    public void handleTime(long nowNanos) {
        for (Long number = deadlines.pollDue(nowNanos); number != null; number = deadlines.pollDue(nowNanos)) {
            GroupFlow flow = flows.get(number);
            if (flow != null) {
                flow.handleTime(nowNanos);
                touched(flow);
            }
        }
        if (nowNanos >= sweepNanos) {
            byConversation.values().removeIf(flow -> isOver(flow, nowNanos));
            flows.values().removeIf(flow -> isOver(flow, nowNanos));
            sweepNanos = flows.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
        }
    }

    public long nextDeadlineNanos() {
        return Math.min(sweepNanos, deadlines.nextNanos());
    }

    /** Settles everything: this node is closing. */
    public void close(long nowNanos) {
        flush(nowNanos);
        for (GroupFlow flow : List.copyOf(flows.values())) {
            flow.close();
        }
    }

    private boolean isIdle(GroupFlow flow) {
        return flow.isIdle() && !gatherings.containsKey(flow.number());
    }

    private boolean isOver(GroupFlow flow, long nowNanos) {
        return isIdle(flow) && nowNanos - flow.usedNanos() > IDLE_NANOS;
    }

    private void reject(GroupSend send, Outcome.Reason reason) {
        for (NodeId member : send.members()) {
            settled(send.ticket(), member, Outcome.of(Outcome.Kind.REJECTED, reason));
        }
        out.ended(send.ticket());
    }

    private void settled(long ticket, NodeId member, Outcome outcome) {
        openCount--;
        outcomes[outcome.kind().ordinal()]++;
        out.settled(ticket, member, outcome);
    }

    private @Nullable GroupFlow flowOf(GroupSend send, long nowNanos) {
        if (latest != null && latest.takes(send) && flows.containsKey(latest.flow.number())) {
            return latest.flow;
        }
        GroupFlow flow = flowFor(Conversation.of(send), nowNanos);
        latest = flow == null ? null : new Latest(send.name(), send.manner(), send.members(), flow);
        return flow;
    }

    private @Nullable GroupFlow flowFor(Conversation conversation, long nowNanos) {
        GroupFlow present = byConversation.get(conversation);
        if (present != null) {
            return present;
        }
        if (flows.size() >= config.flowsMax()) {
            GroupFlow idle = null;
            for (GroupFlow flow : flows.values()) {
                if (isIdle(flow) && (idle == null || flow.usedNanos() < idle.usedNanos())) {
                    idle = flow;
                }
            }
            if (idle == null) {
                return null;
            }
            GroupFlow over = idle;
            flows.remove(over.number());
            byConversation.values().removeIf(flow -> flow == over);
            deadlines.update(over.number(), Deadlines.NEVER);
        }
        GroupFlow flow = new GroupFlow(
                nextFlow++,
                conversation.name(),
                conversation.manner(),
                self,
                config,
                shelves,
                trees,
                flowOutput,
                nowNanos);
        flows.put(flow.number(), flow);
        byConversation.put(conversation, flow);
        if (sweepNanos == Deadlines.NEVER) {
            sweepNanos = nowNanos + SWEEP_NANOS;
        }
        return flow;
    }

    private void touched(GroupFlow flow) {
        if (flows.containsKey(flow.number())) {
            deadlines.update(flow.number(), flow.nextDeadlineNanos());
        }
    }

    private final class FlowOutput implements GroupFlow.Output {
        @Override
        public long transmission(GroupFlow flow) {
            byTransmission.put(nextTransmission, flow);
            return nextTransmission++;
        }

        @Override
        public void forget(long transmission) {
            byTransmission.remove(transmission);
        }

        @Override
        public void send(NodeId neighbor, long transmission, GroupFlow.Copy copy) {
            TreeHeader header = TreeHeader.first(
                            new TreeHeader.TreeOrigin(self, incarnation, transmission),
                            copy.manners().patienceMillis(),
                            copy.layout(),
                            copy.at())
                    .withPriority(copy.manners().priority());
            copyCount++;
            out.send(
                    neighbor,
                    new TreeFrame(copy.type(), header, copy.body()),
                    copy.manners().attempt());
        }

        @Override
        public ByteView seal(GroupFlow flow, GroupMessage message) {
            return out.seal(heading(flow, message), message.parcel.first().members(), message.payload);
        }

        @Override
        public Verdict deliverHere(GroupFlow flow, GroupMessage message, long missedCount) {
            return out.deliverHere(heading(flow, message), message.payload, missedCount);
        }

        @Override
        public OptionalLong codeOf(GroupMessage message, NodeId member, ByteView statement) {
            return out.codeOf(member, message.key, statement);
        }

        @Override
        public void doubted(NodeId speaker) {
            doubtedCount++;
            out.doubted(speaker);
        }

        private GroupHeading heading(GroupFlow flow, GroupMessage message) {
            return new GroupHeading(self, incarnation, flow.name(), flow.number(), message.number, message.lag);
        }

        @Override
        public void settled(GroupMessage message, NodeId member, Outcome outcome) {
            for (GroupSend send : message.parcel.sends()) {
                GroupSender.this.settled(send.ticket(), member, outcome);
            }
        }

        @Override
        public void ended(GroupMessage message) {
            queuedBytes -= message.parcel.chargeBytes();
            for (GroupSend send : message.parcel.sends()) {
                openSends--;
                out.ended(send.ticket());
            }
        }
    }
}
