package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a node in the foreground and tells what happens. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Run a node until Ctrl-C.")
final class UpCommand implements Callable<Integer> {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--name", paramLabel = "NAME", description = "The node's name; default the host's.")
    @Nullable
    String name;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where the node's identity is kept; default $XDG_STATE_HOME/weft.")
    @Nullable
    Path state;

    @Option(names = "--ephemeral", description = "Take a new identity and forget it at the end; default the kept one.")
    boolean ephemeral;

    @Option(names = "--pin", paramLabel = "NODE", description = "Keep a link to this node; repeatable; default none.")
    List<String> pinned = new ArrayList<>();

    @Option(names = "--forbid", paramLabel = "NODE", description = "Never link to this node; repeatable; default none.")
    List<String> forbidden = new ArrayList<>();

    @Option(
            names = "--only-pinned",
            description = "Make no other links than the pinned ones; default up to 16 nodes all of them.")
    boolean onlyPinned;

    @Option(
            names = "--heartbeat",
            paramLabel = "TIME",
            description = "The interval of heartbeats, 50ms to 60s; default 1s.")
    String heartbeat = "1s";

    @Option(names = "--json", description = "One object a line; default text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        MeshBuilder builder = join.builder()
                .heartbeat(Text.duration(heartbeat))
                .links(new MeshConfig.Links(policy(), pinned, forbidden));
        String chosen = name;
        if (chosen != null) {
            builder.nodeName(chosen);
        }
        Path directory = state;
        if (directory != null) {
            builder.stateDirectory(directory);
        }
        if (ephemeral) {
            builder.ephemeral();
        }
        try (Mesh mesh = join.join(builder)) {
            JoinOptions.leaveAtExit(mesh, () -> {});
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

    private MeshConfig.Links.Policy policy() {
        if (join.observe && onlyPinned) {
            throw new CommandFailure(ExitCode.USAGE, "--observe keeps one link, --only-pinned others: choose one");
        }
        if (join.observe) {
            return MeshConfig.Links.Policy.OBSERVER;
        }
        return onlyPinned ? MeshConfig.Links.Policy.PINNED_ONLY : MeshConfig.Links.Policy.AUTOMATIC;
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
