package dev.weft.node;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Credential;
import dev.weft.DeadLetter;
import dev.weft.Description;
import dev.weft.Endpoint;
import dev.weft.Group;
import dev.weft.GroupSendOptions;
import dev.weft.GroupTicket;
import dev.weft.Limit;
import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Peer;
import dev.weft.Probed;
import dev.weft.Refusal;
import dev.weft.Revocations;
import dev.weft.Secrecy;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import dev.weft.StreamSocket;
import dev.weft.Ticket;
import dev.weft.Topology;
import dev.weft.WhenFull;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.Manner;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.net.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node in this process as applications have it: checks what they ask for and hands it to the {@link NodeLife}. May
 * be called on any thread.
 */
final class Node implements Mesh {
    private static final long LOOK_MILLIS = 20;

    private final NodeLife life;
    private final Application application;
    private final Groups groups;
    private final Burst.Numbers numbers;
    private final Courses courses = new Courses();

    private Node(NodeLife life) {
        this.life = life;
        this.application = life.application();
        this.groups = new Groups(life);
        this.numbers = application::nextTickets;
        application.accepting((listener, kind, from, connection) -> {
            ConnectionEnd end = new ConnectionEnd(life, from, listener.name(), kind, listener.priority());
            end.numbered(connection);
            return end;
        });
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
    public Description description() {
        return life.ask(Engine::description);
    }

    @Override
    public Description describe(UnaryOperator<Description> change) {
        while (true) {
            Description before = description();
            Description changed = change.apply(before);
            if (life.describe(before, changed)) {
                return changed;
            }
        }
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
        long begin = System.nanoTime();
        long timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
        while (true) {
            try {
                return Optional.of(find(node));
            } catch (NodeNotFoundException notYet) {
                if (System.nanoTime() - begin >= timeoutNanos) {
                    return Optional.empty();
                }
                Loop.requireMayWait();
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    @Override
    public Endpoint open(String endpoint, SocketKind kind, Secrecy secrecy) {
        requireName(endpoint);
        life.requireOpen();
        if (kind.isConnected()) {
            throw new IllegalArgumentException(kind + " listens for connections: see listenPackets and listenStream");
        }
        return life.ask(engine -> {
            requireUnused(engine, endpoint);
            long capacity = life.config().limits().of(Limit.ENDPOINT_BYTES);
            long number = engine.open(endpoint, kind, secrecy, capacity);
            Inbox inbox = new Inbox(
                    endpoint,
                    kind,
                    capacity,
                    life.callbacks(),
                    () -> life.turnIfOpen((present, now) -> {
                        present.closeEndpoint(number);
                        application.closed(number);
                    }),
                    charge -> life.turnIfOpen((present, now) -> present.taken(number, charge, now)));
            application.opened(number, inbox);
            return inbox;
        });
    }

    private void requireUnused(Engine engine, String endpoint) {
        if (engine.isOpen(endpoint)) {
            throw new IllegalStateException("endpoint '" + endpoint + "' is open already on this node");
        }
        long most = life.config().limits().of(Limit.ENDPOINTS);
        if (engine.endpointCount() >= most) {
            throw new IllegalStateException("this node has " + most + " endpoints open, as many as its limit '"
                    + Limit.ENDPOINTS.key() + "' allows");
        }
    }

    @Override
    public Ticket send(NodeId node, String endpoint, byte[] payload, SendOptions options) {
        Course course = course(node, endpoint, options);
        requireSendable(payload);
        TicketEnd added = course.add(payload, numbers);
        if (added != null) {
            return added;
        }
        long number = numbers.take(1);
        SendBudget.Account account = room(course, payload, options.whenFull());
        if (account == null) {
            TicketEnd refused = new TicketEnd(number);
            refused.settle(refusal(options.whenFull()), life.callbacks());
            return refused;
        }
        Burst begun = course.begin(account, payload, number, null);
        life.handOver(begun);
        return begun.ticket();
    }

    @Override
    public long send(NodeId node, String endpoint, byte[] payload, SendOptions options, Consumer<Outcome> onOutcome) {
        Course course = course(node, endpoint, options);
        requireSendable(payload);
        Objects.requireNonNull(onOutcome, "a send without a ticket needs a handler for its outcome");
        long added = course.add(payload, numbers, onOutcome);
        if (added != 0) {
            return added;
        }
        long number = numbers.take(1);
        SendBudget.Account account = room(course, payload, options.whenFull());
        if (account == null) {
            Outcome refusal = refusal(options.whenFull());
            life.callbacks().execute(() -> Callbacks.tell(onOutcome, refusal));
        } else {
            life.handOver(course.begin(account, payload, number, onOutcome));
        }
        return number;
    }

    private void requireSendable(byte[] payload) {
        life.requireOpen();
        if (payload.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
    }

    private SendBudget.@Nullable Account room(Course course, byte[] payload, WhenFull whenFull) {
        long charge = SendBudget.charge(payload.length);
        SendBudget budget = application.budget();
        return switch (whenFull) {
            case WAIT -> budget.take(course.flow(), charge, course.timeoutNanos(), Loop::mayWait);
            case REFUSE -> budget.tryTake(course.flow(), charge);
        };
    }

    private static Outcome refusal(WhenFull whenFull) {
        Outcome.Kind kind = whenFull == WhenFull.REFUSE ? Outcome.Kind.REJECTED : Outcome.Kind.EXPIRED;
        return Outcome.of(kind, Outcome.Reason.QUEUE_FULL);
    }

    private Course course(NodeId node, String endpoint, SendOptions options) {
        Course open = courses.find(node, endpoint, options);
        if (open != null) {
            return open;
        }
        requireName(endpoint);
        Course course = new Course(
                node,
                endpoint,
                options,
                new Manner(
                        options.priority(),
                        options.whenFull(),
                        options.retriesMax(),
                        options.routing(),
                        life.secrecy(options.secrecy())));
        courses.put(course);
        return course;
    }

    // ------------------------------------------------------------------ connections

    @Override
    public Listener<PacketSocket> listenPackets(String endpoint, ListenOptions options) {
        return listen(endpoint, SocketKind.SEQPACKET, options, end -> new PacketEnd(end, application));
    }

    @Override
    public Listener<StreamSocket> listenStream(String endpoint, ListenOptions options) {
        return listen(endpoint, SocketKind.STREAM, options, end -> new StreamEnd(end, application));
    }

    private <C> Listener<C> listen(
            String endpoint, SocketKind kind, ListenOptions options, Function<ConnectionEnd, C> shown) {
        requireName(endpoint);
        life.requireOpen();
        Manner manner = new Manner(
                options.priority(),
                WhenFull.WAIT,
                options.retriesMax(),
                options.routing(),
                life.secrecy(options.secrecy()));
        return life.ask(engine -> {
            requireUnused(engine, endpoint);
            long number =
                    engine.listen(endpoint, kind, manner, options.timeout().toNanos());
            ListenerEnd<C> listener = new ListenerEnd<>(
                    endpoint,
                    options.priority(),
                    life.callbacks(),
                    shown,
                    taken -> life.turnIfOpen((present, now) -> taken.acceptedBy(present)),
                    () -> life.turnIfOpen((present, now) -> {
                        present.closeListener(number, now);
                        application.listensNoMore(number);
                    }));
            application.listening(number, kind, listener);
            return listener;
        });
    }

    @Override
    public PacketSocket connectPackets(NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException, InterruptedException {
        return new PacketEnd(connect(node, endpoint, SocketKind.SEQPACKET, options), application);
    }

    @Override
    public StreamSocket connectStream(NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException, InterruptedException {
        return new StreamEnd(connect(node, endpoint, SocketKind.STREAM, options), application);
    }

    private ConnectionEnd connect(NodeId node, String endpoint, SocketKind kind, ConnectOptions options)
            throws ConnectionException, InterruptedException {
        requireName(endpoint);
        life.requireOpen();
        Loop.requireMayWait();
        ConnectionEnd connection = new ConnectionEnd(life, node, endpoint, kind, options.priority());
        life.turn((engine, now) -> connection.begin(engine, options, now));
        connection.awaitConnected();
        return connection;
    }

    @Override
    public Group group(String name) {
        return groups.group(name);
    }

    @Override
    public List<String> groups() {
        return groups.names();
    }

    @Override
    public GroupTicket sendToAll(Collection<NodeId> nodes, byte[] payload, GroupSendOptions options) {
        return groups.send(nodes, payload, options);
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return life.ask(engine -> Views.deadLetters(engine, life.nowNanos()));
    }

    @Override
    public List<Refusal> refusals() {
        return life.ask(engine -> Views.refusals(engine, life.nowNanos()));
    }

    @Override
    public Topology topology() {
        return life.ask(engine -> Views.topology(engine, life.id()));
    }

    @Override
    public boolean isSealed(NodeId node) {
        return life.ask(engine -> engine.way(node)
                .map(nodes -> engine.isSealed(node, nodes.size() - 1))
                .orElse(false));
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
            life.loop().schedule(TimeUnit.NANOSECONDS.convert(timeout), end);
        });
        return result.minimalCompletionStage();
    }

    @Override
    public Statistics statistics() {
        return life.ask(engine -> Views.statistics(engine, life.counters()));
    }

    @Override
    public void rekey(List<MeshKey> keys) {
        life.rekey(keys);
    }

    @Override
    public void renew(Credential credential) {
        life.renew(credential);
    }

    @Override
    public long revoke(Revocations revocations) {
        return life.revoke(revocations);
    }

    @Override
    public Optional<Revocations> revocations() {
        return life.ask(engine -> engine.register().revocations());
    }

    @Override
    public Optional<Credential> credentialOf(NodeId node) {
        return life.ask(engine -> engine.register().credentialOf(node));
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
