package dev.weft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Describes a node step by step; {@link #join} starts it. Not thread-safe. */
public final class MeshBuilder {
    private final String mesh;
    private Optional<String> nodeName = Optional.empty();
    private MeshConfig.Identity identity = MeshConfig.Identity.KEPT;
    private Path stateDirectory = home("XDG_STATE_HOME", ".local/state");
    private Path runtimeDirectory = runtimeHome();
    private int remoteHops;
    private MeshConfig.Encryption encryption = MeshConfig.Encryption.REQUIRED;
    private MeshConfig.Sealing sealing = MeshConfig.Sealing.RELAYED;
    private final List<MeshKey> keys = new ArrayList<>();
    private Optional<AuthorityKey> authority = Optional.empty();
    private Optional<Credential> credential = Optional.empty();
    private Optional<Revocations> revocations = Optional.empty();
    private final List<MeshConfig.Partner> partners = new ArrayList<>();
    private final List<Locator> listen = new ArrayList<>();
    private final List<Locator> peers = new ArrayList<>();
    private Optional<Path> peerFile = Optional.empty();
    private MeshConfig.Beacon beacon = MeshConfig.Beacon.DEFAULT;
    private MeshConfig.Multicast multicast = MeshConfig.Multicast.OFF;
    private MeshConfig.Links links = MeshConfig.Links.AUTOMATIC;
    private Duration heartbeat = Duration.ofSeconds(1);
    private Duration handshake = Duration.ofSeconds(10);
    private Description description = Description.EMPTY;
    private Limits limits = Limits.DEFAULT;
    private Optional<Executor> callbacks = Optional.empty();

    MeshBuilder(String mesh) {
        this.mesh = mesh;
    }

    /** For people; by default the name in the credential, else the host's. */
    public MeshBuilder nodeName(String name) {
        nodeName = Optional.of(name);
        return this;
    }

    /** A new identity that ends with this node; by default the one kept in the state directory. */
    public MeshBuilder ephemeral() {
        identity = MeshConfig.Identity.EPHEMERAL;
        return this;
    }

    /** Where the key and the known peers are kept; two running nodes of one mesh need two. */
    public MeshBuilder stateDirectory(Path directory) {
        stateDirectory = directory;
        return this;
    }

    /** Where nodes of one host meet. */
    public MeshBuilder runtimeDirectory(Path directory) {
        runtimeDirectory = directory;
        return this;
    }

    /** How many hops beacons go: 0 stays on this host; more needs a {@link #key}, an {@link #authority}, or {@link #plaintext}. */
    public MeshBuilder remote(int hops) {
        remoteHops = hops;
        return this;
    }

    /** The secret that all members of the mesh have; a second one is valid beside it while the key is changed. */
    public MeshBuilder key(MeshKey key) {
        keys.add(key);
        return this;
    }

    /** The authority of the mesh: nobody without a credential of it is let in, and each may do what it says. */
    public MeshBuilder authority(AuthorityKey key) {
        authority = Optional.of(key);
        return this;
    }

    /** What the authority says of this node; needs {@link #authority}. */
    public MeshBuilder credential(Credential own) {
        credential = Optional.of(own);
        return this;
    }

    /** What the authority has taken back; needs {@link #authority}. The newest list of the mesh counts. */
    public MeshBuilder revocations(Revocations list) {
        revocations = Optional.of(list);
        return this;
    }

    /** Demands something of one partner: that it is a certain node, encryption, or none; repeatable. */
    public MeshBuilder partner(MeshConfig.Partner partner) {
        partners.add(partner);
        return this;
    }

    /** Allows links beyond this host that anyone there can read, and has TCP speak in plain. */
    public MeshBuilder plaintext() {
        encryption = MeshConfig.Encryption.PLAINTEXT;
        return this;
    }

    /** What is sealed from end to end; by default what passes over other nodes, in a mesh that has a key. */
    public MeshBuilder sealing(MeshConfig.Sealing what) {
        sealing = what;
        return this;
    }

    /** Listens there too; repeatable. The first call replaces the default. */
    public MeshBuilder listen(Locator locator) {
        listen.add(locator);
        return this;
    }

    /** Looks for others there; repeatable. */
    public MeshBuilder peer(Locator locator) {
        peers.add(locator);
        return this;
    }

    public MeshBuilder peerFile(Path file) {
        peerFile = Optional.of(file);
        return this;
    }

    public MeshBuilder beacon(MeshConfig.Beacon to) {
        beacon = to;
        return this;
    }

    /** How messages for many go to neighbors on the same segment; by default over links. Needs a {@link #key}. */
    public MeshBuilder multicast(MeshConfig.Multicast how) {
        multicast = how;
        return this;
    }

    public MeshBuilder links(MeshConfig.Links which) {
        links = which;
        return this;
    }

    /** The interval of heartbeats: 50 ms to 60 s, by default 1 s. */
    public MeshBuilder heartbeat(Duration interval) {
        heartbeat = interval;
        return this;
    }

    /** How long a handshake may take from when a connection is accepted, TLS included: 100 ms to 10 min, by default 10 s. */
    public MeshBuilder handshake(Duration longest) {
        handshake = longest;
        return this;
    }

    /** A label of this node; repeatable. */
    public MeshBuilder tag(String tag) {
        List<String> more = new ArrayList<>(description.tags());
        more.add(tag);
        return describe(description.withTags(more));
    }

    /** A group that this node is a member of; repeatable. */
    public MeshBuilder group(String group) {
        List<String> more = new ArrayList<>(description.groups());
        more.add(group);
        return describe(description.withGroups(more));
    }

    /** A named value of this node; repeatable. */
    public MeshBuilder attribute(String key, String value) {
        return describe(description.withAttribute(key, value));
    }

    /** What this node can receive and send, as others are told. */
    public MeshBuilder bandwidth(Peer.Bandwidth rates) {
        return describe(description.withBandwidth(rates));
    }

    /** All of groups, tags, attributes and bandwidth at once. */
    public MeshBuilder describe(Description whole) {
        description = whole;
        return this;
    }

    /** One of the things that the node is to hold at most, or how fast it may speak; repeatable. */
    public MeshBuilder limit(Limit which, long value) {
        limits = limits.with(which, value);
        return this;
    }

    /** All of them at once. */
    public MeshBuilder limits(Limits all) {
        limits = all;
        return this;
    }

    /**
     * Runs every callback: handlers of messages, outcomes and events; by default, and where it refuses one, threads of
     * this mesh's own.
     *
     * <p>An executor that runs what it gets at once, as {@code Runnable::run} does, runs it on the thread that runs the
     * mesh. That saves two changes of threads for each message that comes, half of a round trip on one host; but nothing moves
     * in the mesh while a callback runs, heartbeats included. It may send, and may not wait: what would wait there,
     * for this mesh or another one, throws {@link IllegalStateException}, {@link Mesh#close} included. A {@code CompletableFuture}
     * that was made of an outcome's stage cannot know where it is waited for: its {@code get} and {@code join} would
     * wait for ever.
     */
    public MeshBuilder callbacks(Executor executor) {
        callbacks = Optional.of(executor);
        return this;
    }

    /**
     * What has been described.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it and what is allowed
     */
    public MeshConfig config() {
        if (authority.isEmpty() && (credential.isPresent() || revocations.isPresent())) {
            throw new IllegalArgumentException(
                    "a credential or a list of revocations is worth nothing without the key of the authority that"
                            + " signed it: give that too (--authority FILE)");
        }
        String named = nodeName.orElseGet(
                () -> credential.map(own -> own.grant().name()).orElseGet(MeshBuilder::hostName));
        return new MeshConfig(
                mesh,
                named,
                identity,
                stateDirectory,
                runtimeDirectory,
                remoteHops,
                encryption,
                sealing,
                keys,
                authority.map(key -> new MeshConfig.Authorization(key, credential, revocations)),
                partners,
                listen,
                peers,
                peerFile,
                beacon,
                multicast,
                links,
                heartbeat,
                handshake,
                description,
                limits,
                callbacks);
    }

    /**
     * Starts the node. Returns as soon as it listens; others are found from then on.
     *
     * @throws IllegalArgumentException as {@link #config}
     * @throws MeshStartException if it cannot start; the message says what to change
     */
    public Mesh join() {
        return Mesh.join(config());
    }

    private static Path home(String variable, String fallback) {
        String set = System.getenv(variable);
        return set != null && !set.isBlank()
                ? Path.of(set, "weft")
                : Path.of(System.getProperty("user.home"), fallback, "weft");
    }

    private static Path runtimeHome() {
        String set = System.getenv("XDG_RUNTIME_DIR");
        return set != null && !set.isBlank()
                ? Path.of(set, "weft")
                : Path.of(System.getProperty("java.io.tmpdir"), "weft-" + System.getProperty("user.name"));
    }

    private static String hostName() {
        Map<String, String> environment = System.getenv();
        String name = environment.getOrDefault("HOSTNAME", environment.getOrDefault("COMPUTERNAME", "node"));
        int dot = name.indexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name).toLowerCase(Locale.ROOT);
    }
}
