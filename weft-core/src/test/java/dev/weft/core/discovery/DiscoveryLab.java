package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Nodes on one network that carries datagrams to all at once, on a clock of its own. */
final class DiscoveryLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final long MESH = 0x1234L;

    final List<Node> nodes = new ArrayList<>();
    long nowNanos;
    private final long seed;

    DiscoveryLab(long seed) {
        this.seed = seed;
    }

    /** What a node has said, to all or to one. */
    record Said(long atNanos, Optional<String> to, Beacon beacon, int bytes) {}

    /** One process with all that it reported. */
    final class Node implements Discovery.Output {
        final NodeId id;
        final Discovery discovery;
        final List<Said> said = new ArrayList<>();
        final List<String> events = new ArrayList<>();
        final List<Locator> dialled = new ArrayList<>();
        final List<Peers> news = new ArrayList<>();
        final List<Long> cancelled = new ArrayList<>();
        /** Neither hears nor says anything, nor keeps time. */
        boolean dead;

        Node(int number, long meshHash, DiscoveryConfig config) {
            id = id(number);
            discovery = new Discovery(new Discovery.Self(id, 1, meshHash), config, new Prng(seed).fork(number), this);
        }

        String source() {
            return "10.0.0." + id.high();
        }

        @Override
        public void dial(long number, Locator locator, Optional<NodeId> expected) {
            dialled.add(locator);
        }

        @Override
        public void cancel(long number) {
            cancelled.add(number);
        }

        @Override
        public void beacon(ByteView datagram) {
            said.add(new Said(nowNanos, Optional.empty(), decode(datagram), datagram.length()));
            for (Node other : nodes) {
                if (!other.dead && !dead) {
                    deliveries.add(() -> other.discovery.handleBeacon(datagram, source(), nowNanos));
                }
            }
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            said.add(new Said(nowNanos, Optional.of(source), decode(datagram), datagram.length()));
            for (Node other : nodes) {
                if (other.source().equals(source) && !other.dead && !dead) {
                    deliveries.add(() -> other.discovery.handleBeacon(datagram, source(), nowNanos));
                }
            }
        }

        @Override
        public void discovered(NodeId node, String how) {
            events.add("+" + node.high() + " " + how);
        }

        @Override
        public void forgotten(NodeId node, String why) {
            events.add("-" + node.high() + " " + why);
        }

        void start() {
            discovery.start(List.of(at((int) id.high())), nowNanos);
            settle();
        }

        void hear(Beacon beacon, String source) {
            discovery.handleBeacon(beacon.encode(Beacon.BYTES_MAX), source, nowNanos);
        }

        /** One that anybody may have sent. */
        void hearOpen(Beacon beacon, String source) {
            discovery.handleOpenBeacon(beacon.encode(Beacon.BYTES_MAX), source, nowNanos);
        }

        List<Said> said(Beacon.Kind kind) {
            return said.stream().filter(one -> one.beacon.kind() == kind).toList();
        }

        boolean knows(Node other) {
            return discovery.nodes().contains(other.id);
        }
    }

    private final List<Runnable> deliveries = new ArrayList<>();

    /** No machine may be called back while it speaks. */
    void settle() {
        while (!deliveries.isEmpty()) {
            deliveries.remove(0).run();
        }
    }

    static NodeId id(int number) {
        return new NodeId(number, 1);
    }

    static Locator at(int number) {
        return Locator.parse("tcp/10.0.0." + number + ":7400");
    }

    static Beacon beacon(Beacon.Kind kind, NodeId node, NodeId... asked) {
        return new Beacon(kind, MESH, node, 1, 0, 600, List.of(at(1)), List.of(asked));
    }

    static Beacon decode(ByteView datagram) {
        try {
            return Beacon.decode(datagram);
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    Node add() {
        return add(MESH, DiscoveryConfig.DEFAULT);
    }

    Node add(long meshHash, DiscoveryConfig config) {
        Node node = new Node(nodes.size() + 1, meshHash, config);
        nodes.add(node);
        return node;
    }

    /** So many nodes that know each other. */
    List<Node> network(int count) {
        for (int i = 0; i < count; i++) {
            add().start();
            runFor(6 * SECOND);
        }
        return nodes;
    }

    void runFor(long nanos) {
        runUntil(nowNanos + nanos);
    }

    void runUntil(long endNanos) {
        settle();
        while (true) {
            Node due = null;
            long nextNanos = Long.MAX_VALUE;
            for (Node node : nodes) {
                if (!node.dead && node.discovery.nextDeadlineNanos() < nextNanos) {
                    nextNanos = node.discovery.nextDeadlineNanos();
                    due = node;
                }
            }
            if (due == null || nextNanos > endNanos) {
                nowNanos = endNanos;
                return;
            }
            nowNanos = Math.max(nowNanos, nextNanos);
            due.discovery.handleTime(nowNanos);
            due.discovery.takeNews(announced -> false, nowNanos).ifPresent(due.news::add);
            settle();
        }
    }
}
