package dev.weft.cli;

import dev.weft.AuthorityKey;
import dev.weft.Limits;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** How a command joins a mesh; the same for all of them. */
@Command(
        footer = {
            "",
            "TIME is a number and its unit: 250ms, 2s, 10m or 1h. Round trips are shown in ms, in JSON in microseconds."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed, or not delivered",
            "2:wrong usage",
            "3:this node could not start",
            "4:no such node, or several",
            "5:no answer in time",
            "130:interrupted"
        })
final class JoinOptions {
    private static final Pattern BEACON = Pattern.compile("(.+):(\\d{1,9})");

    /** A busy mesh paces its advertisements and computations: whoever has a link may see nobody for so long. */
    private static final long PACED_NANOS = 10_000_000_000L;

    /** The whole command, or the group of commands that this one is of. */
    @ParentCommand
    Object parent = new Main(MeshBuilder::join);

    @Option(
            names = "--mesh",
            paramLabel = "NAME",
            description = "The mesh to join; default $WEFT_MESH, else the file's, else \"default\".")
    @Nullable
    String mesh;

    @Option(
            names = "--remote",
            paramLabel = "HOPS",
            description = "How far beacons go, in hops, 0 to 32; default 0, this host alone.")
    @Nullable
    Integer remote;

    @Option(
            names = "--multicast-groups",
            description = "Send to groups by IP multicast where several neighbors hear it on one LAN segment; needs the"
                    + " mesh's key; default off.")
    boolean multicastGroups;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The mesh's key, made by 'weft key new'; repeatable while it is changed, read again when the"
                    + " file changes; default $WEFT_KEY, a key or the path of a file, else the file's, else"
                    + " none.")
    List<Path> keyFiles = new ArrayList<>();

    @Option(
            names = "--authority",
            paramLabel = "FILE",
            description = "The public key of the mesh's authority: nobody without a credential of it is let in; default"
                    + " the file's, else, for weft up, what weft join has kept, else none.")
    @Nullable
    Path authorityFile;

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description =
                    "What the authority says of this node, read again when the file changes; a command that has one"
                            + " takes the kept identity; default as for --authority.")
    @Nullable
    Path credentialFile;

    @Option(
            names = "--revocations",
            paramLabel = "FILE",
            description = "What the authority has taken back, read again when the file changes; default what the mesh"
                    + " knows.")
    @Nullable
    Path revocationsFile;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where the identity of weft up, or of a command with a credential, is kept; default"
                    + " $XDG_STATE_HOME/weft.")
    @Nullable
    Path state;

    @Option(names = "--plaintext", description = "Allow links beyond this host that are not encrypted; default no.")
    boolean plaintext;

    @Option(
            names = "--sealing",
            paramLabel = "WHAT",
            description = "What is sealed from end to end where the mesh has a key: relayed, always or never; all nodes"
                    + " must agree on never; default relayed.")
    @Nullable
    String sealing;

    @Option(
            names = "--listen",
            paramLabel = "LOCATOR",
            description =
                    "Where to listen, as tcp/host:port; repeatable; default shared memory and a Unix socket, and TCP where --remote is above 0.")
    List<String> listen = new ArrayList<>();

    @Option(
            names = "--peer",
            paramLabel = "LOCATOR",
            description = "A node to contact, as tcp/host:port; repeatable; default none.")
    List<String> peers = new ArrayList<>();

    @Option(
            names = "--peers",
            paramLabel = "FILE",
            description = "A list of nodes to contact, 'name host[:port]' a line; default none.")
    @Nullable
    Path peerFile;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "What holds where no option is given; default the first of $WEFT_CONFIG, ./weft.toml, $XDG_CONFIG_HOME/weft/weft.toml, /etc/weft/weft.toml.")
    @Nullable
    Path config;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Where nodes of one host meet; default $XDG_RUNTIME_DIR/weft.")
    @Nullable
    Path runtime;

    @Option(
            names = "--limit",
            paramLabel = "NAME=NUMBER",
            description =
                    "What this node holds at most, or how fast it speaks, as in links=64 or"
                            + " send-bits-per-second=8000000; repeatable; default the file's, else what docs/guarantees.md says.")
    Map<String, Long> limits = new TreeMap<>();

    @Option(names = "--no-beacon", description = "Neither send nor hear beacons; default both.")
    boolean silent;

    @Option(
            names = "--beacon",
            paramLabel = "GROUP:PORT",
            description = "The multicast group; default 230.230.230.230:23000.")
    @Nullable
    String beacon;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            description = "How long the view of the mesh must not change before it is used; default 300ms.")
    String settle = "300ms";

    @Option(
            names = "--observe",
            description =
                    "Link to one node of this host and relay nothing: sees meshes that keep pinned links only, too;"
                            + " default links like any node.")
    boolean observe;

    private @Nullable Settings settings;
    private MeshKeys keys = MeshKeys.of(List.of(), "", Optional.empty());
    private AuthorityFiles authority = AuthorityFiles.none();

    /** What configuration says, read once. */
    Settings settings() {
        Settings known = settings;
        if (known == null) {
            known = Settings.load(Optional.ofNullable(config), System.getenv());
            settings = known;
        }
        return known;
    }

    /** Adds what is known of the mesh's authority: from options and configuration, else from what was kept at a join. */
    void authorize(MeshBuilder builder, Optional<Path> kept) {
        authority = AuthorityFiles.of(
                path(authorityFile, Setting.AUTHORITY)
                        .or(() -> kept.flatMap(directory -> JoinCommand.left(directory, JoinCommand.AUTHORITY))),
                path(credentialFile, Setting.CREDENTIAL)
                        .or(() -> kept.flatMap(directory -> JoinCommand.left(directory, JoinCommand.CREDENTIAL))),
                path(revocationsFile, Setting.REVOCATIONS));
        authority.describe(builder);
        path(state, Setting.STATE_DIRECTORY).ifPresent(builder::stateDirectory);
    }

    /** Where the identity of a node that stays is kept, and what a join has left beside it. */
    Path keptAt() {
        Settings said = settings();
        String named = mesh;
        MeshBuilder place = Mesh.builder(named != null ? named : said.text(Setting.MESH));
        path(state, Setting.STATE_DIRECTORY).ifPresent(place::stateDirectory);
        return JoinCommand.directory(place.config());
    }

    /** How to join, but for what only a node that stays says of itself. */
    MeshBuilder builder() {
        Settings said = settings();
        String named = mesh;
        Integer hops = remote;
        try {
            MeshBuilder builder = Mesh.builder(named != null ? named : said.text(Setting.MESH))
                    .remote(hops != null ? hops : (int) said.number(Setting.REMOTE));
            keys = MeshKeys.of(keyFiles, System.getenv().getOrDefault("WEFT_KEY", ""), path(null, Setting.KEY));
            keys.keys().forEach(builder::key);
            if (observe) {
                builder.links(new MeshConfig.Links(MeshConfig.Links.Policy.OBSERVER, List.of(), List.of()));
            }
            if (plaintext || said.flag(Setting.PLAINTEXT)) {
                builder.plaintext();
            }
            said.table(Setting.PARTNERS)
                    .forEach((where, demand) -> builder.partner(MeshConfig.Partner.parse(where, demand)));
            String what = sealing;
            builder.sealing(parseSealing(what != null ? what : said.text(Setting.SEALING)));
            listen.forEach(locator -> builder.listen(Locator.parse(locator)));
            (peers.isEmpty() ? said.words(Setting.PEERS) : peers)
                    .forEach(locator -> builder.peer(Locator.parse(locator)));
            builder.limits(Limits.DEFAULT.with(said.numbers(Setting.LIMITS)).with(limits));
            path(peerFile, Setting.PEER_FILE).ifPresent(builder::peerFile);
            path(runtime, Setting.RUNTIME_DIRECTORY).ifPresent(builder::runtimeDirectory);
            if (multicastGroups || said.flag(Setting.MULTICAST_GROUPS)) {
                builder.multicast(MeshConfig.Multicast.ON);
            }
            String group = beacon;
            if (silent || group == null && !said.flag(Setting.BEACON_ENABLED)) {
                builder.beacon(MeshConfig.Beacon.NONE);
            } else if (group != null) {
                builder.beacon(parseBeacon(group));
            } else if (said.isSaid(Setting.BEACON_GROUP)) {
                builder.beacon(parseBeacon(said.text(Setting.BEACON_GROUP)));
            }
            return builder;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** Where the nodes of this user's on this host meet. */
    Path meetingPlace() {
        MeshConfig described = builder().config();
        return described.runtimeDirectory().resolve(described.mesh());
    }

    /** What an option says, else configuration. */
    Optional<Path> path(@Nullable Path option, Setting setting) {
        if (option != null) {
            return Optional.of(option);
        }
        return settings().isSaid(setting) ? Optional.of(Path.of(settings().text(setting))) : Optional.empty();
    }

    /** Joins for the length of a command, and waits until the view of the mesh has settled. */
    Mesh joinBriefly() throws InterruptedException {
        MeshBuilder builder = builder();
        authorize(builder, Optional.empty());
        return joinBriefly(builder);
    }

    /** As {@link #joinBriefly()}, where the authority is at hand. */
    Mesh joinBriefly(AuthorityKey known) throws InterruptedException {
        MeshBuilder builder = builder();
        authorize(builder, Optional.empty());
        return joinBriefly(builder.authority(known));
    }

    private Mesh joinBriefly(MeshBuilder builder) throws InterruptedException {
        Duration calm = Text.duration(settle);
        // A credential is worth something to the identity that it names alone.
        if (!authority.hasCredential()) {
            builder.ephemeral().nodeName("weft-" + ProcessHandle.current().pid());
        }
        Mesh joined = join(builder);
        joined.subscribe(JoinOptions::warn);
        try {
            settle(joined, calm.toNanos());
        } catch (InterruptedException e) {
            joined.close();
            throw e;
        }
        return joined;
    }

    Mesh join(MeshBuilder builder) {
        try {
            Mesh joined = joiner().join(builder);
            keys.follow(joined, complaint -> System.err.println("weft: " + complaint));
            authority.follow(joined);
            return joined;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** On stderr, so that whoever pipes stdout away sees it too. */
    static void warn(MeshEvent event) {
        if (event.kind() == MeshEvent.Kind.WARNING) {
            System.err.println("weft: warning: " + Text.harmless(event.detail()));
        }
    }

    private Joiner joiner() {
        return parent instanceof AuthorityCommand group ? group.weft.joiner() : ((Main) parent).joiner();
    }

    /** Has the mesh left in good order when the process is told to end. */
    static void leaveAtExit(Mesh joined, Runnable first) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            first.run();
                            joined.close();
                        },
                        "weft-leave"));
    }

    private static void settle(Mesh joined, long calmNanos) throws InterruptedException {
        long began = System.nanoTime();
        TreeSet<NodeId> view = new TreeSet<>();
        long calmSince = began;
        while (calmNanos > 0) {
            TreeSet<NodeId> now = new TreeSet<>();
            joined.peers().forEach(peer -> now.add(peer.id()));
            if (!now.equals(view)) {
                view = now;
                calmSince = System.nanoTime();
            } else if (!view.isEmpty() && System.nanoTime() - calmSince >= calmNanos) {
                return;
            }
            long waited = System.nanoTime() - began;
            boolean isAlone = view.isEmpty() && joined.statistics().links().isEmpty();
            if (waited / 10 >= calmNanos && (isAlone || waited >= PACED_NANOS)) {
                return;
            }
            Thread.sleep(10);
        }
    }

    static MeshConfig.Sealing parseSealing(String what) {
        return switch (what) {
            case "relayed" -> MeshConfig.Sealing.RELAYED;
            case "always" -> MeshConfig.Sealing.ALWAYS;
            case "never" -> MeshConfig.Sealing.NEVER;
            default -> throw new IllegalArgumentException("sealing '" + what + "' must be relayed, always or never");
        };
    }

    static MeshConfig.Beacon parseBeacon(String group) {
        Matcher matcher = BEACON.matcher(group);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + group + "' must be a group and a port, as in 230.230.230.230:23000");
        }
        return new MeshConfig.Beacon(MeshConfig.Beacon.Mode.ON, matcher.group(1), Integer.parseInt(matcher.group(2)));
    }
}
