package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.TreeForwarder;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.route.DeliveryTrees;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Routes;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Parcel;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** A mesh of nodes that know only groups, on a clock of its own. Node 0 sends. */
final class GroupLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    interface Tampering {
        Frame alter(int from, int to, Frame frame);
    }

    private record Landing(long atNanos, long order, int from, int to, ByteView frame) {}

    /** One node. */
    final class Node implements TreeForwarder.Output, GroupReceiver.Output {
        final int index;
        final List<String> received = new ArrayList<>();
        long missed;
        /** The longest time between two messages since it was last asked for. */
        private long longestGapNanos;

        private long lastReceivedNanos;
        Function<ByteView, Verdict> application = payload -> Verdict.DELIVERED;
        long life = 1;
        /** How often it has asked for floors, and what it has been told, by flow. */
        int wants;

        boolean isToldFloors = true;
        private final TreeMap<Long, Long> told = new TreeMap<>();
        private TreeForwarder forwarder;
        private GroupReceiver receiver;

        private Node(int index) {
            this.index = index;
            forwarder = newForwarder();
            receiver = new GroupReceiver(config, this);
        }

        private TreeForwarder newForwarder() {
            return new TreeForwarder(id(index), life, new LabelsOf(index), this);
        }

        /** Forgets everything and lives anew. */
        void restart() {
            life++;
            forwarder = newForwarder();
            receiver = new GroupReceiver(config, this);
        }

        /** Loses what was gathered of answers. */
        void forgetGatherings() {
            forwarder = newForwarder();
        }

        long takeLongestGapNanos() {
            long longest = Math.max(longestGapNanos, nowNanos - lastReceivedNanos);
            longestGapNanos = 0;
            lastReceivedNanos = nowNanos;
            return longest;
        }

        void room() {
            receiver.handleRoom();
            flush();
        }

        void catchUp() {
            receiver.handleCaughtUp("g");
            flush();
        }

        long forwarded() {
            return forwarder.forwardedCount();
        }

        int gatheringCount() {
            return forwarder.gatheringCount();
        }

        private void handle(int from, ByteView bytes) {
            try {
                WireReader in = new WireReader(bytes);
                FrameType type = FrameType.decode(in);
                if (type.scope() == FrameType.Scope.TREE) {
                    forwarder.handle(id(from), TreeFrame.decode(type, in), nowNanos);
                } else {
                    routed(from, RoutedFrame.decode(type, in));
                }
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
            flush();
        }

        private void routed(int from, RoutedFrame frame) throws MalformedFrame {
            if (!frame.route().isAtEnd()) {
                int next = frame.route().nextLabel() - 1;
                put(index, next, frame.forwarded(1 + from));
                return;
            }
            WireReader in = new WireReader(frame.body());
            switch (frame.type()) {
                case GROUP_ACK -> {
                    GroupAck ack = GroupAck.decode(in);
                    if (ack.origin().equals(id(index))) {
                        acksAtOrigin++;
                        if (from == NOBODY) {
                            sender.handleOpenAck(ack, nowNanos);
                        } else {
                            sender.handleAck(ack, id(from), nowNanos);
                        }
                    } else {
                        forwarder.handleAck(id(from), ack);
                    }
                }
                case ROUTE_ERROR -> {
                    RouteError error = RouteError.decode(in);
                    routeErrors++;
                    known.add(Routes.LinkName.of(error.reporter(), id(error.failedLabel() - 1)));
                    edition++;
                    TreeForwarder.LostBranch lost = TreeForwarder.LostBranch.decode(error.excerpt());
                    sender.handleLostBranch(lost, error.reason(), nowNanos);
                }
                default -> throw new AssertionError(frame.type());
            }
        }

        private void flush() {
            receiver.flush();
            forwarder.flush();
        }

        @Override
        public TreeForwarder.Reply take(TreeFrame frame) {
            try {
                WireReader in = new WireReader(frame.body());
                return frame.type() == FrameType.GROUP_DATA
                        ? receiver.handleData(frame.header(), GroupData.decode(in), nowNanos)
                        : receiver.handleAdvance(frame.header(), GroupAdvance.decode(in), nowNanos);
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
            put(index, GroupLab.index(neighbor), frame);
            return LinkQueue.Taken.QUEUED;
        }

        @Override
        public boolean isUp(NodeId neighbor) {
            return !neighbor.equals(NodeId.ZERO);
        }

        @Override
        public void sendTo(NodeId origin, Frame frame) {
            directAnswers++;
            straightToOrigin(index, frame);
        }

        /** The lab has no unicast routes: what goes straight to the origin arrives there after a while. */
        private void straightToOrigin(int from, Frame frame) {
            land(from, 0, 3 * MILLI, RoutedFrame.of(dev.weft.core.wire.RouteHeader.DIRECT, frame));
        }

        @Override
        public Verdict deliver(GroupReceiver.Delivery delivery) {
            Optional<ByteView> parcel = seal.open(delivery.heading(), delivery.payload());
            if (parcel.isEmpty()) {
                return Verdict.ABSENT;
            }
            List<ByteView> payloads = messagesOf(parcel.get());
            Verdict verdict = application.apply(payloads.get(0));
            if (verdict.equals(Verdict.DELIVERED)) {
                missed += delivery.missedCount();
                longestGapNanos = Math.max(longestGapNanos, nowNanos - lastReceivedNanos);
                lastReceivedNanos = nowNanos;
                for (ByteView payload : payloads) {
                    received.add(payload.length() > 100 ? "large" : payload.utf8());
                }
            }
            return verdict.kind() == Verdict.Kind.HELD ? delivery.name().noRoom() : verdict;
        }

        @Override
        public void answer(NodeId origin, GroupAck ack) {
            if (ack.isVouchedFor()) {
                openAnswers.add(ack);
                straightToOrigin(NOBODY, ack);
            } else {
                sendTo(origin, ack);
            }
        }

        @Override
        public boolean isToRefuse(NodeId origin) {
            return seal == Seal.STAND_IN;
        }

        @Override
        public long floorOf(NodeId origin, long incarnation, long flow, long key) {
            // What comes with the key tells the first of them.
            return key == 0 ? -1 : told.computeIfAbsent(flow, first -> sender.floorOf(flow, id(index)));
        }

        @Override
        public void want(NodeId origin, long incarnation, long key) {
            wants++;
            if (isToldFloors) {
                for (long flow = 1; flow < 8; flow++) {
                    told.merge(flow, sender.floorOf(flow, id(index)), Math::max);
                }
            }
        }

        @Override
        public boolean isVouching() {
            return seal == Seal.STAND_IN;
        }

        @Override
        public OptionalLong code(NodeId origin, long incarnation, long key, ByteView statement) {
            return key == 0 ? OptionalLong.empty() : codeOf(index, key, statement);
        }

        @Override
        public long incarnationOf(NodeId node) {
            return 1;
        }
    }

    /** Whether the mesh seals. */
    enum Seal {
        NONE {
            @Override
            ByteView seal(GroupHeading heading, ByteView parcel) {
                return parcel;
            }

            @Override
            Optional<ByteView> open(GroupHeading heading, ByteView payload) {
                return Optional.of(payload);
            }
        },
        /** What it covers can be read, and altered by nobody unseen. */
        STAND_IN {
            @Override
            ByteView seal(GroupHeading heading, ByteView parcel) {
                ByteView sealed = new WireWriter()
                        .bytes(parcel)
                        .u64(heading.associated(KEY).hash64())
                        .u64(parcel.hash64())
                        .view();
                return new GroupSeal(KEY, ByteView.EMPTY, sealed).encode();
            }

            @Override
            Optional<ByteView> open(GroupHeading heading, ByteView payload) {
                try {
                    ByteView sealed = GroupSeal.decode(payload).sealed();
                    ByteView parcel = sealed.slice(0, sealed.length() - 16);
                    return payload.equals(seal(heading, parcel)) ? Optional.of(parcel) : Optional.empty();
                } catch (MalformedFrame e) {
                    return Optional.empty();
                }
            }
        };

        private static final long KEY = 1;

        abstract ByteView seal(GroupHeading heading, ByteView parcel);

        abstract Optional<ByteView> open(GroupHeading heading, ByteView payload);
    }

    /** What only the origin and a member can make. */
    private static OptionalLong codeOf(int member, long key, ByteView statement) {
        return OptionalLong.of(Prng.mix(Prng.mix(member + 1000 * key) ^ statement.hash64()));
    }

    private final class LabelsOf implements Forwarder.Labels {
        private final int index;

        private LabelsOf(int index) {
            this.index = index;
        }

        @Override
        public Optional<NodeId> neighborOf(int label) {
            return down.contains(Routes.LinkName.of(id(index), id(label - 1)))
                    ? Optional.empty()
                    : Optional.of(id(label - 1));
        }

        @Override
        public int labelOf(NodeId neighbor) {
            return 1 + GroupLab.index(neighbor);
        }
    }

    private final class Ways implements Trees {
        @Override
        public DeliveryTree tree(Collection<NodeId> members, SortedSet<NodeId> forbidden, Paths.Choice choice) {
            DeliveryTrees trees = new DeliveryTrees(graph, id(0), known, forbidden);
            return choice == Paths.Choice.PRIMARY ? trees.to(members) : trees.around(members);
        }

        @Override
        public boolean isUsable(Routes.LinkName link) {
            return !known.contains(link);
        }

        @Override
        public long incarnationOf(NodeId node) {
            return lives.getOrDefault(node, 1L);
        }

        @Override
        public long edition() {
            return edition;
        }
    }

    final Prng prng;
    final GroupConfig config;
    final List<Node> nodes = new ArrayList<>();
    final TreeMap<Long, TreeMap<Integer, Outcome>> outcomes = new TreeMap<>();
    final TreeSet<Long> ended = new TreeSet<>();
    /** Links that swallow everything. */
    final TreeSet<Routes.LinkName> silent = new TreeSet<>();
    /** Links that their ends know to be down. */
    final TreeSet<Routes.LinkName> down = new TreeSet<>();
    /** Links that the origin knows to be down. */
    final TreeSet<Routes.LinkName> known = new TreeSet<>();

    final TreeMap<NodeId, Long> lives = new TreeMap<>();
    WhenFull whenFull = WhenFull.WAIT;
    Seal seal = Seal.NONE;
    /** Who says what is neither sealed nor from a neighbor. */
    private static final int NOBODY = -1;

    /** What a node makes of a frame that it sends to another. */
    Tampering tampering = (from, to, frame) -> frame;

    GroupManner manner = GroupManner.DEFAULT;
    int lossPerMillion;
    int duplicationPerMillion;
    long delayMinNanos = MILLI;
    long delayMaxNanos = MILLI;
    long nowNanos;
    long edition;
    int framesFromOrigin;
    int dataFrames;
    int acksAtOrigin;
    /** Sealed, and what codes vouch for in place of a seal. */
    int directAnswers;

    final List<GroupAck> openAnswers = new ArrayList<>();
    int routeErrors;
    GroupSender sender;
    private boolean together;

    private final LinkGraph graph;
    private final PriorityQueue<Landing> landings = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private long order;
    private long nextTicket = 1;

    /** As usual, but for how many messages may be under way and how many are kept. */
    static GroupConfig config(int windowMessages, int retained) {
        GroupConfig plain = GroupConfig.DEFAULT;
        return new GroupConfig(
                plain.fragmentBytes(),
                windowMessages,
                plain.windowBytes(),
                retained,
                plain.queuedBytesMax(),
                plain.queuedMessagesMax(),
                plain.membersMax(),
                plain.flowsMax(),
                plain.heldBytesMax(),
                plain.putBackBytesMax(),
                plain.retransmission());
    }

    /** As usual, but for how many flows may be open each way. */
    static GroupConfig config(int flows) {
        GroupConfig plain = GroupConfig.DEFAULT;
        return new GroupConfig(
                plain.fragmentBytes(),
                plain.windowMessages(),
                plain.windowBytes(),
                plain.retainedMessages(),
                plain.queuedBytesMax(),
                plain.queuedMessagesMax(),
                plain.membersMax(),
                flows,
                plain.heldBytesMax(),
                plain.putBackBytesMax(),
                plain.retransmission());
    }

    /** Nodes that seal: 1 is the only way from 0 to 2 and 3, and may be a member as they are. */
    static GroupLab sealedBehindOneRelay() {
        return sealedBehindOneRelay(GroupConfig.DEFAULT);
    }

    static GroupLab sealedBehindOneRelay(GroupConfig config) {
        GroupLab lab = new GroupLab(1, config, 4, new int[][] {{0, 1}, {1, 2}, {1, 3}});
        lab.seal = Seal.STAND_IN;
        return lab;
    }

    /** @param links pairs of nodes */
    GroupLab(long seed, GroupConfig config, int count, int[][] links) {
        this.prng = new Prng(seed);
        this.config = config;
        LinkGraph.Builder builder = new LinkGraph.Builder();
        for (int i = 0; i < count; i++) {
            builder.node(id(i));
        }
        for (int[] link : links) {
            builder.advertise(id(link[0]), id(link[1]), 1 + link[1], 10);
            builder.advertise(id(link[1]), id(link[0]), 1 + link[0], 10);
        }
        graph = builder.build();
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i));
        }
        sender = new GroupSender(id(0), 1, config, new Ways(), new SenderOutput());
    }

    private static List<ByteView> messagesOf(ByteView parcel) {
        try {
            return Parcel.decode(parcel);
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    static NodeId id(int index) {
        return new NodeId(7, 1 + index);
    }

    static int index(NodeId node) {
        return (int) node.low() - 1;
    }

    static Routes.LinkName link(int a, int b) {
        return Routes.LinkName.of(id(a), id(b));
    }

    long send(SocketKind kind, String text, long timeoutNanos, int... members) {
        return send(kind, ByteView.utf8(text), timeoutNanos, members);
    }

    long send(SocketKind kind, ByteView payload, long timeoutNanos, int... members) {
        TreeSet<NodeId> to = new TreeSet<>();
        for (int member : members) {
            to.add(id(member));
        }
        long ticket = nextTicket++;
        GroupName name = new GroupName(GroupName.Scope.GROUP, kind, "g", "").withWhenFull(whenFull);
        GroupSend send = new GroupSend(ticket, name, to, payload, manner, timeoutNanos);
        sender.send(seal == Seal.NONE ? send : send.sealed(), nowNanos);
        if (!together) {
            sender.flush(nowNanos);
        }
        return ticket;
    }

    /** All of these sends are of one turn. */
    void inOneTurn(Runnable sends) {
        together = true;
        sends.run();
        together = false;
        sender.flush(nowNanos);
    }

    boolean isOpen(long ticket, int member) {
        return !outcomes.getOrDefault(ticket, new TreeMap<>()).containsKey(member);
    }

    Outcome outcome(long ticket, int member) {
        Outcome outcome = outcomes.getOrDefault(ticket, new TreeMap<>()).get(member);
        if (outcome == null) {
            throw new AssertionError("ticket " + ticket + " has no outcome for " + member);
        }
        return outcome;
    }

    /** What the origin's routing learns. */
    void topologyChanged() {
        edition++;
        sender.handleTopologyChange(nowNanos);
    }

    void run(long nanos) {
        long until = nowNanos + nanos;
        while (true) {
            Landing landing = landings.peek();
            long next = landing == null ? Long.MAX_VALUE : landing.atNanos;
            next = Math.min(next, sender.nextDeadlineNanos());
            for (Node node : nodes) {
                next = Math.min(next, node.forwarder.nextDeadlineNanos());
                next = Math.min(next, node.receiver.nextDeadlineNanos());
            }
            if (next > until) {
                nowNanos = until;
                sender.audit();
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            if (landing != null && landing.atNanos <= nowNanos) {
                landings.remove();
                nodes.get(landing.to).handle(landing.from, landing.frame);
            }
            sender.handleTime(nowNanos);
            for (Node node : nodes) {
                node.forwarder.handleTime(nowNanos);
                node.receiver.handleTime(nowNanos);
                node.receiver.audit();
                node.flush();
            }
        }
    }

    private void put(int from, int to, Frame sent) {
        Frame frame = tampering.alter(from, to, sent);
        boolean isData = frame.type() == FrameType.GROUP_DATA;
        dataFrames += isData ? 1 : 0;
        framesFromOrigin += from == 0 ? 1 : 0;
        if (silent.contains(link(from, to)) || down.contains(link(from, to))) {
            return;
        }
        int copies = prng.chance(lossPerMillion) ? 0 : prng.chance(duplicationPerMillion) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            land(from, to, prng.between(delayMinNanos, delayMaxNanos), frame);
        }
    }

    private void land(int from, int to, long delayNanos, Frame frame) {
        landings.add(new Landing(nowNanos + delayNanos, order++, from, to, frame.encode()));
    }

    private final class SenderOutput implements GroupSender.Output {
        @Override
        public void send(NodeId neighbor, TreeFrame frame, Attempt attempt) {
            put(0, index(neighbor), frame);
        }

        @Override
        public ByteView seal(GroupHeading heading, SortedSet<NodeId> members, ByteView parcel) {
            return seal.seal(heading, parcel);
        }

        @Override
        public OptionalLong codeOf(NodeId member, long key, ByteView statement) {
            return GroupLab.codeOf(index(member), key, statement);
        }

        @Override
        public void doubted(NodeId speaker) {}

        @Override
        public Verdict deliverHere(GroupHeading heading, ByteView payload, long missedCount) {
            return nodes.get(0).deliver(new GroupReceiver.Delivery(heading, payload, 0, missedCount));
        }

        @Override
        public void settled(long ticket, NodeId member, Outcome outcome) {
            Outcome before =
                    outcomes.computeIfAbsent(ticket, number -> new TreeMap<>()).put(index(member), outcome);
            if (before != null) {
                throw new AssertionError("ticket " + ticket + " is settled twice for " + index(member));
            }
        }

        @Override
        public void ended(long ticket) {
            if (!ended.add(ticket)) {
                throw new AssertionError("ticket " + ticket + " ends twice");
            }
        }
    }
}
