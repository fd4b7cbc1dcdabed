package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Receiver;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Path;
import dev.weft.core.seal.Seals;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RouteHeader;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What comes to this node for its applications: who of them takes a flow, whether its origin may have one, and by which
 * way answers go back. The other side of {@link Sends}.
 *
 * <p>Called by {@link Machines}.
 */
final class Deliveries implements Receiver.Output {
    private final Router router;
    private final Post post;
    private final Guard guard;
    private final Seals seals;
    private final Endpoints endpoints;
    private final Connections connections;
    private final LongSupplier now;
    private final Receiver receiver;

    Deliveries(
            Engine.Self self,
            FlowConfig config,
            Prng prng,
            Router router,
            Post post,
            Guard guard,
            Seals seals,
            Endpoints endpoints,
            Connections connections,
            LongSupplier now) {
        this.router = router;
        this.post = post;
        this.guard = guard;
        this.seals = seals;
        this.endpoints = endpoints;
        this.connections = connections;
        this.now = now;
        this.receiver = new Receiver(self.node(), self.incarnation(), config, prng, this);
    }

    Receiver receiver() {
        return receiver;
    }

    @Override
    public void reply(NodeId origin, Arrival lastArrival, Frame frame) {
        Optional<Path> path = origin.equals(NodeId.ZERO) ? Optional.empty() : router.path(origin, Paths.Choice.PRIMARY);
        if (path.isPresent()) {
            post.transmit(path.get(), RouteHeader.PRIORITY_DEFAULT, frame);
        } else {
            post.answer(lastArrival, frame);
        }
    }

    @Override
    public Acceptance check(FlowLabel flow) {
        Acceptance permitted = guard.check(flow);
        if (permitted != Acceptance.TAKEN) {
            return permitted;
        }
        String endpoint = flow.endpoint();
        Secrecy secrecy = seals.secrecyOf(flow);
        if (flow.kind().isConnected()) {
            return endpoints.isOpen(endpoint)
                    ? Acceptance.WRONG_KIND
                    : connections.check(flow, secrecy, now.getAsLong());
        }
        return connections.isListening(endpoint)
                ? Acceptance.WRONG_KIND
                : endpoints.check(endpoint, flow.kind(), secrecy);
    }

    @Override
    public ReceiveBuffer buffer(FlowLabel flow) {
        return flow.kind().isConnected() ? connections.buffer(flow) : endpoints.buffer(flow.endpoint());
    }

    @Override
    public Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops) {
        return flow.kind().isConnected()
                ? connections.deliver(flow, messages)
                : endpoints.deliver(flow.endpoint(), flow.kind(), seals.secrecyOf(flow), flow.origin(), messages, hops);
    }

    @Override
    public void ended(FlowLabel flow, Outcome.Reason reason) {
        connections.inputEnded(flow, reason, now.getAsLong());
    }

    @Override
    public void broken(FlowLabel flow, Outcome.Reason reason) {
        connections.inputBroken(flow, reason, now.getAsLong());
    }
}
