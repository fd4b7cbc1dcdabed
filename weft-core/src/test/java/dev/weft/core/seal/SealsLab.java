package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Nodes that hear each other's records at once, and a relay between them that is the test's hand. */
final class SealsLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final NodeId RELAY = new NodeId(99, 1);
    static final RouteHeader WAY = RouteHeader.along(5).withPriority(4);

    final TreeMap<NodeId, Node> nodes = new TreeMap<>();
    private final TreeMap<NodeId, Seals.Published> records = new TreeMap<>();
    private final TreeMap<NodeId, Long> lives = new TreeMap<>();
    long nowNanos;

    /** One node's seals. */
    final class Node implements Seals.Output {
        final NodeId id;
        final long incarnation;
        final FakeSealer sealer;
        final Seals seals;
        /** What has left for the relay. */
        final List<RoutedFrame> sent = new ArrayList<>();

        final List<SealAnswer> answers = new ArrayList<>();
        final List<String> opened = new ArrayList<>();
        final List<NodeId> origins = new ArrayList<>();
        int publishedCount;

        private Node(NodeId id, long incarnation, Sealer.Terms terms) {
            this.id = id;
            this.incarnation = incarnation;
            this.sealer = new FakeSealer(id, incarnation, terms);
            this.seals = new Seals(id, incarnation, sealer, this);
        }

        void send(Node to, String payload) {
            send(to, Data.whole(FlowRef.established(9), sent.size(), 0, ByteView.utf8(payload)));
        }

        void send(Node to, Frame frame) {
            seals.send(to.id, RELAY, WAY, frame, nowNanos);
            seals.audit();
        }

        /** A frame as the relay hands it on. */
        void receive(RoutedFrame frame) {
            RoutedFrame last = new RoutedFrame(
                    frame.type(),
                    frame.route().isAtEnd() ? frame.route() : frame.route().forwarded(7),
                    frame.body());
            Arrival arrival = Arrival.over(RELAY, last.route());
            try {
                seals.open(last, arrival, nowNanos).ifPresent(this::note);
            } catch (MalformedFrame malformed) {
                throw new AssertionError(malformed);
            }
            seals.audit();
        }

        private void note(Seals.Opened one) {
            try {
                Data data = Data.decode(new WireReader(one.frame().body()));
                opened.add(data.payload().utf8());
                origins.add(one.arrival().origin());
            } catch (MalformedFrame other) {
                opened.add(one.frame().type().name());
            }
        }

        /** Does what the sealer was asked for. */
        void work() {
            for (Optional<Sealer.Made> made = sealer.work(); made.isPresent(); made = sealer.work()) {
                seals.handleMade(made.get(), nowNanos).forEach(this::note);
                seals.audit();
            }
        }

        long count(String name) {
            TreeMap<String, Long> counters = new TreeMap<>();
            seals.count(counters);
            return counters.get("seal." + name);
        }

        @Override
        public void transmit(NodeId neighbor, RoutedFrame frame) {
            sent.add(frame);
        }

        @Override
        public void answer(Arrival arrival, SealAnswer answer) {
            answers.add(answer);
        }

        @Override
        public void publish(SealRecord record) {
            publishedCount++;
            announce(id, new Seals.Published(record, incarnation));
        }

        @Override
        public Optional<Seals.Published> recordOf(NodeId node) {
            return Optional.ofNullable(records.get(node));
        }

        @Override
        public long incarnationOf(NodeId node) {
            return lives.getOrDefault(node, 0L);
        }
    }

    void announce(NodeId node, Seals.Published published) {
        records.put(node, published);
        lives.merge(node, published.incarnation(), Math::max);
        for (Node other : nodes.values()) {
            other.seals.handleRecord(node, nowNanos);
        }
    }

    Node node(int number, long incarnation, Sealer.Terms terms) {
        Node node = new Node(new NodeId(number, 1), incarnation, terms);
        nodes.put(node.id, node);
        lives.put(node.id, incarnation);
        node.seals.start(nowNanos);
        return node;
    }

    Node node(int number) {
        Node node = node(number, 1, Sealer.Terms.of(Sealer.Policy.RELAYED));
        node.work();
        return node;
    }

    /** Hands everything on in order until nothing moves any more. */
    void settle() {
        boolean moves = true;
        while (moves) {
            moves = false;
            for (Node node : nodes.values()) {
                node.work();
                List<RoutedFrame> frames = List.copyOf(node.sent);
                List<SealAnswer> answers = List.copyOf(node.answers);
                node.sent.clear();
                node.answers.clear();
                for (Node other : nodes.values()) {
                    if (other != node) {
                        frames.forEach(other::receive);
                        answers.forEach(answer -> other.seals.handleAnswer(answer, nowNanos));
                        other.work();
                    }
                }
                moves |= !frames.isEmpty() || !answers.isEmpty();
            }
        }
    }

    void pass(long nanos) {
        long end = nowNanos + nanos;
        while (nowNanos < end) {
            long next = end;
            for (Node node : nodes.values()) {
                next = Math.min(next, Math.max(nowNanos, node.seals.nextDeadlineNanos()));
            }
            nowNanos = next;
            for (Node node : nodes.values()) {
                node.seals.handleTime(nowNanos);
                node.work();
            }
        }
    }
}
