package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import java.util.function.LongSupplier;

/**
 * Frames whose route ends on this node: read, and handed to the machine that they are for.
 *
 * <p>Called by {@link Forwarder} alone.
 */
final class Arrivals implements Forwarder.Output {
    private final Links links;
    private final Router router;
    private final Sender sender;
    private final Receiver receiver;
    private final Probes probes;
    private final Groups groups;
    private final LongSupplier now;
    private final Engine.Output out;

    Arrivals(
            Links links,
            Router router,
            Sender sender,
            Receiver receiver,
            Probes probes,
            Groups groups,
            LongSupplier now,
            Engine.Output out) {
        this.links = links;
        this.router = router;
        this.sender = sender;
        this.receiver = receiver;
        this.probes = probes;
        this.groups = groups;
        this.now = now;
        this.out = out;
    }

    @Override
    public void arrived(RoutedFrame frame, Arrival arrival) {
        try {
            read(frame, arrival, now.getAsLong());
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

    private void read(RoutedFrame frame, Arrival arrival, long nowNanos) throws MalformedFrame {
        WireReader in = new WireReader(frame.body());
        switch (frame.type()) {
            case DATA -> receiver.handleData(Data.decode(in), arrival, nowNanos);
            case ADVANCE -> receiver.handleAdvance(Advance.decode(in), arrival, nowNanos);
            case ACK -> sender.handleAck(Ack.decode(in), nowNanos);
            case ABORT -> receiver.handleAbort(Abort.decode(in), arrival);
            case RESET -> sender.handleReset(Reset.decode(in), nowNanos);
            case ROUTE_ERROR -> handleRouteError(RouteError.decode(in), nowNanos);
            case PROBE -> probes.handleProbe(Probe.decode(in), arrival);
            case PROBE_REPLY -> probes.handleReply(ProbeReply.decode(in), nowNanos);
            case GROUP_ACK -> groups.handleAck(GroupAck.decode(in), arrival, nowNanos);
            case HELLO,
                    ACCEPT,
                    CLOSE,
                    PING,
                    PONG,
                    PEERS,
                    FLOOD,
                    FLOOD_ACK,
                    DIGEST,
                    FLOOD_WANT,
                    GROUP_DATA,
                    GROUP_ADVANCE ->
                throw new MalformedFrame("frame type", frame.type() + " does not travel on routes");
        }
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
