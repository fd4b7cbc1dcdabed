package dev.weft.node;

import dev.weft.DeadLetter;
import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshStartException;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.Probed;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import dev.weft.Ticket;
import dev.weft.Topology;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Send;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.net.BeaconSocket;
import dev.weft.net.HostDirectory;
import dev.weft.net.Loop;
import dev.weft.net.TcpTransport;
import dev.weft.net.Transport;
import dev.weft.net.UnixTransport;
import dev.weft.net.shm.SharedMemoryTransport;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node in this process: the API on one side, the loop with its engine on the other. */
final class Node implements Mesh {
    private static final int HANDOVERS_MAX = 65_536;
    private static final long DRAIN_NANOS = 5_000_000_000L;
    private static final long KEEP_PEERS_SECONDS = 30;

    private final MeshConfig config;
    private final @Nullable StateDirectory state;
    private final StateDirectory.Identity identity;
    private final Loop loop;
    private final long startNanos = System.nanoTime();
    private final @Nullable Callbacks ownCallbacks;
    private final Executor callbacks;
    private final Executor events;
    private final Driver driver;
    private final Engine engine;
    private final List<Transport> transports;
    private final List<Transport.Listener> listeners = new ArrayList<>();
    private final List<Locator> locators = new ArrayList<>();
    private @Nullable HostDirectory hostDirectory;

    private final ConcurrentHashMap<String, Inbox> inboxes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, TicketEnd> tickets = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Consumer<Long>> probes = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Consumer<MeshEvent>> listening = new CopyOnWriteArrayList<>();
    private final AtomicLong nextTicket = new AtomicLong(1);
    private final AtomicLong nextProbe = new AtomicLong(1);
    private final Semaphore handovers = new Semaphore(HANDOVERS_MAX);
    private volatile boolean closed;

    private Node(MeshConfig config) {
        this.config = config;
        switch (config.identity()) {
            case KEPT -> {
                StateDirectory kept =
                        StateDirectory.open(config.stateDirectory().resolve(config.mesh()));
                this.state = kept;
                this.identity = kept.identity();
            }
            case EPHEMERAL -> {
                this.state = null;
                this.identity = StateDirectory.ephemeral();
            }
            default -> throw new IllegalStateException("no such identity: " + config.identity());
        }
        String threadName = "weft-" + config.mesh() + "-" + identity.id().brief();
        this.loop = new Loop(threadName, Loop.Kind.best());
        if (config.callbacks().isPresent()) {
            this.ownCallbacks = null;
            this.callbacks = config.callbacks().get();
        } else {
            Callbacks own = new Callbacks(threadName);
            this.ownCallbacks = own;
            this.callbacks = own.executor();
        }
        this.events = new Callbacks.InOrder(callbacks);
        this.transports = List.of(new TcpTransport(loop), new UnixTransport(loop), new SharedMemoryTransport(loop));
        this.driver = new Driver(loop, this::now, transports);
        listen();
        SecureRandom seeds = new SecureRandom();
        Engine.Self self = new Engine.Self(
                config.mesh(),
                identity.id(),
                seeds.nextLong() | 1,
                identity.incarnation(),
                config.nodeName(),
                HostId.ofThisHost(),
                locators,
                wallClockNanos() - now());
        this.engine = new Engine(engineConfig(config), self, new Prng(seeds.nextLong()), new EngineOutput());
    }

    static Node start(MeshConfig config) {
        Node node = new Node(config);
        try {
            node.begin();
            return node;
        } catch (RuntimeException e) {
            node.abandon();
            throw e;
        }
    }

    private static EngineConfig engineConfig(MeshConfig config) {
        EngineConfig.LinkWishes.Policy policy = switch (config.links().policy()) {
            case AUTOMATIC -> EngineConfig.LinkWishes.Policy.AUTOMATIC;
            case PINNED_ONLY -> EngineConfig.LinkWishes.Policy.PINNED_ONLY;
        };
        return EngineConfig.DEFAULT
                .withLink(LinkConfig.LAN.withHeartbeatNanos(config.heartbeat().toMillis() * 1_000_000L))
                .withWishes(new EngineConfig.LinkWishes(
                        policy, config.links().pinned(), config.links().forbidden()));
    }

    // ------------------------------------------------------------------ start

    private void listen() {
        List<Locator> wanted = new ArrayList<>(config.listen());
        if (wanted.isEmpty()) {
            // In the order they are dialled: who cannot share memory refuses, and the socket is next.
            wanted.add(new Locator("shm", socketPath(".shm").toString()));
            wanted.add(new Locator("unix", socketPath(".sock").toString()));
            if (config.remoteHops() > 0) {
                wanted.add(Locator.parse("tcp/0.0.0.0:0"));
            }
        }
        for (Locator at : wanted) {
            refuseBeyondHost(at);
            try {
                Transport.Listener listener = transport(at).listen(at, driver::accept);
                listeners.add(listener);
                locators.addAll(reachable(listener.locator()));
            } catch (IOException e) {
                abandon();
                throw new MeshStartException("cannot listen at " + at + ": " + e.getMessage(), e);
            }
        }
    }

    private void refuseBeyondHost(Locator at) {
        boolean staysHere = !at.scheme().equals("tcp")
                || at.address().startsWith("127.")
                || at.address().startsWith("localhost:")
                || at.address().startsWith("[::1]:");
        if (!staysHere && config.encryption() == MeshConfig.Encryption.REQUIRED) {
            throw new MeshStartException(
                    "listening at " + at
                            + " would take connections from beyond this host, and links are not encrypted yet: say --plaintext (PLAINTEXT) to allow that, or listen at tcp/127.0.0.1:0");
        }
    }

    private Path socketPath(String suffix) {
        return config.runtimeDirectory()
                .resolve(config.mesh())
                .resolve(identity.id().brief() + suffix);
    }

    private Transport transport(Locator locator) {
        return transports.stream()
                .filter(transport -> transport.scheme().equals(locator.scheme()))
                .findFirst()
                .orElseThrow(() -> new MeshStartException(
                        "no transport is called '" + locator.scheme() + "': there are shm, tcp and unix"));
    }

    /** Where others reach a listener: a wildcard address stands for each address of this host. */
    private static List<Locator> reachable(Locator bound) {
        if (!bound.scheme().equals("tcp") || !bound.address().startsWith("0.0.0.0:")) {
            return List.of(bound);
        }
        String port = bound.address().substring(bound.address().lastIndexOf(':'));
        List<Locator> all = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (card.isUp() && !card.isLoopback()) {
                    card.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .forEach(address -> all.add(new Locator("tcp", address.getHostAddress() + port)));
                }
            }
        } catch (SocketException none) {
            return List.of(new Locator("tcp", "127.0.0.1" + port));
        }
        all.add(new Locator("tcp", "127.0.0.1" + port));
        return all.subList(0, Math.min(all.size(), 16));
    }

    private void begin() {
        List<Locator> configured = new ArrayList<>(config.peers());
        config.peerFile().ifPresent(file -> configured.addAll(PeerFile.read(file)));
        List<String> remembered =
                state == null ? List.of() : state.read("peers").orElse(List.of());
        loop.execute(() -> {
            driver.engine(engine);
            openBeacons();
            openHostDirectory();
            driver.turn((present, now) -> {
                for (Locator locator : configured) {
                    present.addConfigured(locator, now);
                }
                remembered.forEach(line -> remember(present, line, now));
                present.start(now);
            });
            for (Locator locator : locators) {
                tell(MeshEvent.Kind.LISTENING, identity.id(), "at " + locator);
            }
            if (config.encryption() == MeshConfig.Encryption.PLAINTEXT) {
                tell(
                        MeshEvent.Kind.WARNING,
                        identity.id(),
                        "links are not encrypted: whoever reaches this network can read them and join");
            }
            keepPeers();
        });
    }

    private void openBeacons() {
        if (config.beacon().mode() == MeshConfig.Beacon.Mode.OFF) {
            return;
        }
        try {
            driver.beacons(BeaconSocket.open(
                    loop,
                    config.beacon().group(),
                    config.beacon().port(),
                    config.remoteHops(),
                    (datagram, source) -> driver.turn((present, now) -> present.handleBeacon(datagram, source, now))));
        } catch (IOException e) {
            tell(MeshEvent.Kind.WARNING, identity.id(), "no beacons: " + e.getMessage());
        }
    }

    private void openHostDirectory() {
        try {
            hostDirectory = HostDirectory.open(
                    loop,
                    config.runtimeDirectory(),
                    config.mesh(),
                    identity.id(),
                    identity.incarnation(),
                    locators,
                    new HostDirectory.Handler() {
                        @Override
                        public void onEntry(NodeId node, long incarnation, List<Locator> at) {
                            driver.turn((present, now) -> present.handleHostEntry(node, incarnation, at, now));
                        }

                        @Override
                        public void onGone(NodeId node) {
                            driver.turn((present, now) -> present.handleHostEntryGone(node, now));
                        }
                    });
        } catch (IOException e) {
            tell(MeshEvent.Kind.WARNING, identity.id(), "no host directory: " + e.getMessage());
        }
    }

    private void remember(Engine present, String line, long now) {
        try {
            String[] words = line.split(" ");
            List<Locator> known = new ArrayList<>();
            for (int i = 1; i < words.length; i++) {
                known.add(Locator.parse(words[i]));
            }
            present.remember(NodeId.parse(words[0]), known, now);
        } catch (IllegalArgumentException unreadable) {
            tell(MeshEvent.Kind.WARNING, identity.id(), "a remembered peer cannot be read: " + line);
        }
    }

    /** Writes down whom we know, now and then: after a crash the list is half a minute old. */
    private void keepPeers() {
        if (state != null && !closed) {
            savePeers(state);
            loop.schedule(TimeUnit.SECONDS.toNanos(KEEP_PEERS_SECONDS), this::keepPeers);
        }
    }

    private void savePeers(StateDirectory into) {
        List<String> lines = new ArrayList<>();
        for (NodeId node : engine.knownNodes()) {
            StringBuilder line = new StringBuilder(node.toString());
            engine.locatorsOf(node).forEach(locator -> line.append(' ').append(locator));
            lines.add(line.toString());
        }
        into.write("peers", lines);
    }

    private long now() {
        return System.nanoTime() - startNanos;
    }

    private static long wallClockNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    // ------------------------------------------------------------------ the API

    @Override
    public String name() {
        return config.mesh();
    }

    @Override
    public Peer self() {
        return ask(present -> Views.peer(present, identity.id(), identity.id()));
    }

    @Override
    public List<Peer> peers() {
        return ask(present -> Views.peers(present, identity.id()));
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
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    @Override
    public Endpoint open(String endpoint, SocketKind kind) {
        requireName(endpoint);
        requireOpen();
        Inbox inbox = new Inbox(endpoint, kind, callbacks, this::closeEndpoint);
        if (inboxes.putIfAbsent(endpoint, inbox) != null) {
            throw new IllegalStateException("endpoint '" + endpoint + "' is open already on this node");
        }
        ask(present -> {
            present.open(endpoint, kind);
            return endpoint;
        });
        return inbox;
    }

    private void closeEndpoint(Inbox inbox) {
        loop.execute(() -> {
            engine.close(inbox.name());
            inboxes.remove(inbox.name(), inbox);
        });
    }

    @Override
    public Ticket send(NodeId node, String endpoint, byte[] payload, SendOptions options) {
        requireName(endpoint);
        requireOpen();
        if (payload.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        long number = nextTicket.getAndIncrement();
        TicketEnd ticket = new TicketEnd(number);
        tickets.put(number, ticket);
        Send send = new Send(
                number,
                node,
                endpoint,
                options.kind(),
                ByteView.of(payload.clone()),
                options.timeout().toNanos());
        handovers.acquireUninterruptibly();
        loop.execute(() -> {
            handovers.release();
            driver.turn((present, now) -> present.send(send, now));
        });
        return ticket;
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return ask(present -> Views.deadLetters(present, now()));
    }

    @Override
    public Topology topology() {
        return ask(present -> Views.topology(present, identity.id()));
    }

    @Override
    public List<NodeId> route(NodeId node) {
        return ask(present -> present.way(node).orElse(List.of()));
    }

    @Override
    public CompletionStage<List<Probed>> probe(NodeId node, Duration timeout) {
        CompletableFuture<List<Probed>> result = new CompletableFuture<>();
        loop.execute(() -> driver.turn((present, now) -> {
            long first = nextProbe.getAndAdd(64);
            List<Engine.ProbeSent> sent = present.probe(node, first, now);
            ProbeRun run = new ProbeRun(sent, result, callbacks);
            for (Engine.ProbeSent probe : sent) {
                probes.put(probe.number(), roundTrip -> run.answered(probe.number(), roundTrip));
            }
            Runnable end = () -> {
                for (Engine.ProbeSent probe : sent) {
                    probes.remove(probe.number());
                    present.endProbe(probe.number());
                }
                run.end();
            };
            run.whenComplete(end);
            loop.schedule(timeout.toNanos(), end);
        }));
        return result.minimalCompletionStage();
    }

    @Override
    public Statistics statistics() {
        return ask(Views::statistics);
    }

    @Override
    public Subscription subscribe(Consumer<MeshEvent> listener) {
        listening.add(listener);
        return () -> listening.remove(listener);
    }

    @Override
    public void close() {
        synchronized (tickets) {
            if (closed) {
                return;
            }
            closed = true;
        }
        drain();
        CountDownLatch gone = new CountDownLatch(1);
        loop.execute(() -> {
            driver.turn((present, now) -> present.leave(now));
            driver.turn((present, now) -> present.close(now));
            if (state != null) {
                savePeers(state);
            }
            gone.countDown();
        });
        awaitQuietly(gone);
        abandon();
    }

    private void drain() {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (!tickets.isEmpty() && System.nanoTime() < deadline && !loop.isInLoop()) {
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            boolean done = latch.await(2, TimeUnit.SECONDS);
            if (!done) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives back everything the node holds. */
    private void abandon() {
        closed = true;
        HostDirectory directory = hostDirectory;
        if (directory != null) {
            directory.close();
        }
        if (!loop.isClosed()) {
            CountDownLatch stopped = new CountDownLatch(1);
            loop.execute(() -> {
                driver.beaconSocket().ifPresent(BeaconSocket::close);
                listeners.forEach(Transport.Listener::close);
                driver.stop();
                // One more turn of the loop lets the last words out.
                loop.schedule(20_000_000L, stopped::countDown);
            });
            awaitQuietly(stopped);
        }
        transports.forEach(Transport::close);
        loop.close();
        for (TicketEnd ticket : tickets.values()) {
            ticket.settle(Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.SENDER_CLOSED), callbacks);
        }
        tickets.clear();
        for (Inbox inbox : List.copyOf(inboxes.values())) {
            inbox.end();
        }
        Callbacks own = ownCallbacks;
        if (own != null) {
            own.close();
        }
        if (state != null) {
            state.close();
        }
    }

    // ------------------------------------------------------------------ between threads

    /** Asks the engine something on the loop's thread and waits for the answer. */
    private <T> T ask(Function<Engine, T> question) {
        requireOpen();
        try {
            return onLoop(() -> question.apply(engine));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private <T> T onLoop(Question<T> question) throws IOException {
        if (loop.isInLoop()) {
            return question.ask();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.ask());
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the node's loop has not answered within 10 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node's loop", e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the node has left mesh '" + config.mesh() + "'");
        }
    }

    private static void requireName(String endpoint) {
        int bytes = endpoint.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > FlowLabel.ENDPOINT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an endpoint's name has 1 to " + FlowLabel.ENDPOINT_BYTES_MAX + " bytes, this one " + bytes);
        }
    }

    private void tell(MeshEvent.Kind kind, NodeId node, String detail) {
        MeshEvent event = new MeshEvent(Instant.now(), kind, node, detail);
        events.execute(() -> listening.forEach(listener -> listener.accept(event)));
    }

    private final class EngineOutput implements Engine.Output {
        @Override
        public void dial(long connection, Locator locator) {
            driver.dial(connection, locator);
        }

        @Override
        public void beacon(ByteView datagram) {
            driver.beacon(datagram);
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            driver.beaconTo(source, datagram);
        }

        @Override
        public Acceptance deliver(String endpoint, Endpoints.Delivery delivery) {
            Inbox inbox = inboxes.get(endpoint);
            return inbox == null
                    ? Acceptance.NO_ENDPOINT
                    : inbox.offer(
                            new Message(delivery.from(), delivery.payload().toByteArray(), delivery.hops()));
        }

        @Override
        public void settled(long ticket, Outcome outcome) {
            TicketEnd end = tickets.remove(ticket);
            if (end != null) {
                end.settle(outcome, callbacks);
            }
            if (!outcome.isDelivered()) {
                tell(MeshEvent.Kind.DEAD_LETTER, identity.id(), "message " + ticket + " is " + outcome);
            }
        }

        @Override
        public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {
            Consumer<Long> waiting = probes.remove(probe);
            if (waiting != null) {
                waiting.accept(roundTripNanos);
            }
        }

        @Override
        public void trace(TraceEvent event) {
            Views.eventKind(event.kind()).ifPresent(kind -> tell(kind, event.node(), event.detail()));
        }
    }
}
