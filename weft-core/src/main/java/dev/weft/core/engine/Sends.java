package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.Send;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Path;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.Ledger;
import dev.weft.core.wire.Frame;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The sends of this node from the call to the outcome: entered in the books, handed to an endpoint of this very node
 * or to the flow that leads to another, settled once.
 *
 * <p>Called by {@link Engine}, {@link Machines} and {@link Arrivals}.
 */
final class Sends implements Sender.Output {
    private final NodeId self;
    private final Post post;
    private final Endpoints endpoints;
    private final Consumer<NodeId> suspicion;
    private final LongSupplier now;
    private final Engine.Output out;
    private final Ledger ledger = new Ledger();
    private final Sender sender;

    /** @param suspicion hears of each destination that a send has failed to reach */
    Sends(
            Engine.Self self,
            FlowConfig config,
            Router router,
            Post post,
            Endpoints endpoints,
            Consumer<NodeId> suspicion,
            LongSupplier now,
            Engine.Output out) {
        this.self = self.node();
        this.post = post;
        this.endpoints = endpoints;
        this.suspicion = suspicion;
        this.now = now;
        this.out = out;
        this.sender = new Sender(self.node(), self.incarnation(), config, router, this);
    }

    Sender sender() {
        return sender;
    }

    Ledger ledger() {
        return ledger;
    }

    void send(Send send, long nowNanos) {
        ledger.opened(send);
        if (send.destination().equals(self)) {
            deliverHere(send);
        } else {
            sender.send(send, nowNanos);
        }
    }

    @Override
    public void send(Path path, Frame frame) {
        post.transmit(path, frame);
    }

    @Override
    public void settled(long ticket, Outcome outcome) {
        Ledger.Dead letter = ledger.settled(ticket, outcome, now.getAsLong());
        out.settled(ticket, outcome);
        if (letter != null) {
            switch (outcome.kind()) {
                case UNDELIVERABLE, EXPIRED, UNKNOWN -> suspicion.accept(letter.destination());
                case DELIVERED, REJECTED -> {}
            }
        }
    }

    private void deliverHere(Send send) {
        Acceptance acceptance =
                endpoints.deliver(send.endpoint(), send.kind(), new Endpoints.Delivery(self, send.payload(), 0));
        settled(
                send.ticket(),
                acceptance == Acceptance.TAKEN
                        ? Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE)
                        : Outcome.of(Outcome.Kind.REJECTED, acceptance.reason()));
    }
}
