package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One origin and one destination, two ways between them, on a clock of its own. */
final class FlowLab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    static final NodeId ORIGIN = new NodeId(1, 1);
    static final NodeId DESTINATION = new NodeId(2, 2);
    private static final NodeId NORTH = new NodeId(3, 3);
    private static final NodeId SOUTH = new NodeId(4, 4);
    static final Path PRIMARY = new Path(List.of(ORIGIN, NORTH, DESTINATION), RouteHeader.along(1));
    static final Path ALTERNATE = new Path(List.of(ORIGIN, SOUTH, DESTINATION), RouteHeader.along(2));

    /** What one way does to frames. */
    static final class Way {
        int lossPerMillion;
        /** Beyond that, of what the destination says. */
        int answerLossPerMillion;

        int duplicationPerMillion;
        long delayMinNanos = MILLI;
        long delayMaxNanos = MILLI;
        /** Frames of data that were put on this way. */
        final List<Data> carried = new ArrayList<>();
    }

    private record Landing(long atNanos, long order, boolean atDestination, RoutedFrame frame, NodeId neighbor) {}

    final Prng prng;
    final FlowConfig config;
    final Way primary = new Way();
    final Way alternate = new Way();
    final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
    final List<ByteView> received = new ArrayList<>();
    final List<Ack> acks = new ArrayList<>();
    Acceptance endpointIs = Acceptance.TAKEN;
    Function<ByteView, Acceptance> application = payload -> Acceptance.TAKEN;
    /** What the application has not taken yet stays in here. */
    ReceiveBuffer buffer = new ReceiveBuffer(16 << 20);

    /** Whether the application takes messages as they come. */
    boolean takesAtOnce = true;

    long untakenBytes;
    final List<String> said = new ArrayList<>();
    Manner manner = Manner.DEFAULT;
    boolean hasPrimary = true;
    boolean hasAlternate = true;
    long destinationLife = 1;
    long nowNanos;
    Sender sender;

    @Nullable
    Receiver receiver;

    private final PriorityQueue<Landing> landings = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private long order;
    private long nextTicket = 1;

    FlowLab(long seed) {
        this(seed, FlowConfig.DEFAULT);
    }

    FlowLab(long seed, FlowConfig config) {
        this.prng = new Prng(seed);
        this.config = config;
        this.sender = new Sender(ORIGIN, 7, config, new ScriptedPaths(), new SenderOutput());
        startDestination();
    }

    /** Another life of the destination; it remembers nothing. */
    void startDestination() {
        receiver = new Receiver(DESTINATION, destinationLife, config, prng.fork(destinationLife), new ReceiverOutput());
    }

    void stopDestination() {
        receiver = null;
    }

    long send(SocketKind kind, int bytes) {
        return send(kind, bytes, 30 * SECOND);
    }

    long send(SocketKind kind, int bytes, long timeoutNanos) {
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) (nextTicket * 31 + i);
        }
        return send(kind, ByteView.of(payload), timeoutNanos);
    }

    long send(SocketKind kind, ByteView payload, long timeoutNanos) {
        long ticket = gather(kind, payload, timeoutNanos);
        sender.flush(nowNanos);
        return ticket;
    }

    /** As {@link #send}, but the turn goes on; {@link #run} ends it. */
    long gather(SocketKind kind, ByteView payload, long timeoutNanos) {
        long ticket = nextTicket++;
        sender.send(new Send(Claim.of(ticket), DESTINATION, "inbox", kind, manner, payload, timeoutNanos), nowNanos);
        return ticket;
    }

    /** Asks for a connection; returns its flow. */
    long connect(SocketKind kind, long patienceNanos) {
        return sender.connect(DESTINATION, kind, "inbox", manner, patienceNanos, nowNanos);
    }

    long sendOn(long flow, SocketKind kind, ByteView payload, long timeoutNanos) {
        long ticket = nextTicket++;
        sender.sendOn(
                flow, new Send(Claim.of(ticket), DESTINATION, "inbox", kind, manner, payload, timeoutNanos), nowNanos);
        sender.flush(nowNanos);
        return ticket;
    }

    /** A hop says that it could not pass on a frame. */
    void routeError(Data dropped) {
        RoutedFrame frame = RoutedFrame.of(RouteHeader.along(1), dropped);
        RouteError error = RouteError.about(frame, RouteError.Reason.NO_LINK, NORTH);
        try {
            sender.handleRouteError(error, nowNanos);
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    /** The application takes all that has come. */
    void takeAll() {
        buffer.release(untakenBytes);
        untakenBytes = 0;
        Receiver present = receiver;
        if (present != null) {
            present.handleRoom(buffer);
        }
    }

    /** Lets so much time pass, event by event. */
    void run(long nanos) {
        long until = nowNanos + nanos;
        sender.flush(nowNanos);
        while (true) {
            Receiver present = receiver;
            long next = sender.nextDeadlineNanos();
            if (present != null) {
                present.flush(nowNanos);
                next = Math.min(next, present.nextDeadlineNanos());
            }
            Landing landing = landings.peek();
            if (landing != null) {
                next = Math.min(next, landing.atNanos);
            }
            if (next > until) {
                nowNanos = until;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            while (landing != null && landing.atNanos <= nowNanos) {
                landings.remove();
                land(landing);
                landing = landings.peek();
            }
            sender.handleTime(nowNanos);
            if (present != null) {
                present.handleTime(nowNanos);
            }
        }
    }

    /** How many bytes of fragments are under way to the destination. */
    long bytesUnderWay() {
        long bytes = 0;
        for (Landing landing : landings) {
            if (landing.atDestination && landing.frame.type() == FrameType.DATA) {
                bytes += landing.frame.body().length();
            }
        }
        return bytes;
    }

    private void land(Landing landing) {
        try {
            WireReader in = new WireReader(landing.frame.body());
            if (landing.atDestination) {
                Receiver present = receiver;
                if (present == null) {
                    return;
                }
                Arrival arrival = Arrival.over(landing.neighbor, landing.frame.route());
                switch (landing.frame.type()) {
                    case DATA -> present.handleData(Data.decode(in), arrival, nowNanos);
                    case ABORT -> present.handleAbort(Abort.decode(in), arrival);
                    case ADVANCE -> present.handleAdvance(Advance.decode(in), arrival, nowNanos);
                    default -> throw new AssertionError("the origin sent " + landing.frame.type());
                }
            } else {
                switch (landing.frame.type()) {
                    case ACK -> sender.handleAck(Ack.decode(in), nowNanos);
                    case RESET -> sender.handleReset(Reset.decode(in), nowNanos);
                    default -> throw new AssertionError("the destination sent " + landing.frame.type());
                }
            }
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    private void carry(Way way, NodeId neighbor, Frame frame, boolean toDestination) {
        if (frame instanceof Data data) {
            way.carried.add(data);
        }
        if (prng.chance(way.lossPerMillion) || !toDestination && prng.chance(way.answerLossPerMillion)) {
            return;
        }
        int copies = prng.chance(way.duplicationPerMillion) ? 2 : 1;
        RouteHeader travelled = RouteHeader.along(1).forwarded(9);
        for (int i = 0; i < copies; i++) {
            long delay = prng.between(way.delayMinNanos, way.delayMaxNanos);
            landings.add(
                    new Landing(nowNanos + delay, order++, toDestination, RoutedFrame.of(travelled, frame), neighbor));
        }
    }

    private final class ScriptedPaths implements Paths {
        @Override
        public Optional<Path> path(NodeId destination, Routing routing, Choice choice) {
            Optional<Path> first = hasPrimary ? Optional.of(PRIMARY) : Optional.empty();
            Optional<Path> second = hasAlternate ? Optional.of(ALTERNATE) : Optional.empty();
            return choice == Choice.PRIMARY ? first.or(() -> second) : second.or(() -> first);
        }

        @Override
        public boolean isBroken(Path path) {
            return path.equals(PRIMARY) ? !hasPrimary : !hasAlternate;
        }

        @Override
        public long incarnationOf(NodeId node) {
            return destinationLife;
        }
    }

    private final class SenderOutput implements Sender.Output {
        @Override
        public void send(Path path, Manner manner, Frame frame) {
            carry(path.equals(PRIMARY) ? primary : alternate, path.neighbor(), frame, true);
        }

        @Override
        public void settled(Send send, Outcome outcome) {
            Check.that(
                    outcomes.put(send.claim().number(), outcome) == null,
                    "ticket %d ends twice",
                    send.claim().number());
        }

        @Override
        public void opened(long flow, Outcome outcome) {
            said.add("opened " + outcome.kind() + " " + outcome.reason());
        }

        @Override
        public void finished(long flow) {
            said.add("finished");
        }

        @Override
        public void broken(long flow, Outcome.Reason reason) {
            said.add("broken " + reason);
        }

        @Override
        public void refused(long flow, Outcome.Reason reason, int rejectedCount) {
            said.add("refused " + reason + " " + rejectedCount);
        }
    }

    private final class ReceiverOutput implements Receiver.Output {
        @Override
        public void reply(NodeId origin, Arrival lastArrival, Frame frame) {
            if (frame instanceof Ack ack) {
                acks.add(ack);
            }
            carry(lastArrival.neighbor().equals(NORTH) ? primary : alternate, lastArrival.neighbor(), frame, false);
        }

        @Override
        public Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops) {
            Acceptance acceptance = Acceptance.TAKEN;
            for (ByteView payload : messages) {
                acceptance = application.apply(payload);
                if (acceptance == Acceptance.TAKEN) {
                    received.add(payload.compact());
                    untakenBytes += ReceiveBuffer.charge(payload);
                }
            }
            if (takesAtOnce) {
                takeAll();
            }
            return acceptance;
        }

        @Override
        public Acceptance check(FlowLabel flow) {
            return endpointIs;
        }

        @Override
        public ReceiveBuffer buffer(FlowLabel flow) {
            return buffer;
        }

        @Override
        public void ended(FlowLabel flow, Outcome.Reason reason) {
            said.add(reason == Outcome.Reason.NONE ? "ended" : "ended " + reason);
        }

        @Override
        public void broken(FlowLabel flow, Outcome.Reason reason) {
            said.add("input broken " + reason);
        }
    }
}
