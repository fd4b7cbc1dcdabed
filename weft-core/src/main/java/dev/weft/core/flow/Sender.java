package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.Path;
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
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All flows that begin on this node: finds or opens the flow of each send, and binds a flow to one life of its
 * destination, so that two lives are never spliced into one sequence. Driven by the engine.
 */
public final class Sender {
    /** What the sender wants and reports. May not call back in. */
    public interface Output {
        void send(Path path, Frame frame);

        /** The one and only outcome of a send. */
        void settled(long ticket, Outcome outcome);
    }

    /** How long a flow that has nothing to do is kept. */
    static final long IDLE_NANOS = 600_000_000_000L;

    private static final long SWEEP_NANOS = 60_000_000_000L;

    private record Conversation(NodeId destination, SocketKind kind, String endpoint)
            implements Comparable<Conversation> {
        @Override
        public int compareTo(Conversation other) {
            int byNode = destination.compareTo(other.destination);
            int byKind = byNode != 0 ? byNode : kind.compareTo(other.kind);
            return byKind != 0 ? byKind : endpoint.compareTo(other.endpoint);
        }
    }

    private final NodeId self;
    private final long incarnation;
    private final FlowConfig config;
    private final Paths paths;
    private final Output out;
    private final OutboundFlow.Output flowOutput = new FlowOutput();

    private final TreeMap<Conversation, Long> current = new TreeMap<>();
    private final TreeMap<Long, OutboundFlow> flows = new TreeMap<>();
    private final DeadlineIndex deadlines = new DeadlineIndex();
    private long nextNumber = 1;
    private long sweepNanos = Deadlines.NEVER;
    private long queuedBytes;
    private int queuedMessages;

    public Sender(NodeId self, long incarnation, FlowConfig config, Paths paths, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.config = config;
        this.paths = paths;
        this.out = out;
    }

    /** How many sends have no outcome yet. */
    public int inFlight() {
        return queuedMessages;
    }

    /** How many bytes these sends hold. */
    public long queuedBytes() {
        return queuedBytes;
    }

    public int flowCount() {
        return flows.size();
    }

    public void send(Send send, long nowNanos) {
        if (send.payload().length() > Data.MESSAGE_BYTES_MAX) {
            out.settled(send.ticket(), Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.TOO_LARGE));
            return;
        }
        if (queuedMessages >= config.queuedMessagesMax()
                || queuedBytes + send.payload().length() > config.queuedBytesMax()) {
            out.settled(send.ticket(), Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.QUEUE_FULL));
            return;
        }
        queuedMessages++;
        queuedBytes += send.payload().length();
        OutboundFlow flow = flowFor(new Conversation(send.destination(), send.kind(), send.endpoint()), nowNanos);
        flow.add(new Outgoing(send, config.fragmentBytes(), nowNanos), nowNanos);
        touched(flow);
    }

    public void handleAck(Ack ack, long nowNanos) {
        OutboundFlow flow = ack.originIncarnation() == incarnation ? flows.get(ack.flowNumber()) : null;
        if (flow != null) {
            flow.handleAck(ack, nowNanos);
            touched(flow);
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
            flow.handleRouteError(dropped.sequence(), nowNanos);
            touched(flow);
        }
    }

    public void handleReset(Reset reset, long nowNanos) {
        for (OutboundFlow flow : named(reset.flow())) {
            if (!flow.destination().equals(reset.destination())) {
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
        for (OutboundFlow flow : List.copyOf(flows.values())) {
            long life = paths.incarnationOf(flow.destination());
            if (life != 0 && life != flow.label().destinationIncarnation()) {
                renew(flow, Outcome.Reason.DESTINATION_RESTARTED, OutboundFlow.Certainty.MAY_HAVE_ARRIVED, nowNanos);
            } else {
                flow.handleTopologyChange(nowNanos);
                touched(flow);
            }
        }
    }

    /** A node has said good-bye: nothing more will be answered. */
    public void handleNodeGone(NodeId node, long nowNanos) {
        for (OutboundFlow flow : List.copyOf(flows.values())) {
            if (flow.destination().equals(node)) {
                for (Outgoing unsent :
                        flow.abandon(Outcome.Reason.NODE_GONE, OutboundFlow.Certainty.MAY_HAVE_ARRIVED)) {
                    flowOutput.settled(unsent, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NODE_GONE));
                }
                remove(flow);
            }
        }
    }

    /** Settles everything: this node is closing. */
    public void close() {
        for (OutboundFlow flow : List.copyOf(flows.values())) {
            for (Outgoing unsent :
                    flow.abandon(Outcome.Reason.SENDER_CLOSED, OutboundFlow.Certainty.MAY_HAVE_ARRIVED)) {
                flowOutput.settled(unsent, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
            }
            remove(flow);
        }
    }

    public void handleTime(long nowNanos) {
        for (Long number = deadlines.pollDue(nowNanos); number != null; number = deadlines.pollDue(nowNanos)) {
            OutboundFlow flow = flows.get(number);
            if (flow != null) {
                flow.handleTime(nowNanos);
                touched(flow);
            }
        }
        if (nowNanos >= sweepNanos) {
            sweep(nowNanos);
        }
    }

    public long nextDeadlineNanos() {
        return Math.min(sweepNanos, deadlines.nextNanos());
    }

    private void sweep(long nowNanos) {
        for (OutboundFlow flow : List.copyOf(flows.values())) {
            if (flow.isIdle() && nowNanos - flow.usedNanos() > IDLE_NANOS) {
                remove(flow);
            }
        }
        sweepNanos = flows.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
    }

    private OutboundFlow flowFor(Conversation conversation, long nowNanos) {
        Long number = current.get(conversation);
        @Nullable OutboundFlow present = number == null ? null : flows.get(number);
        if (present != null) {
            long life = paths.incarnationOf(conversation.destination());
            if (life == 0 || life == present.label().destinationIncarnation()) {
                return present;
            }
            renew(present, Outcome.Reason.DESTINATION_RESTARTED, OutboundFlow.Certainty.MAY_HAVE_ARRIVED, nowNanos);
            Long renewed = current.get(conversation);
            OutboundFlow successor = renewed == null ? null : flows.get(renewed);
            if (successor != null) {
                return successor;
            }
        }
        return open(conversation, nowNanos);
    }

    private OutboundFlow open(Conversation conversation, long nowNanos) {
        FlowLabel label = new FlowLabel(
                self,
                incarnation,
                nextNumber++,
                conversation.destination(),
                paths.incarnationOf(conversation.destination()),
                conversation.kind(),
                conversation.endpoint());
        OutboundFlow flow = new OutboundFlow(label, config, paths, flowOutput, nowNanos);
        flows.put(label.number(), flow);
        current.put(conversation, label.number());
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
        touched(successor);
    }

    private void remove(OutboundFlow flow) {
        long number = flow.label().number();
        flows.remove(number);
        current.remove(conversation(flow), number);
        deadlines.update(number, Deadlines.NEVER);
    }

    private static Conversation conversation(OutboundFlow flow) {
        return new Conversation(
                flow.destination(), flow.label().kind(), flow.label().endpoint());
    }

    private List<OutboundFlow> named(FlowRef ref) {
        List<OutboundFlow> named = new ArrayList<>();
        if (ref.label().isPresent()) {
            FlowLabel label = ref.label().get();
            OutboundFlow flow = flows.get(label.number());
            if (flow != null && flow.label().equals(label)) {
                named.add(flow);
            }
            return named;
        }
        for (OutboundFlow flow : flows.values()) {
            if (flow.handle() == ref.handle()) {
                named.add(flow);
            }
        }
        return named;
    }

    private void touched(OutboundFlow flow) {
        long number = flow.label().number();
        if (flows.containsKey(number)) {
            deadlines.update(number, flow.nextDeadlineNanos());
        }
    }

    private final class FlowOutput implements OutboundFlow.Output {
        @Override
        public void send(Path path, Frame frame) {
            out.send(path, frame);
        }

        @Override
        public void settled(Outgoing message, Outcome outcome) {
            queuedMessages--;
            queuedBytes -= message.payload.length();
            out.settled(message.ticket, outcome);
        }
    }
}
