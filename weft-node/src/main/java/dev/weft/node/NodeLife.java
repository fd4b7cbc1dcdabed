package dev.weft.node;

import dev.weft.Credential;
import dev.weft.Description;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.MeshStartException;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.Secrecy;
import dev.weft.core.authority.Register;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.LinkReport;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.link.LinkStatistics;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Signatory;
import dev.weft.net.BeaconSocket;
import dev.weft.net.HostDirectory;
import dev.weft.net.Loop;
import dev.weft.net.SegmentSocket;
import dev.weft.net.TcpTransport;
import dev.weft.net.Transport;
import dev.weft.net.UnixTransport;
import dev.weft.net.secure.HpkeSealer;
import dev.weft.net.secure.NodeSignatory;
import dev.weft.net.shm.SharedMemoryTransport;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The life of one node: what it holds from start to end, in which order it comes and goes, and how other threads speak
 * with the loop. Made by {@link Node}; its methods may be called on any thread.
 */
final class NodeLife {
    private static final long DRAIN_NANOS = 5_000_000_000L;
    private static final long LAST_WORDS_NANOS = 20_000_000L;
    private static final long KEEP_PEERS_SECONDS = 30;

    /**
     * A loop that says nothing for so long is stuck, most likely in a callback. A new process on a machine that gives it
     * next to no processor takes more than ten seconds for its first turns, and is not.
     */
    private static final long ANSWER_SECONDS = 60;

    private final MeshConfig config;
    private final @Nullable StateDirectory state;
    private final StateDirectory.Identity identity;
    private final @Nullable PeerMemory memory;
    private final Loop loop;
    private final long startNanos = System.nanoTime();
    private final Callbacks ownCallbacks;
    private final Executor callbacks;
    private final NodeEvents events;
    private final Application application;
    private final Driver driver;
    private final Handovers handovers;
    private final Engine engine;
    private final HpkeSealer sealer;
    private final NodeSignatory signatory;
    private final Secrets secrets;
    private final TcpTransport tcp;
    private final List<Transport> transports;
    private final Listening listening;
    private @Nullable HostDirectory hostDirectory;
    private final Throughput throughput = new Throughput();
    private long warnedOfSerial;
    private volatile boolean closed;

    private NodeLife(MeshConfig config) {
        this.config = config;
        switch (config.identity()) {
            case KEPT -> {
                StateDirectory kept =
                        StateDirectory.open(config.stateDirectory().resolve(config.mesh()));
                this.state = kept;
                try {
                    this.identity = kept.identity();
                } catch (MeshStartException unreadable) {
                    kept.close();
                    throw unreadable;
                }
            }
            case EPHEMERAL -> {
                this.state = null;
                this.identity = StateDirectory.ephemeral();
            }
            default -> throw new IllegalStateException("no such identity: " + config.identity());
        }
        String threadName = "weft-" + config.mesh() + "-" + identity.id().brief();
        this.loop = new Loop(threadName, Loop.Kind.best());
        this.ownCallbacks = new Callbacks(threadName);
        Optional<AfterTurn> deferred = config.callbacks().map(given -> new AfterTurn(loop, ownCallbacks.after(given)));
        this.callbacks = deferred.<Executor>map(executor -> executor).orElseGet(ownCallbacks::executor);
        this.events = new NodeEvents(callbacks);
        this.memory = state == null ? null : new PeerMemory(state, identity.id(), events);
        this.secrets = new Secrets(config, identity.key());
        this.sealer = new HpkeSealer(
                identity.key(), config.mesh(), identity.incarnation(), secrets.sealing(), this::handleSealing);
        this.signatory = new NodeSignatory(identity.key(), config.mesh(), secrets.signatures(), this::handleChecked);
        this.tcp = switch (config.encryption()) {
            case REQUIRED -> TcpTransport.secured(loop, identity.key(), Secrets.trusted(config), config.handshake());
            case PLAINTEXT -> TcpTransport.plain(loop);
        };
        this.transports = List.of(tcp, new UnixTransport(loop), new SharedMemoryTransport(loop));
        this.driver = new Driver(loop, this::nowNanos, transports, secrets);
        this.handovers = new Handovers(loop, driver, callbacks);
        this.application = new Application(identity.id(), driver, events, callbacks, Bounds.budget(config.limits()));
        Runnable handOut = deferred.<Runnable>map(executor -> executor::flush).orElse(() -> {});
        driver.beforeWriting(() -> {
            application.endTurn();
            handOut.run();
        });
        this.listening = new Listening(config, identity.id(), transports, secrets);
        try {
            listening.open(driver::accept);
        } catch (MeshStartException e) {
            abandon();
            throw e;
        }
        SecureRandom seeds = new SecureRandom();
        Engine.Self self = new Engine.Self(
                config.mesh(),
                identity.id(),
                seeds.nextLong() | 1,
                identity.incarnation(),
                config.nodeName(),
                HostId.ofThisHost(),
                listening.locators(),
                wallClockNanos() - nowNanos());
        this.engine = new Engine(
                engineConfig(config),
                self,
                secrets.security(),
                sealer,
                signatory,
                new Prng(seeds.nextLong()),
                Edition::read,
                application);
    }

    /** @throws MeshStartException if the node cannot be what configuration says; nothing is left of it */
    static NodeLife begin(MeshConfig config) {
        // What is native loads while this thread reads or makes the key; whoever needs it first waits for it.
        Thread ahead = new Thread(Loop.Kind::best, "weft-start");
        ahead.setDaemon(true);
        ahead.start();
        NodeLife life = new NodeLife(config);
        try {
            life.begin();
            return life;
        } catch (RuntimeException e) {
            life.abandon();
            throw e;
        }
    }

    private static EngineConfig engineConfig(MeshConfig config) {
        EngineConfig.LinkWishes.Policy policy = switch (config.links().policy()) {
            case AUTOMATIC -> EngineConfig.LinkWishes.Policy.AUTOMATIC;
            case PINNED_ONLY -> EngineConfig.LinkWishes.Policy.PINNED_ONLY;
            case OBSERVER -> EngineConfig.LinkWishes.Policy.OBSERVER;
        };
        return Bounds.applied(config.limits(), EngineConfig.DEFAULT)
                .withLink(LinkConfig.LAN
                        .withHeartbeatNanos(config.heartbeat().toMillis() * 1_000_000L)
                        .withHandshakeNanos(config.handshake().toNanos()))
                .withWishes(new EngineConfig.LinkWishes(
                        policy, config.links().pinned(), config.links().forbidden()));
    }

    // ------------------------------------------------------------------ what others need of it

    MeshConfig config() {
        return config;
    }

    /** How secret something is to be for which that is asked. */
    Secrecy secrecy(Secrecy asked) {
        return secrets.secrecy(asked);
    }

    NodeId id() {
        return identity.id();
    }

    Application application() {
        return application;
    }

    NodeEvents events() {
        return events;
    }

    Executor callbacks() {
        return callbacks;
    }

    Loop loop() {
        return loop;
    }

    /** Nanoseconds since the node began, as the engine knows them. */
    long nowNanos() {
        return System.nanoTime() - startNanos;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the node has left mesh '" + config.mesh() + "'");
        }
    }

    /** Hands an input to the engine at the next turn of the loop. */
    void turn(Driver.Input input) {
        loop.execute(() -> driver.turn(input));
    }

    /** Like {@link #turn}, of what matters no more when the node has left. */
    void turnIfOpen(Driver.Input input) {
        loop.tryExecute(() -> driver.turn(input));
    }

    /** Like {@link #turn}, but waits where too much has been handed over and not been taken yet. */
    void handOver(Handovers.Input input) {
        handovers.add(input);
    }

    /** Asks the engine something on the loop's thread and waits for the answer. */
    <T> T ask(Function<Engine, T> question) {
        requireOpen();
        if (loop.isInLoop()) {
            return question.apply(engine);
        }
        Loop.requireMayWait();
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.apply(engine));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the node's loop has not answered within " + ANSWER_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node's loop", e);
        }
    }

    /** On a thread of the sealer's: what it has made goes to the engine, while there is one. */
    private void handleSealing(Sealer.Made made) {
        try {
            loop.execute(() -> driver.turn((present, now) -> present.handleSealing(made, now)));
        } catch (RejectedExecutionException closed) {
            // The node has left meanwhile, and nobody waits for it any more.
        }
    }

    /** On a thread of the signatory's. */
    private void handleChecked(List<Signatory.Checked> results) {
        try {
            loop.execute(() -> driver.turn((present, now) -> present.handleChecked(results, now)));
        } catch (RejectedExecutionException closed) {
            // As above.
        }
    }

    /** What is counted outside the engine, by stable names. On the loop. */
    TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = secrets.counters();
        counters.putAll(tcp.counters());
        driver.segment().ifPresent(segment -> counters.putAll(segment.counters()));
        counters.putAll(application.budget().counters());
        return counters;
    }

    /** Another credential is shown from now on. */
    void renew(Credential credential) {
        ask(present -> {
            secrets.renew(credential);
            driver.turn((engine, now) -> engine.credentialChanged(now));
            return credential;
        });
    }

    /** Takes a list of revocations; returns the number of the one that holds now. */
    long revoke(Revocations revocations) {
        return ask(present -> {
            if (!present.register().isPresent()) {
                throw new IllegalStateException(
                        "the node was started without an authority, so no revocation means anything");
            }
            Register.Adoption[] adoption = new Register.Adoption[1];
            driver.turn((engine, now) -> adoption[0] = engine.revoke(revocations, now));
            if (adoption[0] == Register.Adoption.REFUSED) {
                throw new IllegalArgumentException(
                        "list " + revocations.content().number() + " of revocations is not of the authority of mesh '"
                                + config.mesh() + "'");
            }
            return present.register().revocationsNumber();
        });
    }

    /** Describes the node anew; false where its description is not the one any more that the change was made of. */
    boolean describe(Description before, Description changed) {
        return ask(present -> {
            boolean isOfPresent = present.description().equals(before);
            if (isOfPresent) {
                driver.turn((engine, now) -> engine.describe(changed, now));
            }
            return isOfPresent;
        });
    }

    /** Other keys of the mesh are valid from now on. */
    void rekey(List<MeshKey> keys) {
        ask(present -> {
            secrets.replace(keys);
            driver.turn((engine, now) -> engine.keysChanged(now));
            return keys;
        });
    }

    // ------------------------------------------------------------------ the start

    private void begin() {
        List<Locator> configured = new ArrayList<>(config.peers());
        config.peerFile().ifPresent(file -> configured.addAll(PeerFile.read(file)));
        configured.forEach(secrets::requireMayDial);
        List<Revocations> known = revocations();
        Optional<SegmentSocket> segment = openSegment();
        loop.execute(() -> {
            driver.engine(engine);
            openBeacons();
            openHostDirectory();
            driver.turn((present, now) -> {
                for (Locator locator : configured) {
                    present.addConfigured(locator, now);
                }
                if (memory != null) {
                    memory.recall(present, now);
                }
                present.describe(Bounds.told(config.limits(), config.description()), now);
                known.forEach(list -> present.revoke(list, now));
                present.start(now);
            });
            segment.ifPresent(driver::segment);
            for (Locator locator : listening.locators()) {
                events.tell(MeshEvent.Kind.LISTENING, identity.id(), "at " + locator);
            }
            secrets.warnings(listening.locators()).forEach(this::warn);
            keepPeers();
            watchCredential();
            events.begun();
            measure();
        });
    }

    /** What is known of revocations before the mesh is heard; shows the node's own credential from now on. */
    private List<Revocations> revocations() {
        MeshConfig.Authorization authorization = config.authorization().orElse(null);
        if (authorization == null) {
            return List.of();
        }
        try {
            authorization.credential().ifPresent(secrets::renew);
        } catch (IllegalArgumentException e) {
            throw new MeshStartException(String.valueOf(e.getMessage()), e);
        }
        List<Revocations> known = new ArrayList<>();
        if (state != null) {
            RevocationMemory kept = new RevocationMemory(state, ownCallbacks.executor());
            kept.recall().ifPresent(known::add);
            application.keepingRevocations(kept::keep);
        }
        authorization.revocations().ifPresent(list -> {
            if (!authorization.authority().vouchesFor(list)
                    || !list.content().mesh().equals(config.mesh())) {
                throw new MeshStartException("list " + list.content().number()
                        + " of revocations is not of authority "
                        + authorization.authority().fingerprint()
                        + " and mesh '" + config.mesh() + "'");
            }
            known.add(list);
        });
        return known;
    }

    /** Tells the operator in time that the credential is to be renewed. */
    private void watchCredential() {
        if (closed) {
            return;
        }
        engine.register().notary().credential().ifPresent(own -> {
            Instant end = own.grant().notAfter();
            Duration left = Duration.between(Instant.now(), end);
            Duration whole = Duration.between(own.grant().notBefore(), end);
            if (left.compareTo(whole.dividedBy(10)) < 0 && own.grant().serial() != warnedOfSerial) {
                warnedOfSerial = own.grant().serial();
                warn("the credential of this node is valid until " + end + ": have it renewed");
            }
        });
        loop.schedule(TimeUnit.SECONDS.toNanos(KEEP_PEERS_SECONDS), this::watchCredential);
    }

    /** Tells the mesh what this node was seen to do, when that has changed a good deal. */
    private void measure() {
        if (closed) {
            return;
        }
        driver.turn((present, now) -> {
            long in = 0;
            long out = 0;
            for (LinkReport link : present.linkReports()) {
                in += link.figures().received().bytesByInterval().get(0);
                out += link.figures().sent().bytesByInterval().get(0);
            }
            if (throughput.handleInterval(in, out)) {
                present.measured(throughput.told(), now);
            }
        });
        loop.schedule(LinkStatistics.INTERVAL_NANOS, this::measure);
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
                    driver::handleDatagram));
        } catch (IOException e) {
            warn("no beacons: " + e.getMessage());
        }
    }

    private Optional<SegmentSocket> openSegment() {
        if (config.multicast().use() == MeshConfig.Multicast.Use.OFF) {
            return Optional.empty();
        }
        try {
            return Optional.of(SegmentSocket.open(
                    loop,
                    config.multicast().group(),
                    config.multicast().port(),
                    config.remoteHops(),
                    driver.segmentHandler()));
        } catch (IOException e) {
            warn("no multicast for groups: " + e.getMessage());
            return Optional.empty();
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
                    listening.locators(),
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
            warn("no host directory: " + e.getMessage());
        }
    }

    private void warn(String text) {
        events.tell(MeshEvent.Kind.WARNING, identity.id(), text);
    }

    /** Writes down whom we know, now and then: after a crash the list is half a minute old. */
    private void keepPeers() {
        if (memory != null && !closed) {
            memory.keep(engine);
            loop.schedule(TimeUnit.SECONDS.toNanos(KEEP_PEERS_SECONDS), this::keepPeers);
        }
    }

    private static long wallClockNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    // ------------------------------------------------------------------ the end

    /** Lets what was sent come to its end, says good-bye, gives everything back. Once. */
    void end() {
        if (!closed) {
            Loop.requireMayWait();
        }
        synchronized (application) {
            if (closed) {
                return;
            }
            closed = true;
        }
        drain();
        CountDownLatch gone = new CountDownLatch(1);
        loop.execute(() -> {
            // While there are links: without, nothing is remembered.
            if (memory != null) {
                memory.keep(engine);
            }
            driver.turn((present, now) -> present.leave(now));
            // First, for the engine settles what it has and takes nothing more.
            handovers.close();
            driver.turn((present, now) -> present.close(now));
            gone.countDown();
        });
        awaitQuietly(gone);
        abandon();
    }

    private void drain() {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (application.isBusy() && System.nanoTime() < deadline && !loop.isInLoop()) {
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
                driver.segment().ifPresent(SegmentSocket::close);
                listening.close();
                handovers.close();
                driver.stop();
                // One more turn of the loop lets the last words out.
                loop.schedule(LAST_WORDS_NANOS, stopped::countDown);
            });
            awaitQuietly(stopped);
        }
        transports.forEach(Transport::close);
        sealer.close();
        signatory.close();
        loop.close();
        application.end();
        ownCallbacks.close();
        if (state != null) {
            state.close();
        }
    }
}
