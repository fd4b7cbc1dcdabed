package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Right;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Attempt;
import dev.weft.core.flow.GroupConfig;
import dev.weft.core.flow.GroupReceiver;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.GroupSender;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Segment;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.seal.GroupSeals;
import dev.weft.core.seal.Sealer;
import dev.weft.core.seal.Seals;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Parcel;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Groups on this node: which ones it is in, who else is, what goes out to them and comes in from them.
 *
 * <p>Called by {@link Engine}, {@link Machines} and {@link Arrivals}.
 */
final class Groups implements TreeForwarder.Output, GroupSender.Output, GroupReceiver.Output, GroupSeals.Output {
    private final NodeId self;
    private final Lsdb lsdb;
    private final Links links;
    private final Router router;
    private final Post post;
    private final Endpoints endpoints;
    private final Guard guard;
    private final Seals seals;
    private final LongSupplier now;
    private final Engine.Output out;
    private final TreeForwarder forwarder;
    private final GroupSender sender;
    private final GroupReceiver receiver;
    private final GroupSeals sealing;
    private final Segment segment;
    private final TreeSet<String> joined = new TreeSet<>();
    /** The groups of the other nodes that can be reached. */
    private final LinkedHashMap<NodeId, List<String>> groupsOf = new LinkedHashMap<>();

    private final TreeMap<String, TreeSet<NodeId>> membersOf = new TreeMap<>();

    Groups(
            Engine.Self self,
            GroupConfig config,
            Lsdb lsdb,
            Links links,
            Router router,
            Post post,
            Endpoints endpoints,
            Guard guard,
            Seals seals,
            Sealer sealer,
            Forwarder.Labels labels,
            long meshHash,
            LongSupplier now,
            Engine.Output out) {
        this.self = self.node();
        this.lsdb = lsdb;
        this.links = links;
        this.router = router;
        this.post = post;
        this.endpoints = endpoints;
        this.guard = guard;
        this.seals = seals;
        this.now = now;
        this.out = out;
        this.forwarder = new TreeForwarder(self.node(), self.incarnation(), labels, this);
        this.sender =
                new GroupSender(self.node(), self.incarnation(), config, new TreeRouter(self.node(), router), this);
        this.receiver = new GroupReceiver(config, this);
        this.sealing = new GroupSeals(self.node(), self.incarnation(), sealer, this);
        this.segment = new Segment(self.node(), self.incarnation(), meshHash, new SegmentOutput());
    }

    // ------------------------------------------------------------------ who is in

    /** Returns the groups to be announced. */
    List<String> join(String group) {
        joined.add(group);
        return announced();
    }

    /** Returns the groups to be announced. */
    List<String> leave(String group) {
        joined.remove(group);
        receiver.handleLeft(group);
        return announced();
    }

    /** The members that can be reached, this node included where it is one. */
    SortedSet<NodeId> members(String group) {
        TreeSet<NodeId> members = new TreeSet<>();
        if (group.isEmpty()) {
            members.addAll(router.reachable());
            members.add(self);
            return members;
        }
        members.addAll(membersOf.getOrDefault(group, new TreeSet<>()));
        if (joined.contains(group)) {
            members.add(self);
        }
        return members;
    }

    /** Every group that somebody is in, apart from the one of everyone. */
    SortedSet<String> names() {
        TreeSet<String> names = new TreeSet<>(membersOf.keySet());
        names.addAll(announced());
        return names;
    }

    /** A node has come or gone, or says something new of itself. */
    void review(NodeId node) {
        if (node.equals(self)) {
            return;
        }
        List<String> before = groupsOf.getOrDefault(node, List.of());
        List<String> after = router.reaches(node) ? allowed(node) : List.of();
        if (before.equals(after)) {
            return;
        }
        for (String group : before) {
            if (!after.contains(group)) {
                TreeSet<NodeId> members = membersOf.get(group);
                if (members != null && members.remove(node) && members.isEmpty()) {
                    membersOf.remove(group);
                }
                out.trace(new TraceEvent(TraceEvent.Kind.GROUP_LEFT, node, group));
            }
        }
        for (String group : after) {
            if (!before.contains(group)) {
                membersOf.computeIfAbsent(group, name -> new TreeSet<>()).add(node);
                out.trace(new TraceEvent(TraceEvent.Kind.GROUP_JOINED, node, group));
            }
        }
        if (after.isEmpty()) {
            groupsOf.remove(node);
        } else {
            groupsOf.put(node, after);
        }
    }

    /** The groups that a node says it is in and may be: mostly the very list that it announces. */
    private List<String> allowed(NodeId node) {
        List<String> said = lsdb.recordOf(node).map(NodeRecord::groups).orElse(List.of());
        Predicate<String> mayBe = group -> guard.isInGroup(node, group);
        return said.stream().allMatch(mayBe)
                ? said
                : said.stream().filter(mayBe).toList();
    }

    private List<String> announced() {
        return joined.stream().filter(group -> !group.isEmpty()).toList();
    }

    // ------------------------------------------------------------------ inputs

    void send(GroupSend send, long nowNanos) {
        sender.send(seals.isActive() ? send.sealed() : send, nowNanos);
    }

    void handleTree(NodeId neighbor, TreeFrame frame, long nowNanos) {
        forwarder.handle(neighbor, frame, nowNanos);
    }

    /** Frames that have come by datagram are handled as though they had come over the link of who sent it. */
    void handleCast(ByteView datagram, long nowNanos) {
        Segment.Heard heard = segment.handle(datagram, nowNanos);
        heard.frames().forEach(frame -> handleTree(heard.neighbor(), frame, nowNanos));
    }

    void handleAck(GroupAck ack, Arrival arrival, long nowNanos) {
        if (ack.origin().equals(self)) {
            if (seals.isActive() && arrival.origin().equals(NodeId.ZERO)) {
                sender.handleOpenAck(ack, nowNanos);
            } else {
                sender.handleAck(ack, seals.isActive() ? arrival.origin() : NodeId.ZERO, nowNanos);
            }
        } else if (!seals.isImposture(arrival.neighbor(), arrival)) {
            // Answers are gathered from neighbor to neighbor: nobody farther away has one to give here.
            forwarder.handleAck(arrival.neighbor(), ack);
        }
    }

    void handleKey(GroupKey key, Arrival arrival, long nowNanos) {
        if (seals.isActive() && sealing.handleKey(arrival.origin(), key, nowNanos) == GroupSeals.News.KEY) {
            receiver.handleRoom();
        }
    }

    void handleKeyWant(GroupKeyWant want, Arrival arrival) {
        sealing.handleWant(arrival.origin(), want);
    }

    void handleRouteError(RouteError error, long nowNanos) throws MalformedFrame {
        if (error.failedType() == FrameType.GROUP_DATA) {
            TreeForwarder.LostBranch lost = TreeForwarder.LostBranch.decode(error.excerpt());
            sender.handleLostBranch(lost, error.reason(), nowNanos);
        }
    }

    void handleTopologyChange(long nowNanos) {
        sender.handleTopologyChange(nowNanos);
    }

    void handleLinkDown(NodeId neighbor, long nowNanos) {
        forwarder.handleLinkDown(neighbor);
        segment.handleLinkDown(neighbor);
        sender.handleTopologyChange(nowNanos);
    }

    /** The record of a node is another one. */
    void handleRecord(NodeId node, long incarnation, long nowNanos) {
        receiver.handleNodeGone(node, incarnation);
        review(node);
        boolean leaving = lsdb.recordOf(node)
                .filter(record -> record.status() == NodeRecord.Status.LEAVING)
                .isPresent();
        if (leaving && !node.equals(self)) {
            sender.handleNodeGone(node, nowNanos);
        }
    }

    /** The application of this node can take messages that it had no room for. */
    void handleRoom(long nowNanos) {
        receiver.handleRoom();
        sender.handleRoomHere(nowNanos);
    }

    /** The application of this node has detached from a group and takes part again. */
    void handleCaughtUp(String group) {
        receiver.handleCaughtUp(group);
    }

    Segment segment() {
        return segment;
    }

    void handleTime(long nowNanos) {
        segment.handleTime(nowNanos);
        forwarder.handleTime(nowNanos);
        receiver.handleTime(nowNanos);
        sender.handleTime(nowNanos);
        sealing.handleTime(nowNanos);
    }

    long nextDeadlineNanos() {
        long sending = Math.min(forwarder.nextDeadlineNanos(), sender.nextDeadlineNanos());
        long receiving = Math.min(receiver.nextDeadlineNanos(), sealing.nextDeadlineNanos());
        return Math.min(Math.min(sending, receiving), segment.nextDeadlineNanos());
    }

    void flush(long nowNanos) {
        sender.flush(nowNanos);
        receiver.flush();
        forwarder.flush();
        segment.flush(now.getAsLong());
    }

    /** This node is about to say good-bye: first it says what it owes, of its own and of those behind it. */
    void handOver(long nowNanos) {
        forwarder.handOver();
        flush(nowNanos);
    }

    void close(long nowNanos) {
        sender.close(nowNanos);
    }

    // ------------------------------------------------------------------ between the machines

    @Override
    public TreeForwarder.Reply take(TreeFrame frame) {
        WireReader in = new WireReader(frame.body());
        long nowNanos = now.getAsLong();
        if (guard.isAwaited(frame.header().origin().node(), nowNanos)) {
            return TreeForwarder.Reply.of(Verdict.ABSENT);
        }
        try {
            return frame.type() == FrameType.GROUP_DATA
                    ? receiver.handleData(frame.header(), GroupData.decode(in), nowNanos)
                    : receiver.handleAdvance(frame.header(), GroupAdvance.decode(in), nowNanos);
        } catch (MalformedFrame malformed) {
            // The neighbor only passed it on: its link is not to blame.
            out.trace(new TraceEvent(
                    TraceEvent.Kind.MALFORMED,
                    frame.header().origin().node(),
                    frame.type() + ": " + malformed.getMessage()));
            // Where nodes seal, what its origin has sent may still come.
            return TreeForwarder.Reply.of(seals.isActive() ? Verdict.ABSENT : Verdict.refused(Outcome.Reason.LIMIT));
        }
    }

    @Override
    public LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
        return frame instanceof TreeFrame tree && rides(neighbor, tree)
                ? LinkQueue.Taken.QUEUED
                : links.send(neighbor, frame, urgency, now.getAsLong());
    }

    @Override
    public void send(NodeId neighbor, TreeFrame frame, Attempt attempt) {
        if (attempt == Attempt.REPAIR || !rides(neighbor, frame)) {
            links.send(neighbor, frame, TreeForwarder.urgencyOf(frame), now.getAsLong());
        }
    }

    /** Datagrams know nothing of rates, so where there are some all goes over links. */
    private boolean rides(NodeId neighbor, TreeFrame frame) {
        return frame.type() == FrameType.GROUP_DATA
                && !links.isPaced(neighbor)
                && segment.offer(neighbor, frame, now.getAsLong()) == Segment.Way.DATAGRAM;
    }

    private final class SegmentOutput implements Segment.Output {
        @Override
        public void cast(ByteView datagram) {
            out.cast(datagram);
        }

        @Override
        public void send(NodeId neighbor, TreeFrame frame) {
            links.send(neighbor, frame, TreeForwarder.urgencyOf(frame), now.getAsLong());
        }

        @Override
        public void tell(NodeId neighbor, CastHeard heard) {
            links.send(neighbor, heard, LinkQueue.Urgency.CONTROL, now.getAsLong());
        }

        @Override
        public boolean isUp(NodeId neighbor) {
            return links.isUp(neighbor);
        }

        @Override
        public long incarnationOf(NodeId node) {
            return lsdb.incarnationOf(node);
        }
    }

    @Override
    public boolean isUp(NodeId neighbor) {
        return links.isUp(neighbor);
    }

    @Override
    public void sendTo(NodeId origin, Frame frame) {
        router.path(origin, Paths.Choice.PRIMARY).ifPresent(path -> post.transmit(path, 0, frame));
    }

    @Override
    public void answer(NodeId origin, GroupAck ack) {
        if (ack.isVouchedFor()) {
            router.path(origin, Paths.Choice.PRIMARY).ifPresent(path -> post.transmitOpenly(path, ack));
        } else {
            sendTo(origin, ack);
        }
    }

    @Override
    public long incarnationOf(NodeId node) {
        return lsdb.incarnationOf(node);
    }

    @Override
    public Verdict deliverHere(GroupHeading heading, ByteView parcel, long missedCount) {
        // What is delivered is the application's own; this is still on its way to others.
        ByteView own = heading.name().isSealed() ? parcel : ByteView.of(parcel.toByteArray());
        return deliver(new GroupReceiver.Delivery(heading, own, 0, missedCount));
    }

    @Override
    public ByteView seal(GroupHeading heading, SortedSet<NodeId> members, ByteView parcel) {
        return sealing.seal(heading, members, parcel, now.getAsLong());
    }

    /** What is sealed is opened first, and what is not is not taken where it ought to be. */
    @Override
    public Verdict deliver(GroupReceiver.Delivery delivery) {
        if (!delivery.name().isSealed()) {
            if (seals.isToRefuse(delivery.from())) {
                return Verdict.refused(Outcome.Reason.NOT_SEALED);
            }
            return deliverPlain(delivery, delivery.from().equals(self) ? Secrecy.SEALED : Secrecy.BY_POLICY);
        }
        if (!seals.isActive()) {
            return Verdict.HELD;
        }
        GroupSeals.Opened opened = sealing.open(delivery.heading(), delivery.payload(), now.getAsLong());
        return switch (opened.finding()) {
            case AUTHENTIC -> {
                Verdict verdict = deliverPlain(delivery.unsealed(opened.payload()), Secrecy.SEALED);
                if (verdict.kind() == Verdict.Kind.DELIVERED) {
                    sealing.delivered(opened);
                }
                yield verdict;
            }
            case AWAITED -> Verdict.HELD;
            case FORGED -> Verdict.ABSENT;
            case UNVOUCHED -> {
                out.trace(new TraceEvent(
                        TraceEvent.Kind.MALFORMED,
                        delivery.from(),
                        "a message for many that another member has made in its name"));
                yield Verdict.ABSENT;
            }
            // It was delivered before its flow was forgotten.
            case REPLAYED -> Verdict.ABSENT;
        };
    }

    /** @param secrecy of how it has come, or sealed where it never left this node */
    private Verdict deliverPlain(GroupReceiver.Delivery delivery, Secrecy secrecy) {
        try {
            return deliver(delivery, Parcel.decode(delivery.payload()), secrecy);
        } catch (MalformedFrame malformed) {
            out.trace(new TraceEvent(TraceEvent.Kind.MALFORMED, delivery.from(), "parcel: " + malformed.getMessage()));
            return Verdict.refused(Outcome.Reason.LIMIT);
        }
    }

    private Verdict deliver(GroupReceiver.Delivery delivery, List<ByteView> messages, Secrecy secrecy) {
        GroupName name = delivery.name();
        boolean isMember =
                name.scope() == GroupName.Scope.LIST || name.group().isEmpty() || joined.contains(name.group());
        if (!isMember) {
            return Verdict.refused(Outcome.Reason.NO_ENDPOINT);
        }
        if (!isPermitted(delivery.from(), name)) {
            return Verdict.refused(Outcome.Reason.NOT_PERMITTED);
        }
        if (!name.endpoint().isEmpty()) {
            return deliverToEndpoint(delivery, messages, secrecy);
        }
        if (name.scope() == GroupName.Scope.LIST || !joined.contains(name.group())) {
            return Verdict.refused(Outcome.Reason.NO_ENDPOINT);
        }
        GroupArrival arrival = new GroupArrival(
                delivery.from(), name.group(), messages, delivery.hops(), delivery.missedCount(), secrecy);
        return switch (out.deliverToGroup(arrival)) {
            case TAKEN -> Verdict.DELIVERED;
            case LATER -> name.noRoom();
            case DETACHED -> Verdict.refused(Outcome.Reason.DETACHED);
            case NOT_SEALED -> Verdict.refused(Outcome.Reason.NOT_SEALED);
            case NO_MEMBER -> Verdict.refused(Outcome.Reason.NO_ENDPOINT);
        };
    }

    /** Who sends to a group must be allowed to be in it, and to send to the endpoint that is named. */
    private boolean isPermitted(NodeId from, GroupName name) {
        return (name.scope() == GroupName.Scope.LIST || guard.permits(from, Right.JOIN, name.group()))
                && (name.endpoint().isEmpty() || guard.permits(from, Right.SEND, name.endpoint()));
    }

    /** Messages for many come to endpoints that take messages from anybody, in whatever order their flow promises. */
    private Verdict deliverToEndpoint(GroupReceiver.Delivery delivery, List<ByteView> messages, Secrecy secrecy) {
        String endpoint = delivery.name().endpoint();
        SocketKind kind = delivery.name().kind() == SocketKind.DGRAM ? SocketKind.DGRAM : SocketKind.RDM;
        Acceptance acceptance = endpoints.check(endpoint, kind, secrecy);
        if (acceptance != Acceptance.TAKEN) {
            return Verdict.refused(acceptance.reason());
        }
        ReceiveBuffer buffer = endpoints.buffer(endpoint);
        if (!buffer.hasRoom()) {
            return delivery.name().noRoom();
        }
        for (ByteView message : messages) {
            buffer.take(ReceiveBuffer.charge(message));
        }
        endpoints.deliver(endpoint, kind, secrecy, delivery.from(), messages, delivery.hops());
        return Verdict.DELIVERED;
    }

    @Override
    public long floorOf(long flow, NodeId member) {
        return sender.floorOf(flow, member);
    }

    @Override
    public boolean isToRefuse(NodeId origin) {
        return seals.isToRefuse(origin);
    }

    @Override
    public long floorOf(NodeId origin, long incarnation, long flow, long key) {
        return sealing.floorOf(origin, incarnation, flow, key);
    }

    @Override
    public void want(NodeId origin, long incarnation, long key) {
        sealing.want(origin, incarnation, key, now.getAsLong());
    }

    @Override
    public boolean isVouching() {
        return seals.isActive();
    }

    @Override
    public OptionalLong code(NodeId origin, long incarnation, long key, ByteView statement) {
        return sealing.code(origin, incarnation, key, statement);
    }

    @Override
    public OptionalLong codeOf(NodeId member, long key, ByteView statement) {
        return sealing.codeOf(member, key, statement);
    }

    @Override
    public void doubted(NodeId speaker) {
        out.trace(new TraceEvent(
                TraceEvent.Kind.MALFORMED, speaker, "answers for many that their members do not vouch for"));
    }

    @Override
    public void settled(long ticket, NodeId member, Outcome outcome) {
        out.settledFor(ticket, member, outcome);
    }

    @Override
    public void ended(long ticket) {
        out.groupSettled(ticket);
    }

    // ------------------------------------------------------------------ questions

    void audit() {
        sender.audit();
        receiver.audit();
        sealing.audit();
        Check.that(
                forwarder.gatheringCount() <= TreeForwarder.GATHERINGS_MAX,
                "%d transmissions are gathered",
                forwarder.gatheringCount());
    }

    GroupSender sender() {
        return sender;
    }

    void count(TreeMap<String, Long> counters) {
        counters.put("group.addressed", sender.addressedCount());
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            counters.put("group." + kind.name().toLowerCase(java.util.Locale.ROOT), sender.outcomes(kind));
        }
        counters.put("group.copies", sender.copyCount());
        counters.put("group.doubted-answers", sender.doubtedCount());
        counters.put("group.forwarded", forwarder.forwardedCount());
        counters.put("group.gathering", (long) forwarder.gatheringCount());
        counters.put("group.held-bytes", receiver.heldBytes());
        counters.put("group.inbound", (long) receiver.flowCount());
        counters.put("group.outbound", (long) sender.flowCount());
        counters.put("group.put-back-bytes", sender.putBackBytes());
        counters.put("group.queued-bytes", sender.queuedBytes());
        counters.put("group.refused-branches", forwarder.refusedCount());
        counters.put("group.strays", forwarder.strayCount());
        segment.count(counters);
        sealing.count(counters);
    }
}
