package dev.weft.node;

import dev.weft.DeadLetter;
import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Peer;
import dev.weft.Probed;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import dev.weft.Ticket;
import dev.weft.Topology;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A node in this process as applications have it: checks what they ask for and hands it to the {@link NodeLife}. May
 * be called on any thread.
 */
final class Node implements Mesh {
    private static final long LOOK_MILLIS = 20;

    private final NodeLife life;
    private final Application application;

    private Node(NodeLife life) {
        this.life = life;
        this.application = life.application();
    }

    static Node start(MeshConfig config) {
        return new Node(NodeLife.begin(config));
    }

    @Override
    public String name() {
        return life.config().mesh();
    }

    @Override
    public Peer self() {
        return life.ask(engine -> Views.peer(engine, life.id(), life.id()));
    }

    @Override
    public List<Peer> peers() {
        return life.ask(engine -> Views.peers(engine, life.id()));
    }

    @Override
    public Peer find(String node) {
        return Views.find(peers(), self(), node);
    }

    @Override
    public Optional<Peer> await(String node, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                return Optional.of(find(node));
            } catch (NodeNotFoundException notYet) {
                if (System.nanoTime() >= deadline) {
                    return Optional.empty();
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    @Override
    public Endpoint open(String endpoint, SocketKind kind) {
        requireName(endpoint);
        life.requireOpen();
        Inbox inbox = new Inbox(endpoint, kind, life.callbacks(), this::close);
        application.opened(inbox);
        life.ask(engine -> {
            engine.open(endpoint, kind);
            return endpoint;
        });
        return inbox;
    }

    private void close(Inbox inbox) {
        life.turn((engine, now) -> engine.close(inbox.name()));
        life.loop().execute(() -> application.closed(inbox));
    }

    @Override
    public Ticket send(NodeId node, String endpoint, byte[] payload, SendOptions options) {
        requireName(endpoint);
        life.requireOpen();
        if (payload.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        TicketEnd ticket = application.newTicket();
        Send send = new Send(
                ticket.number(),
                node,
                endpoint,
                options.kind(),
                ByteView.of(payload.clone()),
                options.timeout().toNanos());
        life.handOver((engine, now) -> engine.send(send, now));
        return ticket;
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return life.ask(engine -> Views.deadLetters(engine, life.nowNanos()));
    }

    @Override
    public Topology topology() {
        return life.ask(engine -> Views.topology(engine, life.id()));
    }

    @Override
    public List<NodeId> route(NodeId node) {
        return life.ask(engine -> engine.way(node).orElse(List.of()));
    }

    @Override
    public CompletionStage<List<Probed>> probe(NodeId node, Duration timeout) {
        CompletableFuture<List<Probed>> result = new CompletableFuture<>();
        life.turn((engine, now) -> {
            List<Engine.ProbeSent> sent = engine.probe(node, application.firstProbe(), now);
            ProbeRun run = new ProbeRun(sent, result, life.callbacks());
            for (Engine.ProbeSent probe : sent) {
                application.awaitProbe(probe.number(), roundTrip -> run.answered(probe.number(), roundTrip));
            }
            Runnable end = () -> {
                for (Engine.ProbeSent probe : sent) {
                    application.endProbe(probe.number());
                    engine.endProbe(probe.number());
                }
                run.end();
            };
            run.whenComplete(end);
            life.loop().schedule(timeout.toNanos(), end);
        });
        return result.minimalCompletionStage();
    }

    @Override
    public Statistics statistics() {
        return life.ask(Views::statistics);
    }

    @Override
    public Subscription subscribe(Consumer<MeshEvent> listener) {
        return life.events().subscribe(listener);
    }

    @Override
    public void close() {
        life.end();
    }

    private static void requireName(String endpoint) {
        int bytes = endpoint.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > FlowLabel.ENDPOINT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an endpoint's name has 1 to " + FlowLabel.ENDPOINT_BYTES_MAX + " bytes, this one " + bytes);
        }
    }
}
