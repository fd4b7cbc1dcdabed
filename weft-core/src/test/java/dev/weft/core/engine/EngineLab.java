package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Security;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/** Whole engines on one clock, joined by connections that take a millisecond and by beacons that reach all. */
final class EngineLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    final List<Node> nodes = new ArrayList<>();
    long nowNanos;
    private final Prng prng;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private long order;

    EngineLab(long seed) {
        this.prng = new Prng(seed);
    }

    /** How long each copy of a frame is on its way: none where it is lost. */
    interface Network {
        List<Long> copies();
    }

    Network network = () -> List.of(MILLI);

    /** What one link does to a frame besides: so many more nanoseconds on its way, or {@link #LOST}. */
    interface Wire {
        long moreNanos(Node from, Node to, ByteView frame);
    }

    static final long LOST = -1;

    Wire wire = (from, to, frame) -> 0;

    private record Event(long atNanos, long order, Runnable task) {}

    private record Far(Node node, long connection) {}

    /** One process. */
    final class Node implements Unheard {
        final int number;
        final NodeId id;
        final List<TraceEvent> traces = new ArrayList<>();
        final Engine engine;
        private final TreeMap<Long, Far> far = new TreeMap<>();
        boolean dead;
        Connections.Output sockets = new Unheard() {};
        BiConsumer<Long, ByteView> delivered = (endpoint, payload) -> {};
        BiConsumer<Long, Outcome> settled = (ticket, outcome) -> {};
        LongConsumer groupSettled = ticket -> {};
        BiConsumer<NodeId, Outcome> settledFor = (member, outcome) -> {};
        /** What this node has written, with the length before each frame. */
        long bytesWritten;

        int framesWritten;

        /** How often it was awake. */
        int turns;

        /** As its engine said at the end of its last turn. */
        private long deadlineNanos;

        private Node(int number, long incarnation, int host, EngineConfig config) {
            this.number = number;
            this.id = new NodeId(number, 0x8000000000000001L);
            Engine.Self self = new Engine.Self(
                    "lab",
                    id,
                    incarnation * 1_000 + number,
                    incarnation,
                    "n" + number,
                    new WireWriter().u64(host).u64(1).view(),
                    List.of(new Locator("lab", "node:" + number)),
                    0);
            engine = new Engine(config, self, Security.OPEN, prng.fork(incarnation * 1_000 + number), this);
            deadlineNanos = engine.nextDeadlineNanos();
        }

        void start() {
            turn(() -> engine.start(nowNanos));
        }

        /** As a process that ends in good order: it says so, closes its links and is gone. */
        void leave() {
            turn(() -> engine.leave(nowNanos));
            turn(() -> engine.close(nowNanos));
            dead = true;
        }

        /** As a process that is killed: whoever was connected sees the connection break. */
        void crash() {
            dead = true;
            for (Far to : far.values()) {
                later(() -> to.node.lose(to.connection));
            }
        }

        /** Runs an input and sends what comes of it. */
        void turn(Runnable input) {
            if (dead) {
                return;
            }
            turns++;
            input.run();
            if (engine.nextDeadlineNanos() <= nowNanos) {
                engine.handleTime(nowNanos);
            }
            engine.flush(nowNanos);
            for (Long connection : engine.pending()) {
                Far to = far.get(connection);
                for (EncodedFrame encoded = engine.poll(connection);
                        encoded != null;
                        encoded = engine.poll(connection)) {
                    ByteView frame = encoded.whole();
                    ByteView sent = frame;
                    framesWritten++;
                    bytesWritten += WireWriter.varintBytes(frame.length()) + frame.length();
                    long moreNanos = to == null ? LOST : wire.moreNanos(this, to.node, sent);
                    if (to != null && moreNanos != LOST) {
                        for (long delayNanos : network.copies()) {
                            after(
                                    delayNanos + moreNanos,
                                    () -> to.node.turn(
                                            () -> to.node.engine.handleFrame(to.connection, sent, nowNanos)));
                        }
                    }
                }
                if (engine.isToClose(connection)) {
                    engine.forget(connection);
                    far.remove(connection);
                    if (to != null) {
                        later(() -> to.node.lose(to.connection));
                    }
                }
            }
            engine.audit();
            deadlineNanos = engine.nextDeadlineNanos();
        }

        /** Runs an input a little later, for an output may not call back in. */
        void afterTurn(Runnable input) {
            later(() -> turn(input));
        }

        private void lose(long connection) {
            if (far.remove(connection) != null) {
                turn(() -> engine.handleCarrierLost(connection, "the connection broke", nowNanos));
            }
        }

        long count(TraceEvent.Kind kind, NodeId about) {
            return traces.stream()
                    .filter(event -> event.kind() == kind && event.node().equals(about))
                    .count();
        }

        @Override
        public void dial(long connection, Locator locator) {
            int target = Integer.parseInt(locator.address().substring(5));
            later(() -> nodes.get(target).accept(this, connection));
        }

        private void accept(Node from, long theirs) {
            if (dead) {
                later(() -> from.turn(() -> from.engine.handleCarrierLost(theirs, "the connection broke", nowNanos)));
                return;
            }
            turn(() -> {
                long ours = engine.handleAccepted(new Locator("lab", "node:" + from.number), Assurance.PLAIN, nowNanos);
                far.put(ours, new Far(from, theirs));
                from.far.put(theirs, new Far(this, ours));
            });
            later(() -> from.turn(() -> from.engine.handleConnected(theirs, Assurance.PLAIN, nowNanos)));
        }

        @Override
        public void beacon(ByteView datagram) {
            for (Node other : nodes) {
                later(() -> other.turn(() -> other.engine.handleBeacon(datagram, "lab/" + number, nowNanos)));
            }
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            Node other = nodes.get(Integer.parseInt(source.substring(4)));
            later(() -> other.turn(() -> other.engine.handleBeacon(datagram, "lab/" + number, nowNanos)));
        }

        @Override
        public void deliver(long endpoint, Endpoints.Delivery delivery) {
            for (ByteView payload : delivery.payloads()) {
                delivered.accept(endpoint, payload);
            }
        }

        @Override
        public void accepted(long listener, long connection, NodeId from) {
            sockets.accepted(listener, connection, from);
        }

        @Override
        public void connected(long connection, Outcome outcome) {
            sockets.connected(connection, outcome);
        }

        @Override
        public Acceptance received(long connection, ByteView payload) {
            return sockets.received(connection, payload);
        }

        @Override
        public void inputEnded(long connection) {
            sockets.inputEnded(connection);
        }

        @Override
        public void outputFinished(long connection) {
            sockets.outputFinished(connection);
        }

        @Override
        public void outputRefused(long connection, int rejectedCount) {
            sockets.outputRefused(connection, rejectedCount);
        }

        @Override
        public void broken(long connection, Outcome.Reason reason) {
            sockets.broken(connection, reason);
        }

        @Override
        public void settled(Claim claim, Outcome outcome) {
            settled.accept(claim.number(), outcome);
        }

        @Override
        public void settledFor(long ticket, NodeId member, Outcome outcome) {
            settledFor.accept(member, outcome);
        }

        @Override
        public void groupSettled(long ticket) {
            groupSettled.accept(ticket);
        }

        @Override
        public void trace(TraceEvent event) {
            traces.add(event);
        }
    }

    Node add() {
        return add(1, LinkWishes.AUTOMATIC);
    }

    Node add(int host, LinkWishes wishes) {
        Node node = new Node(nodes.size(), 1, host, EngineConfig.DEFAULT.withWishes(wishes));
        nodes.add(node);
        return node;
    }

    Node add(EngineConfig config) {
        Node node = new Node(nodes.size(), 1, 1, config);
        nodes.add(node);
        return node;
    }

    Node again(Node before, EngineConfig config) {
        Node after = new Node(before.number, 2, 1, config);
        nodes.set(before.number, after);
        return after;
    }

    /** The same node, started again. */
    Node again(Node before, long incarnation) {
        Node after = new Node(before.number, incarnation, 1, EngineConfig.DEFAULT);
        nodes.set(before.number, after);
        return after;
    }

    /** So many nodes that have found each other. */
    List<Node> mesh(int count) {
        for (int i = 0; i < count; i++) {
            add().start();
        }
        runFor(5 * SECOND);
        return nodes;
    }

    private void later(Runnable task) {
        after(MILLI, task);
    }

    void after(long delayNanos, Runnable task) {
        events.add(new Event(nowNanos + delayNanos, order++, task));
    }

    void runFor(long nanos) {
        long endNanos = nowNanos + nanos;
        while (true) {
            Node due = null;
            long next = events.isEmpty() ? Long.MAX_VALUE : events.peek().atNanos;
            for (Node node : nodes) {
                if (!node.dead && node.deadlineNanos < next) {
                    next = node.deadlineNanos;
                    due = node;
                }
            }
            if (next > endNanos) {
                nowNanos = endNanos;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            if (due != null) {
                due.turn(() -> {});
            } else {
                events.remove().task.run();
            }
        }
    }
}
