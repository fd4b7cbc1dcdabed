package dev.weft.cli;

import dev.weft.Description;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.Peer;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a node in the foreground and tells what happens. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Run a node until Ctrl-C.")
final class UpCommand implements Callable<Integer> {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private static final Pattern RATES = Pattern.compile("(\\d{1,18})/(\\d{1,18})");

    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The node's name; default the file's, else the host's.")
    @Nullable
    String name;

    @Option(names = "--ephemeral", description = "Take a new identity and forget it at the end; default the kept one.")
    boolean ephemeral;

    @Option(
            names = "--pin",
            paramLabel = "NODE",
            description =
                    "Keep a link to this node: an id, the beginning of one (8 digits or more), or a name; repeatable; default none.")
    List<String> pinned = new ArrayList<>();

    @Option(
            names = "--forbid",
            paramLabel = "NODE",
            description = "Never link to this node, named as for --pin; repeatable; default none.")
    List<String> forbidden = new ArrayList<>();

    @Option(
            names = "--only-pinned",
            description = "Make no other links than the pinned ones; default up to 16 nodes all of them.")
    boolean onlyPinned;

    @Option(
            names = "--heartbeat",
            paramLabel = "TIME",
            description = "The interval of heartbeats, 50ms to 60s; default 1s.")
    @Nullable
    String heartbeat;

    @Option(
            names = "--handshake",
            paramLabel = "TIME",
            description = "How long a handshake may take, TLS included, 100ms to 10m; default 10s.")
    @Nullable
    String handshake;

    @Option(names = "--tag", paramLabel = "TAG", description = "A label of this node; repeatable; default none.")
    List<String> tags = new ArrayList<>();

    @Option(names = "--group", paramLabel = "GROUP", description = "A group it is in; repeatable; default none.")
    List<String> groups = new ArrayList<>();

    @Option(
            names = "--attribute",
            paramLabel = "KEY=VALUE",
            description = "A named value of this node; repeatable; default none.")
    Map<String, String> attributes = new TreeMap<>();

    @Option(
            names = "--bandwidth",
            paramLabel = "RX/TX",
            description = "What it can receive and send, in bits per second; default unsaid.")
    @Nullable
    String bandwidth;

    @Option(names = "--no-perf", description = "Take nothing from `weft perf`; default take it and throw it away.")
    boolean withoutPerf;

    @Option(names = "--json", description = "One object a line; default text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Settings said = join.settings();
        String interval = heartbeat;
        String longest = handshake;
        MeshBuilder builder = join.builder()
                .heartbeat(Text.duration(interval != null ? interval : said.text(Setting.LINK_HEARTBEAT)))
                .handshake(Text.duration(longest != null ? longest : said.text(Setting.LINK_HANDSHAKE)))
                .links(new MeshConfig.Links(
                        policy(), orSaid(pinned, Setting.LINK_PINNED), orSaid(forbidden, Setting.LINK_FORBIDDEN)));
        describe(builder);
        if (join.listen.isEmpty()) {
            said.words(Setting.LISTEN).forEach(locator -> builder.listen(Locator.parse(locator)));
        }
        String chosen = name;
        if (chosen != null) {
            builder.nodeName(chosen);
        } else if (said.isSaid(Setting.NODE_NAME)) {
            builder.nodeName(said.text(Setting.NODE_NAME));
        }
        join.path(join.state, Setting.STATE_DIRECTORY).ifPresent(builder::stateDirectory);
        Optional<Path> kept = Optional.empty();
        if (ephemeral) {
            builder.ephemeral();
        } else {
            kept = Optional.of(join.keptAt());
        }
        join.authorize(builder, kept);
        kept.ifPresent(directory -> JoinCommand.peers(directory).forEach(builder::peer));
        try (Mesh mesh = join.join(builder);
                ExplainDoor door = explainDoor(mesh)) {
            JoinOptions.leaveAtExit(mesh, door == null ? () -> {} : door::close);
            if (!withoutPerf) {
                mesh.open(PerfRun.ENDPOINT, SocketKind.RDM).onMessage(message -> {});
            }
            // No event is missed, and none is told before the joining itself.
            synchronized (this) {
                mesh.subscribe(this::print);
                printJoined(mesh);
            }
            // Ctrl-C ends the process from under this; only an interrupt comes back from it.
            new CountDownLatch(1).await();
        }
        return ExitCode.OK.code();
    }

    /** A node runs without one as well. */
    private @Nullable ExplainDoor explainDoor(Mesh mesh) {
        try {
            return ExplainDoor.open(join.meetingPlace(), mesh);
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            System.err.println("weft: warning: weft explain cannot ask this node: "
                    + Text.harmless(String.valueOf(e.getMessage())));
            return null;
        }
    }

    private void describe(MeshBuilder builder) {
        Settings said = join.settings();
        try {
            builder.describe(new Description(
                    orSaid(groups, Setting.NODE_GROUPS),
                    orSaid(tags, Setting.NODE_TAGS),
                    attributes.isEmpty() ? said.table(Setting.NODE_ATTRIBUTES) : new TreeMap<>(attributes),
                    rates()));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private Peer.Bandwidth rates() {
        String given = bandwidth;
        if (given == null) {
            Settings said = join.settings();
            return new Peer.Bandwidth(said.number(Setting.NODE_RECEIVE), said.number(Setting.NODE_SEND));
        }
        Matcher matcher = RATES.matcher(given);
        if (!matcher.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--bandwidth " + given + " must be two rates, as in 100000000/20000000");
        }
        return new Peer.Bandwidth(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    private List<String> orSaid(List<String> options, Setting setting) {
        return options.isEmpty() ? join.settings().words(setting) : options;
    }

    private MeshConfig.Links.Policy policy() {
        if (join.observe && onlyPinned) {
            throw new CommandFailure(ExitCode.USAGE, "--observe keeps one link, --only-pinned others: choose one");
        }
        if (join.observe) {
            return MeshConfig.Links.Policy.OBSERVER;
        }
        return onlyPinned || join.settings().flag(Setting.LINK_ONLY_PINNED)
                ? MeshConfig.Links.Policy.PINNED_ONLY
                : MeshConfig.Links.Policy.AUTOMATIC;
    }

    private void printJoined(Mesh mesh) {
        System.out.println(
                json
                        ? new Json()
                                .put("event", "joined")
                                .put("mesh", mesh.name())
                                .put("node", mesh.self().id().toString())
                        : "joined mesh " + mesh.name() + " as " + mesh.self().name() + ", node "
                                + mesh.self().id());
    }

    private synchronized void print(MeshEvent event) {
        JoinOptions.warn(event);
        String kind = event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        System.out.println(
                json
                        ? new Json()
                                .put("at", event.at().toString())
                                .put("event", event.kind().name().toLowerCase(Locale.ROOT))
                                .put("node", event.node().toString())
                                .put("detail", event.detail())
                        : String.format(
                                Locale.ROOT,
                                "%s  %-15s  %s  %s",
                                CLOCK.format(event.at()),
                                kind,
                                event.node().brief(),
                                Text.harmless(event.detail())));
    }
}
