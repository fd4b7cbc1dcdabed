package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongTable;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All flows that begin on this node: finds or opens the flow of each send, and binds a flow to one life of its
 * destination, so that two lives are never spliced into one sequence. Driven by the engine.
 */
public final class Sender {
    /** What the sender wants and reports. May not call back in. */
    public interface Output {
        void send(Path path, Manner manner, Frame frame);

        /** The one and only outcome of a send. */
        void settled(Send send, Outcome outcome);

        /** What became of the wish for a connection; unless delivered, the flow is no more. */
        void opened(long flow, Outcome outcome);

        /** The destination has all that a connected flow will ever carry; the flow is no more. */
        void finished(long flow);

        /** A connected flow cannot go on and is no more. */
        void broken(long flow, Outcome.Reason reason);

        /**
         * The destination takes nothing more of a connected flow, which is no more; what had been taken was delivered,
         * the rest rejected.
         *
         * @param reason CONNECTION_RESET where the application there has closed its end; else nothing is known there
         *     of the connection
         * @param rejectedCount how many messages were not taken
         */
        void refused(long flow, Outcome.Reason reason, int rejectedCount);
    }

    /** How long a flow that has nothing to do is kept. */
    static final long IDLE_NANOS = 600_000_000_000L;

    private static final long SWEEP_NANOS = 60_000_000_000L;

    private static final long CROWDED_NANOS = 100_000_000L;

    private record Conversation(NodeId destination, SocketKind kind, String endpoint, Manner manner) {}

    private final NodeId self;
    private final long incarnation;
    private final FlowConfig config;
    private final Paths paths;
    private final Output out;
    private final OutboundFlow.Output flowOutput = new FlowOutput();

    private final LinkedHashMap<Conversation, OutboundFlow> current = new LinkedHashMap<>();
    private final LongTable<OutboundFlow> flows = new LongTable<>();
    private final DeadlineIndex deadlines = new DeadlineIndex();
    private final Farewells farewells;

    /** Connected flows that turned out broken during this call, with the reason. */
    private final TreeMap<Long, Outcome.Reason> broken = new TreeMap<>();

    /** The flows that were given something in this turn. */
    private final List<OutboundFlow> gathered = new ArrayList<>();
    /** The flow of the latest send, which the next one mostly takes too. */
    private @Nullable OutboundFlow latest;

    private long nextNumber = 1;
    private long sweepNanos = Deadlines.NEVER;
    private long queuedBytes;
    private int queuedMessages;
    private long refusedCount;
    /** Until then there is no use in looking for flows that could make room. */
    private long crowdedUntilNanos;

    public Sender(NodeId self, long incarnation, FlowConfig config, Paths paths, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.config = config;
        this.paths = paths;
        this.out = out;
        this.farewells = new Farewells(this::sayFarewell);
    }

    /** How many sends have no outcome yet. */
    public int inFlight() {
        return queuedMessages;
    }

    /** How many bytes these sends hold. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** Sends that found no room: for a flow more, or on the node. */
    public long refusedCount() {
        return refusedCount;
    }

    public int flowCount() {
        return flows.size();
    }

    public void send(Send send, long nowNanos) {
        if (current.size() >= config.flowsMax() && !admitsFlow(send, nowNanos)) {
            refuse(send, Outcome.Reason.LIMIT);
        } else if (admits(send)) {
            add(flowFor(send, nowNanos), send, nowNanos);
        }
    }

    private void add(OutboundFlow flow, Send send, long nowNanos) {
        if (!flow.gathers()) {
            gathered.add(flow);
        }
        flow.add(send, nowNanos);
    }

    /** Ends a turn: what has been handed over in it leaves, as far as there is room on the way. */
    public void flush(long nowNanos) {
        for (OutboundFlow flow : gathered) {
            if (flows.find(flow.label().number()) == flow) {
                flow.flush(nowNanos);
                touched(flow, nowNanos);
            }
        }
        gathered.clear();
    }

    /** Sends on a connected flow. */
    public void sendOn(long number, Send send, long nowNanos) {
        OutboundFlow flow = flows.find(number);
        if (flow == null) {
            out.settled(send, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.CONNECTION_RESET));
        } else if (admits(send)) {
            add(flow, send, nowNanos);
        }
    }

    /** Whether there may be a flow for it; at the limit those that have nothing to do make room. */
    private boolean admitsFlow(Send send, long nowNanos) {
        if (current.containsKey(new Conversation(send.destination(), send.kind(), send.endpoint(), send.manner()))) {
            return true;
        }
        if (nowNanos >= crowdedUntilNanos) {
            crowdedUntilNanos = nowNanos + CROWDED_NANOS;
            sweep(nowNanos, 0);
        }
        return current.size() < config.flowsMax();
    }

    private void refuse(Send send, Outcome.Reason reason) {
        refusedCount += send.count();
        out.settled(send, Outcome.of(Outcome.Kind.REJECTED, reason));
    }

    /** Counts a send in, or settles it where the node has no room for it. */
    private boolean admits(Send send) {
        int bytes = send.payloadBytes();
        if (bytes > Data.MESSAGE_BYTES_MAX) {
            out.settled(send, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.TOO_LARGE));
            return false;
        }
        if (queuedMessages + send.count() > config.queuedMessagesMax()
                || queuedBytes + bytes > config.queuedBytesMax()) {
            refuse(send, Outcome.Reason.QUEUE_FULL);
            return false;
        }
        queuedMessages += send.count();
        queuedBytes += bytes;
        return true;
    }

    /**
     * Begins a connected flow; {@link Output#opened} tells what became of it. Returns 0 where nothing is known of the
     * destination.
     *
     * @param patienceNanos for how long nothing may be heard of the destination while something is outstanding, the
     *     opening included
     */
    public long connect(
            NodeId destination, SocketKind kind, String endpoint, Manner manner, long patienceNanos, long nowNanos) {
        long life = paths.incarnationOf(destination);
        if (life == 0) {
            return 0;
        }
        FlowLabel label = label(destination, life, kind, manner, endpoint, 0);
        OutboundFlow flow = begin(label, manner, patienceNanos, nowNanos);
        flow.addOpening(nowNanos);
        flow.flush(nowNanos);
        touched(flow, nowNanos);
        return label.number();
    }

    /** Begins the other direction of a connected flow from another node. */
    public long answer(FlowLabel theirs, Manner manner, long patienceNanos, long nowNanos) {
        FlowLabel label = label(
                theirs.origin(), theirs.originIncarnation(), theirs.kind(), manner, theirs.endpoint(), theirs.number());
        return begin(label, manner, patienceNanos, nowNanos).label().number();
    }

    /**
     * Says that nothing more will be sent on a connected flow; {@link Output#finished} when all has arrived.
     *
     * @param reason why not all was taken that came the other way; NONE where it was
     */
    public void finish(long number, Outcome.Reason reason, long nowNanos) {
        OutboundFlow flow = flows.find(number);
        if (flow != null) {
            flow.addEnd(reason, nowNanos);
            flow.flush(nowNanos);
            touched(flow, nowNanos);
        }
    }

    /** Gives a connected flow up, which its destination is told. {@link Output#broken} is not called. */
    public void abort(long number, Outcome.Reason reason, long nowNanos) {
        OutboundFlow flow = flows.find(number);
        if (flow != null) {
            drop(flow, reason);
            farewells.bid(flow, reason, nowNanos);
            farewells.handleTime(nowNanos);
        }
    }

    /** Where a flow leads to. */
    public Optional<NodeId> destinationOf(long number) {
        return Optional.ofNullable(flows.find(number)).map(OutboundFlow::destination);
    }

    public void handleAck(Ack ack, long nowNanos) {
        OutboundFlow flow = ack.originIncarnation() == incarnation ? flows.find(ack.flowNumber()) : null;
        if (flow != null) {
            flow.handleAck(ack, nowNanos);
            touched(flow, nowNanos);
        }
    }

    /**
     * A hop could not pass a frame on. Frames of an established flow name it by a handle that two destinations may
     * have given out alike; the wrong flow then sends one fragment again for nothing, which does no harm.
     */
    public void handleRouteError(RouteError error, long nowNanos) throws MalformedFrame {
        if (error.failedType() != FrameType.DATA) {
            return;
        }
        WireReader in = new WireReader(error.excerpt());
        Data dropped = Data.decodeHead(in);
        for (OutboundFlow flow : named(dropped.flow())) {
            switch (error.reason()) {
                case NO_LINK, LOOP, OTHER -> flow.handleRouteError(dropped.sequence(), nowNanos);
                // Sending again at once would only keep the queue full; the timer does it.
                case QUEUE_FULL -> flow.handleCongested();
            }
            touched(flow, nowNanos);
        }
    }

    public void handleReset(Reset reset, long nowNanos) {
        farewells.handleReset(reset);
        for (OutboundFlow flow : named(reset.flow())) {
            if (!flow.destination().equals(reset.destination())) {
                continue;
            }
            if (flow.label().kind().isConnected()) {
                breakOff(flow, resetReason(flow, reset));
                continue;
            }
            boolean sameLife = flow.label().destinationIncarnation() == reset.incarnation();
            boolean neverOpened = sameLife && flow.handle() == 0;
            renew(
                    flow,
                    neverOpened
                            ? Outcome.Reason.LIMIT
                            : sameLife ? Outcome.Reason.TIMEOUT : Outcome.Reason.DESTINATION_RESTARTED,
                    neverOpened ? OutboundFlow.Certainty.NOTHING_ARRIVED : OutboundFlow.Certainty.MAY_HAVE_ARRIVED,
                    nowNanos);
        }
    }

    /** Paths, or the lives of nodes, are not what they were. */
    public void handleTopologyChange(long nowNanos) {
        for (OutboundFlow flow : flows.all()) {
            long life = paths.incarnationOf(flow.destination());
            if (life != 0 && life != flow.label().destinationIncarnation()) {
                if (flow.label().kind().isConnected()) {
                    breakOff(flow, Outcome.Reason.DESTINATION_RESTARTED);
                    continue;
                }
                renew(flow, Outcome.Reason.DESTINATION_RESTARTED, OutboundFlow.Certainty.MAY_HAVE_ARRIVED, nowNanos);
            } else {
                flow.handleTopologyChange(nowNanos);
                touched(flow, nowNanos);
            }
        }
    }

    /** A node has said good-bye: nothing more will be answered. */
    public void handleNodeGone(NodeId node, long nowNanos) {
        for (OutboundFlow flow : flows.all()) {
            if (flow.destination().equals(node)) {
                if (flow.label().kind().isConnected()) {
                    breakOff(flow, Outcome.Reason.NODE_GONE);
                } else {
                    drop(flow, Outcome.Reason.NODE_GONE);
                }
            }
        }
    }

    /** Settles everything: this node is closing. */
    public void close() {
        for (OutboundFlow flow : flows.all()) {
            drop(flow, Outcome.Reason.SENDER_CLOSED);
        }
        farewells.clear();
    }

    /** Ends a flow; what it had not sent is not delivered, of the rest nobody knows. */
    private void drop(OutboundFlow flow, Outcome.Reason reason) {
        List<Outgoing> unsent = flow.abandon(reason, OutboundFlow.Certainty.MAY_HAVE_ARRIVED);
        remove(flow);
        for (Outgoing message : unsent) {
            flowOutput.settled(flow, message.role, message.settle(), Outcome.of(Outcome.Kind.UNDELIVERABLE, reason));
        }
    }

    private void breakOff(OutboundFlow flow, Outcome.Reason reason) {
        drop(flow, reason);
        out.broken(flow.label().number(), reason);
    }

    private Outcome.Reason resetReason(OutboundFlow flow, Reset reset) {
        return flow.label().destinationIncarnation() == reset.incarnation()
                ? Outcome.Reason.CONNECTION_RESET
                : Outcome.Reason.DESTINATION_RESTARTED;
    }

    public void handleTime(long nowNanos) {
        for (Long number = deadlines.pollDue(nowNanos); number != null; number = deadlines.pollDue(nowNanos)) {
            OutboundFlow flow = flows.find(number);
            if (flow != null) {
                flow.handleTime(nowNanos);
                touched(flow, nowNanos);
            }
        }
        farewells.handleTime(nowNanos);
        if (nowNanos >= sweepNanos) {
            sweep(nowNanos, IDLE_NANOS);
        }
    }

    public long nextDeadlineNanos() {
        return Math.min(Math.min(sweepNanos, farewells.nextDeadlineNanos()), deadlines.nextNanos());
    }

    private void sayFarewell(NodeId destination, Manner manner, Abort frame) {
        // It carries nothing of what was sent. Where the way that was asked for is what the flow has ended for want of,
        // any serves.
        paths.path(destination, manner.routing(), Paths.Choice.PRIMARY)
                .or(() -> paths.path(destination, Routing.BEST, Paths.Choice.PRIMARY))
                .ifPresent(path -> out.send(path, manner, frame));
    }

    private void sweep(long nowNanos, long idleNanos) {
        for (OutboundFlow flow : flows.all()) {
            // A connection lasts until it is closed.
            if (!flow.label().kind().isConnected() && flow.isIdle() && nowNanos - flow.usedNanos() >= idleNanos) {
                remove(flow);
            }
        }
        sweepNanos = flows.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
    }

    private OutboundFlow flowFor(Send send, long nowNanos) {
        OutboundFlow recent = latest;
        if (recent != null && isFor(recent, send)) {
            // Lives do not change within a turn.
            long life = recent.gathers() ? 0 : paths.incarnationOf(send.destination());
            if (life == 0 || life == recent.label().destinationIncarnation()) {
                return recent;
            }
        }
        OutboundFlow flow =
                flowFor(new Conversation(send.destination(), send.kind(), send.endpoint(), send.manner()), nowNanos);
        latest = flow;
        return flow;
    }

    private static boolean isFor(OutboundFlow flow, Send send) {
        FlowLabel label = flow.label();
        return Objects.equals(label.destination(), send.destination())
                && label.kind() == send.kind()
                && Objects.equals(label.endpoint(), send.endpoint())
                && Objects.equals(flow.manner(), send.manner());
    }

    private OutboundFlow flowFor(Conversation conversation, long nowNanos) {
        OutboundFlow present = current.get(conversation);
        if (present != null) {
            long life = paths.incarnationOf(conversation.destination());
            if (life == 0 || life == present.label().destinationIncarnation()) {
                return present;
            }
            renew(present, Outcome.Reason.DESTINATION_RESTARTED, OutboundFlow.Certainty.MAY_HAVE_ARRIVED, nowNanos);
            OutboundFlow successor = current.get(conversation);
            if (successor != null) {
                return successor;
            }
        }
        return open(conversation, nowNanos);
    }

    private OutboundFlow open(Conversation conversation, long nowNanos) {
        NodeId destination = conversation.destination();
        FlowLabel label = label(
                destination,
                paths.incarnationOf(destination),
                conversation.kind(),
                conversation.manner(),
                conversation.endpoint(),
                0);
        OutboundFlow flow = begin(label, conversation.manner(), Deadlines.NEVER, nowNanos);
        current.put(conversation, flow);
        return flow;
    }

    private FlowLabel label(
            NodeId destination, long life, SocketKind kind, Manner manner, String endpoint, long answers) {
        return new FlowLabel(
                self,
                incarnation,
                nextNumber++,
                destination,
                life,
                kind,
                manner.whenFull(),
                endpoint,
                answers,
                manner.secrecy());
    }

    private OutboundFlow begin(FlowLabel label, Manner manner, long patienceNanos, long nowNanos) {
        OutboundFlow flow = new OutboundFlow(label, manner, patienceNanos, config, paths, flowOutput, nowNanos);
        flows.put(label.number(), flow);
        if (sweepNanos == Deadlines.NEVER) {
            sweepNanos = nowNanos + SWEEP_NANOS;
        }
        return flow;
    }

    /** Ends a flow and sends what never left over a new one. */
    private void renew(OutboundFlow flow, Outcome.Reason reason, OutboundFlow.Certainty certainty, long nowNanos) {
        List<Outgoing> unsent = flow.abandon(reason, certainty);
        remove(flow);
        if (unsent.isEmpty()) {
            return;
        }
        OutboundFlow successor = open(conversation(flow), nowNanos);
        for (Outgoing message : unsent) {
            successor.add(message, nowNanos);
        }
        successor.flush(nowNanos);
        touched(successor, nowNanos);
    }

    private void remove(OutboundFlow flow) {
        long number = flow.label().number();
        flows.remove(number);
        if (latest == flow) {
            latest = null;
        }
        current.remove(conversation(flow), flow);
        deadlines.update(number, Deadlines.NEVER);
    }

    private static Conversation conversation(OutboundFlow flow) {
        return new Conversation(
                flow.destination(), flow.label().kind(), flow.label().endpoint(), flow.manner());
    }

    private List<OutboundFlow> named(FlowRef ref) {
        if (ref.label().isPresent()) {
            FlowLabel label = ref.label().get();
            OutboundFlow flow = flows.find(label.number());
            return flow != null && flow.label().equals(label) ? List.of(flow) : List.of();
        }
        return flows.all(flow -> flow.handle() == ref.handle());
    }

    private void touched(OutboundFlow flow, long nowNanos) {
        long number = flow.label().number();
        for (Map.Entry<Long, Outcome.Reason> next = broken.pollFirstEntry();
                next != null;
                next = broken.pollFirstEntry()) {
            if (flows.find(next.getKey()) != null) {
                abort(next.getKey(), next.getValue(), nowNanos);
                out.broken(next.getKey(), next.getValue());
            }
        }
        if (flows.find(number) == flow) {
            deadlines.update(number, flow.nextDeadlineNanos());
        }
    }

    private final class FlowOutput implements OutboundFlow.Output {
        @Override
        public void send(Path path, Manner manner, Frame frame) {
            out.send(path, manner, frame);
        }

        @Override
        public void settled(OutboundFlow flow, Outgoing.Role role, @Nullable Send send, Outcome outcome) {
            switch (role) {
                case MESSAGE -> {
                    if (send != null) {
                        queuedMessages -= send.count();
                        queuedBytes -= send.payloadBytes();
                        out.settled(send, outcome);
                    }
                }
                case OPENING -> {
                    out.opened(flow.label().number(), outcome);
                    if (!outcome.isDelivered()) {
                        remove(flow);
                    }
                    if (outcome.kind() == Outcome.Kind.UNKNOWN) {
                        // The destination may believe in the connection.
                        farewells.bid(flow, outcome.reason(), 0);
                    }
                }
                case END -> {
                    // Otherwise the flow is refused, or breaks of itself.
                    if (outcome.isDelivered()) {
                        remove(flow);
                        out.finished(flow.label().number());
                    }
                }
            }
        }

        @Override
        public void broken(OutboundFlow flow, Outcome.Reason reason) {
            broken.put(flow.label().number(), reason);
        }

        @Override
        public void refused(OutboundFlow flow, Outcome.Reason reason, int rejectedCount) {
            long number = flow.label().number();
            // A flow that was never opened, or has ended all the same, is no more already.
            if (flows.find(number) == flow) {
                remove(flow);
                out.refused(number, reason, rejectedCount);
            }
        }
    }
}
