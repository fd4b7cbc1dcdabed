package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Nodes that flood to each other over links which lose, repeat, delay and reorder, on a clock of its own. */
final class FloodingLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    private static final long HEARTBEAT_NANOS = SECOND;

    /** What links do to frames. */
    record Weather(int lossPerMillion, int duplicationPerMillion, long delayMinNanos, long delayMaxNanos) {
        static final Weather FAIR = new Weather(0, 0, MILLI, MILLI);
        static final Weather FOUL = new Weather(200_000, 100_000, MILLI, 300 * MILLI);
    }

    /** A frame or a heartbeat on its way; done by the flooding that it arrives at. */
    private record Arrival(long atNanos, long order, Node from, Node to, long linkNumber, Consumer<Node> effect) {}

    final Prng prng;
    final TopologyConfig config;
    final List<Node> nodes = new ArrayList<>();
    Weather weather = Weather.FAIR;
    long nowNanos;
    long framesCount;

    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private long order;
    private long linkCount;
    private long nextHeartbeatNanos = HEARTBEAT_NANOS;

    FloodingLab(long seed, TopologyConfig config) {
        this.prng = new Prng(seed);
        this.config = config;
    }

    /** One process with all that it reported. */
    final class Node implements Flooding.Output {
        final NodeId id;
        final int number;
        final Flooding flooding;
        final TreeMap<Integer, Long> links = new TreeMap<>();
        final List<Frame> sent = new ArrayList<>();
        final List<Long> laterLives = new ArrayList<>();
        final TreeSet<NodeId> changes = new TreeSet<>();
        private final TreeMap<LsaKey, LsaVersion> highest = new TreeMap<>();
        private long checkedHash;

        /** A node that has died or was never started: its links stay, nothing moves over them. */
        boolean dead;

        private Node(int number, long incarnation, TopologyConfig config) {
            this.number = number;
            this.id = id(number);
            this.flooding =
                    new Flooding(id, incarnation, config, prng.fork(incarnation * 1_000 + number), Edition::read, this);
        }

        @Override
        public void send(NodeId neighbor, Frame frame) {
            framesCount++;
            sent.add(frame);
            ByteView bytes = frame.encode();
            carry(this, nodes.get((int) neighbor.high()), to -> to.read(this, bytes));
        }

        @Override
        public void adjacenciesChanged(NodeId origin) {
            changes.add(origin);
        }

        @Override
        public void recordChanged(NodeId origin, Optional<NodeRecord> before) {
            changes.add(origin);
        }

        @Override
        public void sealRecordChanged(NodeId origin) {
            changes.add(origin);
        }

        @Override
        public void laterLifeOfThisNode(long incarnation) {
            laterLives.add(incarnation);
        }

        void say(String word) {
            originate(LsaKind.NODE, content(word), Flooding.Haste.URGENT);
        }

        void sayLinks() {
            List<Adjacencies.Adjacency> present = new ArrayList<>();
            for (int other : links.keySet()) {
                present.add(new Adjacencies.Adjacency(id(other), 1 + other, 1_000));
            }
            originate(LsaKind.ADJACENCY, new Adjacencies(present).encode(), Flooding.Haste.PACED);
        }

        void originate(LsaKind kind, ByteView content, Flooding.Haste haste) {
            flooding.originate(kind, content, haste, nowNanos);
            endTurn();
        }

        void hear(Node from, Flood.Item... items) {
            try {
                flooding.handleFlood(from.id, new Flood(List.of(items)), nowNanos);
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
            endTurn();
        }

        long sentCount(FrameType type) {
            return sent.stream().filter(frame -> frame.type() == type).count();
        }

        /** How many advertisements it has sent, each as often as it was. */
        long advertisementsSent() {
            return sent.stream()
                    .filter(Flood.class::isInstance)
                    .mapToLong(flood -> ((Flood) flood).items().size())
                    .sum();
        }

        /** How many frames and single advertisements it has acknowledged, in however few frames. */
        long acknowledgedCount() {
            return sent.stream()
                    .filter(FloodAck.class::isInstance)
                    .map(FloodAck.class::cast)
                    .mapToLong(ack -> ack.headings().size() + ack.frames().size())
                    .sum();
        }

        String word(Node of) {
            return flooding.lsdb().recordOf(of.id).map(NodeRecord::name).orElse("");
        }

        /** Versions only rise while an advertisement is kept, and also beyond its absence. */
        private void endTurn() {
            flooding.flush(nowNanos);
            if (checkedHash == flooding.lsdb().hash()) {
                return;
            }
            checkedHash = flooding.lsdb().hash();
            for (LsaHeading heading : flooding.lsdb().headings()) {
                LsaVersion before = highest.put(heading.key(), heading.version());
                Check.that(
                        before == null || !before.isNewerThan(heading.version()),
                        "n" + number + " went back from " + before + " to " + heading);
            }
        }

        private void read(Node from, ByteView bytes) {
            try {
                WireReader in = new WireReader(bytes);
                switch (FrameType.decode(in)) {
                    case FLOOD -> flooding.handleFlood(from.id, Flood.decode(in), nowNanos);
                    case FLOOD_ACK -> flooding.handleFloodAck(from.id, FloodAck.decode(in), nowNanos);
                    case FLOOD_WANT -> flooding.handleFloodWant(from.id, FloodWant.decode(in));
                    case DIGEST -> flooding.handleDigest(from.id, Digest.decode(in), nowNanos);
                    default -> throw new AssertionError("flooding sends nothing else");
                }
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
    }

    static NodeId id(int number) {
        return new NodeId(number, 0x8000000000000000L);
    }

    static ByteView content(String word) {
        return NodeRecord.of(word, ByteView.of(new byte[16]), List.of()).encode();
    }

    static Edition edition(Lsa lsa) {
        try {
            return Edition.read(lsa);
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    static Lsa lsa(NodeId origin, long incarnation, long sequence, String word) {
        return Lsa.originate(new LsaKey(origin, LsaKind.NODE), new LsaVersion(incarnation, sequence), content(word));
    }

    Node add() {
        return add(config);
    }

    Node add(TopologyConfig other) {
        Node node = new Node(nodes.size(), 1, other);
        nodes.add(node);
        return node;
    }

    /** Nodes over a random tree and as many more links; all have said who they are. */
    void mesh(int count, int moreLinks) {
        for (int i = 0; i < count; i++) {
            add();
        }
        for (int i = 1; i < count; i++) {
            link(nodes.get(i), nodes.get(prng.below(i)));
        }
        for (int i = 0; i < moreLinks; i++) {
            Node one = nodes.get(prng.below(count));
            Node other = nodes.get(prng.below(count));
            if (one != other && !one.links.containsKey(other.number)) {
                link(one, other);
            }
        }
        for (Node node : nodes) {
            node.say("n" + node.number);
            node.sayLinks();
        }
    }

    void link(Node one, Node other) {
        long number = ++linkCount;
        one.links.put(other.number, number);
        other.links.put(one.number, number);
        for (Node node : List.of(one, other)) {
            node.flooding.handleLinkUp((node == one ? other : one).id, nowNanos);
            node.endTurn();
        }
    }

    void cut(Node one, Node other) {
        one.links.remove(other.number);
        other.links.remove(one.number);
        one.flooding.handleLinkDown(other.id);
        other.flooding.handleLinkDown(one.id);
    }

    /** The process ends and its neighbors notice. */
    void kill(Node node) {
        for (int other : List.copyOf(node.links.keySet())) {
            cut(node, nodes.get(other));
        }
        node.dead = true;
    }

    /** Another life under the same id; nothing is linked yet. */
    Node reincarnate(Node before, long incarnation) {
        kill(before);
        Node after = new Node(before.number, incarnation, config);
        nodes.set(before.number, after);
        return after;
    }

    int linksCount() {
        return nodes.stream().mapToInt(node -> node.links.size()).sum() / 2;
    }

    /** Whether all that live have the same, and the hashes say so too. */
    boolean isEqualEverywhere() {
        List<LsaHeading> first = null;
        long hash = 0;
        for (Node node : nodes) {
            if (node.dead) {
                continue;
            }
            List<LsaHeading> headings = node.flooding.lsdb().headings();
            if (first == null) {
                first = headings;
                hash = node.flooding.lsdb().hash();
            } else if (!first.equals(headings) || hash != node.flooding.lsdb().hash()) {
                return false;
            }
        }
        return true;
    }

    boolean isKnownAnywhere(NodeId origin) {
        return nodes.stream()
                .anyMatch(node -> !node.dead && node.flooding.lsdb().origins().contains(origin));
    }

    boolean isRecordKeptAnywhere(NodeId origin) {
        return nodes.stream()
                .anyMatch(node ->
                        !node.dead && node.flooding.lsdb().recordOf(origin).isPresent());
    }

    private void carry(Node from, Node to, Consumer<Node> effect) {
        Long linkNumber = from.links.get(to.number);
        if (linkNumber == null || from.dead) {
            return;
        }
        int copies = prng.chance(weather.duplicationPerMillion) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (!prng.chance(weather.lossPerMillion)) {
                long atNanos = nowNanos + prng.between(weather.delayMinNanos, weather.delayMaxNanos);
                arrivals.add(new Arrival(atNanos, order++, from, to, linkNumber, effect));
            }
        }
    }

    private void heartbeat() {
        for (Node node : nodes) {
            for (int other : node.links.keySet()) {
                long hash = node.flooding.lsdb().hash();
                Push push = node.flooding.pushFrom(id(other));
                carry(node, nodes.get(other), to -> to.flooding.handleHeartbeat(node.id, hash, push, nowNanos));
            }
        }
        nextHeartbeatNanos = nowNanos + HEARTBEAT_NANOS;
    }

    void runFor(long nanos) {
        runUntil(nowNanos + nanos);
    }

    /** Timers before arrivals of the same moment: the harder order. */
    void runUntil(long endNanos) {
        int turns = 0;
        long before = nowNanos;
        while (true) {
            Node dueNode = null;
            long nextNanos = nextHeartbeatNanos;
            for (Node node : nodes) {
                if (!node.dead && node.flooding.nextDeadlineNanos() < nextNanos) {
                    nextNanos = node.flooding.nextDeadlineNanos();
                    dueNode = node;
                }
            }
            Arrival arrival = arrivals.peek();
            if (arrival != null && arrival.atNanos < nextNanos) {
                nextNanos = arrival.atNanos;
            } else {
                arrival = null;
            }
            if (nextNanos > endNanos) {
                nowNanos = endNanos;
                return;
            }
            nowNanos = Math.max(nowNanos, nextNanos);
            turns = nowNanos == before ? turns + 1 : 0;
            before = nowNanos;
            Check.that(turns < 100_000, "time stands still at %d", nowNanos);
            if (arrival != null) {
                arrivals.remove();
                Long linkNumber = arrival.to.links.get(arrival.from.number);
                if (linkNumber != null && linkNumber == arrival.linkNumber && !arrival.to.dead) {
                    arrival.effect.accept(arrival.to);
                    arrival.to.endTurn();
                }
            } else if (dueNode != null) {
                dueNode.flooding.handleTime(nowNanos);
                dueNode.endTurn();
            } else {
                heartbeat();
            }
        }
    }
}
