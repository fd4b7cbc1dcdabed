package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.seal.Seals;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.WireReader;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Frames whose route ends on this node: unsealed, read, and handed to the machine that they are for. The one place where
 * what arrives is asked whose word it is.
 *
 * <p>Called by {@link Forwarder}, and by {@link Machines} for what has waited for keys.
 */
final class Arrivals implements Forwarder.Output {
    private final Links links;
    private final Router router;
    private final Sender sender;
    private final Receiver receiver;
    private final Probes probes;
    private final Groups groups;
    private final Guard guard;
    private final Seals seals;
    private final LongSupplier now;
    private final Engine.Output out;

    Arrivals(
            Links links,
            Router router,
            Sender sender,
            Receiver receiver,
            Probes probes,
            Groups groups,
            Guard guard,
            Seals seals,
            LongSupplier now,
            Engine.Output out) {
        this.links = links;
        this.router = router;
        this.sender = sender;
        this.receiver = receiver;
        this.probes = probes;
        this.groups = groups;
        this.guard = guard;
        this.seals = seals;
        this.now = now;
        this.out = out;
    }

    @Override
    public void arrived(RoutedFrame frame, Arrival arrival) {
        try {
            judge(frame, arrival, now.getAsLong());
        } catch (MalformedFrame malformed) {
            // The neighbor only passed it on: its link is not to blame.
            out.trace(new TraceEvent(
                    TraceEvent.Kind.MALFORMED, arrival.neighbor(), frame.type() + ": " + malformed.getMessage()));
        }
    }

    @Override
    public LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
        return links.send(neighbor, frame, urgency, now.getAsLong());
    }

    private void judge(RoutedFrame frame, Arrival arrival, long nowNanos) throws MalformedFrame {
        switch (frame.type()) {
            case SEALED, SEALED_CONTROL -> {
                Optional<Seals.Opened> opened = seals.open(frame, arrival, nowNanos);
                if (opened.isPresent()) {
                    read(opened.get().frame(), opened.get().arrival(), nowNanos);
                }
            }
            default -> {
                if (!seals.isToRefuse(frame, arrival)) {
                    read(frame, arrival, nowNanos);
                }
            }
        }
    }

    /** What was sealed and had to wait. */
    void opened(Seals.Opened opened) {
        try {
            read(opened.frame(), opened.arrival(), now.getAsLong());
        } catch (MalformedFrame malformed) {
            out.trace(new TraceEvent(
                    TraceEvent.Kind.MALFORMED,
                    opened.arrival().origin(),
                    opened.frame().type() + ": " + malformed.getMessage()));
        }
    }

    private void read(RoutedFrame frame, Arrival arrival, long nowNanos) throws MalformedFrame {
        WireReader in = new WireReader(frame.body());
        switch (frame.type()) {
            case DATA -> {
                Data data = Data.decode(in);
                if (mayUse(data.flow(), arrival) && !isAwaited(data.flow(), nowNanos)) {
                    receiver.handleData(data, arrival, nowNanos);
                }
            }
            case ADVANCE -> {
                Advance advance = Advance.decode(in);
                if (mayUse(advance.flow(), arrival)) {
                    receiver.handleAdvance(advance, arrival, nowNanos);
                }
            }
            case ABORT -> {
                Abort abort = Abort.decode(in);
                if (mayUse(abort.flow(), arrival)) {
                    receiver.handleAbort(abort, arrival);
                }
            }
            case ACK -> {
                Ack ack = Ack.decode(in);
                if (mayAcknowledge(ack, arrival)) {
                    sender.handleAck(ack, nowNanos);
                }
            }
            case RESET -> {
                Reset reset = Reset.decode(in);
                if (!seals.isImposture(reset.destination(), arrival)) {
                    sender.handleReset(reset, nowNanos);
                }
            }
            case ROUTE_ERROR -> handleRouteError(seals.unsealed(RouteError.decode(in)), nowNanos);
            case PROBE -> probes.handleProbe(Probe.decode(in), arrival);
            case PROBE_REPLY -> {
                ProbeReply reply = ProbeReply.decode(in);
                if (!seals.isImposture(reply.responder(), arrival)) {
                    probes.handleReply(reply, nowNanos);
                }
            }
            case SEAL_ANSWER -> seals.handleAnswer(SealAnswer.decode(in), nowNanos);
            case GROUP_ACK -> groups.handleAck(GroupAck.decode(in), arrival, nowNanos);
            case GROUP_KEY -> groups.handleKey(GroupKey.decode(in), arrival, nowNanos);
            case GROUP_KEY_WANT -> groups.handleKeyWant(GroupKeyWant.decode(in), arrival);
            case HELLO,
                    ACCEPT,
                    CLOSE,
                    PING,
                    PONG,
                    PEERS,
                    FLOOD,
                    FLOOD_ACK,
                    DIGEST,
                    REVOKED,
                    SEALED,
                    SEALED_CONTROL,
                    FLOOD_WANT,
                    CAST_HEARD,
                    GROUP_DATA,
                    GROUP_ADVANCE ->
                throw new MalformedFrame("frame type", frame.type() + " does not travel on routes");
        }
    }

    /** A flow is its origin's alone. One that is not known here is answered, to whoever asks. */
    private boolean mayUse(FlowRef flow, Arrival arrival) {
        // Where there are no seals there is no flow that is sealed whatever its way, so none has a handle.
        Optional<FlowLabel> named = seals.isActive() ? receiver.labelOf(flow) : flow.label();
        return named.isEmpty()
                || !seals.isImposture(named.get().origin(), arrival)
                        && !seals.isToRefuse(named.get().secrecy(), arrival);
    }

    /** Its origin's credential may be on its way; the message comes again. */
    private boolean isAwaited(FlowRef opened, long nowNanos) {
        return opened.label().isPresent()
                && guard.isAwaited(opened.label().get().origin(), nowNanos);
    }

    private boolean mayAcknowledge(Ack ack, Arrival arrival) {
        if (!seals.isActive()) {
            return true;
        }
        Optional<NodeId> rightful = sender.destinationOf(ack.flowNumber());
        return rightful.isEmpty() || !seals.isImposture(rightful.get(), arrival);
    }

    private void handleRouteError(RouteError error, long nowNanos) throws MalformedFrame {
        out.trace(new TraceEvent(
                TraceEvent.Kind.ROUTE_ERROR, error.reporter(), error.reason() + " at label " + error.failedLabel()));
        switch (error.reason()) {
            case NO_LINK, LOOP, OTHER -> {
                router.distrust(error.reporter(), error.failedLabel(), nowNanos);
                groups.handleRouteError(error, nowNanos);
            }
            case QUEUE_FULL -> {}
        }
        sender.handleRouteError(error, nowNanos);
    }
}
