package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.InvariantError;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Path;
import dev.weft.core.seal.Seals;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Ledger;
import dev.weft.core.wire.Frame;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sends of this node from the call to the outcome: entered in the books, handed
 * to the flow that leads to its destination, settled once.
 *
 * <p>Called by {@link Engine}, {@link Machines} and {@link Arrivals}.
 */
final class Sends implements Sender.Output {
    private final Post post;
    private final Seals seals;
    private final Consumer<NodeId> suspicion;
    private final BiConsumer<NodeId, String> denial;
    private final LongSupplier now;
    private final Engine.Output out;
    private final Ledger ledger = new Ledger();
    private final Sender sender;
    private @Nullable Connections connections;

    /**
     * @param suspicion hears of each destination that a send has failed to reach
     * @param denial hears of each that says that this node has no right to what it asked for
     */
    Sends(
            Engine.Self self,
            FlowConfig config,
            Router router,
            Post post,
            Seals seals,
            Consumer<NodeId> suspicion,
            BiConsumer<NodeId, String> denial,
            LongSupplier now,
            Engine.Output out) {
        this.post = post;
        this.seals = seals;
        this.suspicion = suspicion;
        this.denial = denial;
        this.now = now;
        this.out = out;
        this.sender = new Sender(self.node(), self.incarnation(), config, router, this);
    }

    Sender sender() {
        return sender;
    }

    /** Whether what the books say is under way is what the flows hold. */
    void audit() {
        ledger.audit(sender.inFlight());
    }

    Ledger ledger() {
        return ledger;
    }

    /** What hears of connected flows; made after this. */
    void connections(Connections driven) {
        connections = driven;
    }

    void send(Send send, long nowNanos) {
        ledger.opened(send);
        if (seals.canMeet(send.manner().secrecy(), send.destination())) {
            sender.send(send, nowNanos);
        } else {
            settled(send, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NOT_SEALED));
        }
    }

    void sendOn(long connection, Send send, long nowNanos) {
        ledger.opened(send);
        connected().send(connection, send, nowNanos);
    }

    @Override
    public void send(Path path, Manner manner, Frame frame) {
        post.transmit(path, manner, frame);
    }

    @Override
    public void opened(long flow, Outcome outcome) {
        if (outcome.reason() == Outcome.Reason.NOT_PERMITTED) {
            connected().peerOf(flow).ifPresent(node -> denial.accept(node, "that connection"));
        }
        connected().opened(flow, outcome);
    }

    @Override
    public void finished(long flow) {
        connected().outputFinished(flow);
    }

    @Override
    public void broken(long flow, Outcome.Reason reason) {
        connected().outputBroken(flow, reason);
    }

    @Override
    public void refused(long flow, Outcome.Reason reason, int rejectedCount) {
        connected().outputRefused(flow, reason, rejectedCount);
    }

    private Connections connected() {
        Connections present = connections;
        if (present == null) {
            throw new InvariantError("a flow is connected before connections are there");
        }
        return present;
    }

    @Override
    public void settled(Send send, Outcome outcome) {
        Ledger.Dead letter = ledger.settled(send, outcome, now.getAsLong());
        out.settled(send.claim(), outcome);
        if (outcome.reason() == Outcome.Reason.NOT_PERMITTED) {
            denial.accept(send.destination(), "send to '" + send.endpoint() + "'");
        }
        if (letter != null) {
            switch (outcome.kind()) {
                case UNDELIVERABLE, EXPIRED, UNKNOWN -> suspicion.accept(letter.destination());
                case DELIVERED, REJECTED -> {}
            }
        }
    }
}
