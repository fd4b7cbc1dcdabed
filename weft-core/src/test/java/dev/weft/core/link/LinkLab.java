package dev.weft.core.link;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.authority.Notary;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Nodes with their links over fake carriers, on a clock of its own. */
final class LinkLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    /** What carriers do to frames. */
    record Weather(int lossPerMillion, int duplicationPerMillion, long delayMinNanos, long delayMaxNanos) {
        static final Weather FAIR = new Weather(0, 0, MILLI, MILLI);
    }

    final Prng prng;
    Weather weather = Weather.FAIR;
    /** Who sits on the way and may change what passes. */
    UnaryOperator<Frame> meddler = frame -> frame;

    long nowNanos;

    private record Arrival(long atNanos, long order, End end, ByteView bytes) {}

    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private final List<End> ends = new ArrayList<>();
    private long order;

    LinkLab(long seed) {
        prng = new Prng(seed);
    }

    /** A process. */
    static final class Node {
        final LocalNode self;
        LinkConfig config = LinkConfig.LAN;
        LinkTable table = new LinkTable(LinkTable.LINKS_MAX_DEFAULT);
        Optional<Close> veto = Optional.empty();
        Spreading spreading = new Spreading(0, Push.EAGER);
        long dialCount;
        /** Until then it neither reads nor keeps time. */
        long pausedUntilNanos;

        Node(LocalNode self) {
            this.self = self;
        }
    }

    /** One end of a connection, with all that its link reported. */
    static final class End implements Link.Output {
        final LinkLab lab;
        final Node node;
        final Link link;

        @Nullable
        End other;

        boolean cut;
        final List<Frame> sent = new ArrayList<>();
        final List<String> closed = new ArrayList<>();
        final List<Interest> interests = new ArrayList<>();
        final List<Spreading> heard = new ArrayList<>();
        final List<Long> rtts = new ArrayList<>();
        long upAtNanos = -1;
        long closedAtNanos = -1;

        End(LinkLab lab, Node node, Connection connection) {
            this.lab = lab;
            this.node = node;
            link = new Link(
                    node.config,
                    node.self,
                    List.of(Locator.parse("tcp/" + node.self.name() + ":1")),
                    connection,
                    (link, theirs, nowNanos) -> node.veto.or(() -> node.table.refuse(link, theirs, nowNanos)),
                    () -> node.spreading,
                    this);
        }

        @Override
        public void send(Frame frame) {
            sent.add(frame);
            lab.carry(this, frame);
        }

        @Override
        public void up(LinkTerms terms) {
            Check.that(upAtNanos < 0, "up twice");
            upAtNanos = lab.nowNanos;
            node.table.up(link);
        }

        @Override
        public void closed(CloseReason reason, String text, Link.Side side) {
            closed.add(reason + "|" + text + "|" + side);
            closedAtNanos = lab.nowNanos;
            node.table.remove(link);
        }

        @Override
        public void interest(Interest theirs) {
            interests.add(theirs);
        }

        @Override
        public void spreading(Spreading theirs) {
            heard.add(theirs);
        }

        @Override
        public void rtt(long smoothedNanos) {
            rtts.add(smoothedNanos);
        }

        long sentCount(FrameType type) {
            return sent.stream().filter(frame -> frame.type() == type).count();
        }

        void handle(ByteView bytes) {
            long nowNanos = lab.nowNanos;
            WireReader in = new WireReader(bytes);
            try {
                switch (FrameType.decode(in)) {
                    case HELLO -> link.handleHello(Hello.decode(in), nowNanos);
                    case ACCEPT -> link.handleAccept(Accept.decode(in), nowNanos);
                    case CLOSE -> link.handleClose(Close.decode(in));
                    case PING -> link.handlePing(Ping.decode(in), nowNanos);
                    case PONG -> link.handlePong(Pong.decode(in), nowNanos);
                    default -> link.handleTraffic(nowNanos);
                }
            } catch (MalformedFrame e) {
                link.handleMalformed(e);
            }
        }
    }

    /** Numbers under 100; the node id grows with the number. */
    static LocalNode local(int number) {
        return local(
                "demo",
                new NodeId(number, 0x8000000000000000L),
                number * 1_000L + 1,
                1,
                "n" + number,
                ByteView.of(new byte[16]),
                0,
                VersionRange.OURS,
                number * 1_000_000_007L);
    }

    /** A node that demands nothing of its links. */
    static LocalNode local(
            String mesh,
            NodeId node,
            long instance,
            long incarnation,
            String name,
            ByteView hostId,
            long capabilities,
            VersionRange versions,
            long clockZeroNanos) {
        return local(
                mesh, node, instance, incarnation, name, hostId, capabilities, versions, clockZeroNanos, Security.OPEN);
    }

    /** A node of a mesh without an authority. */
    static LocalNode local(
            String mesh,
            NodeId node,
            long instance,
            long incarnation,
            String name,
            ByteView hostId,
            long capabilities,
            VersionRange versions,
            long clockZeroNanos,
            Security security) {
        return new LocalNode(
                mesh,
                node,
                instance,
                incarnation,
                name,
                hostId,
                capabilities,
                versions,
                clockZeroNanos,
                security,
                new Register(mesh, node, Notary.NONE));
    }

    static Node node(int number) {
        return new Node(local(number));
    }

    /** Opens a connection and starts both ends of it. The first of the two is the one that dialled. */
    List<End> dial(Node from, Node to) {
        List<End> pair = connect(from, to);
        pair.forEach(end -> end.link.start(nowNanos));
        return pair;
    }

    List<End> connect(Node from, Node to) {
        return connect(from, to, Assurance.PLAIN, Assurance.PLAIN);
    }

    /** What the end that dialled is told of the other, and the other way round. */
    List<End> connect(Node from, Node to, Assurance ofAccepted, Assurance ofDialled) {
        from.dialCount++;
        Connection dial = Connection.dialled(from.dialCount, Locator.parse("tcp/there:1"));
        End dialled = new End(this, from, dial.with(ofAccepted));
        End accepted = new End(this, to, Connection.accepted().with(ofDialled));
        dialled.other = accepted;
        accepted.other = dialled;
        ends.add(dialled);
        ends.add(accepted);
        return List.of(dialled, accepted);
    }

    void carry(End from, Frame said) {
        Frame frame = meddler.apply(said);
        int copies = prng.chance(weather.duplicationPerMillion) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (!from.cut && !prng.chance(weather.lossPerMillion)) {
                long atNanos = nowNanos + prng.between(weather.delayMinNanos, weather.delayMaxNanos);
                inject(atNanos, Objects.requireNonNull(from.other), frame.encode());
            }
        }
    }

    void inject(long atNanos, End to, ByteView bytes) {
        arrivals.add(new Arrival(atNanos, order++, to, bytes));
    }

    void runFor(long nanos) {
        runUntil(nowNanos + nanos);
    }

    /** Timers before arrivals of the same moment: the harder order. */
    void runUntil(long endNanos) {
        TreeMap<Long, Integer> turnsAtNanos = new TreeMap<>();
        while (true) {
            End dueEnd = null;
            long dueNanos = Long.MAX_VALUE;
            for (End end : ends) {
                long atNanos = end.link.phase() == Link.Phase.NEW
                        ? Long.MAX_VALUE
                        : Math.max(end.link.nextDeadlineNanos(), end.node.pausedUntilNanos);
                if (atNanos < dueNanos) {
                    dueNanos = atNanos;
                    dueEnd = end;
                }
            }
            Arrival arrival = arrivals.peek();
            if (arrival != null && arrival.end.node.pausedUntilNanos > Math.max(arrival.atNanos, nowNanos)) {
                // Waits in the buffer of the process that stands still.
                arrivals.remove();
                arrivals.add(new Arrival(arrival.end.node.pausedUntilNanos, arrival.order, arrival.end, arrival.bytes));
                continue;
            }
            long nextNanos = Math.min(dueNanos, arrival == null ? Long.MAX_VALUE : arrival.atNanos);
            if (nextNanos > endNanos) {
                nowNanos = endNanos;
                return;
            }
            nowNanos = Math.max(nowNanos, nextNanos);
            Check.that(turnsAtNanos.merge(nowNanos, 1, Integer::sum) < 1_000, "time stands still at " + nowNanos);
            turnsAtNanos.headMap(nowNanos).clear();
            if (dueEnd != null && dueNanos <= nextNanos) {
                dueEnd.link.handleTime(nowNanos);
            } else {
                arrivals.remove();
                Objects.requireNonNull(arrival).end.handle(arrival.bytes);
            }
        }
    }
}
