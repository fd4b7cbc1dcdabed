package dev.weft.cli;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command joins a mesh; the same for all of them. */
final class JoinOptions {
    @Option(
            names = "--mesh",
            paramLabel = "NAME",
            description = "The mesh to join; by default $WEFT_MESH, else \"default\".")
    @Nullable
    String mesh;

    @Option(names = "--remote", paramLabel = "HOPS", description = "How far beacons go; 0, the default, is this host.")
    int remote;

    @Option(names = "--plaintext", description = "Allow links beyond this host that are not encrypted.")
    boolean plaintext;

    @Option(names = "--listen", paramLabel = "LOCATOR", description = "Where to listen, as tcp/host:port; repeatable.")
    List<String> listen = new ArrayList<>();

    @Option(names = "--peer", paramLabel = "LOCATOR", description = "A node to contact, as tcp/host:port; repeatable.")
    List<String> peers = new ArrayList<>();

    @Option(
            names = "--peers",
            paramLabel = "FILE",
            description = "A list of nodes to contact, 'name host[:port]' a line.")
    @Nullable
    Path peerFile;

    @Option(names = "--run", paramLabel = "DIR", description = "Where nodes of one host meet.")
    @Nullable
    Path runtime;

    @Option(names = "--no-beacon", description = "Neither send nor hear beacons.")
    boolean silent;

    @Option(names = "--beacon", paramLabel = "GROUP:PORT", description = "The multicast group; 230.230.230.230:23000.")
    @Nullable
    String beacon;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            description = "How long the view of the mesh must not change before it is used; 300ms.")
    String settle = "300ms";

    MeshBuilder builder() {
        String named = mesh;
        String fromEnvironment = System.getenv("WEFT_MESH");
        String chosen = named != null ? named : fromEnvironment != null ? fromEnvironment : "default";
        try {
            MeshBuilder builder = Mesh.builder(chosen).remote(remote);
            if (plaintext) {
                builder.plaintext();
            }
            listen.forEach(locator -> builder.listen(Locator.parse(locator)));
            peers.forEach(locator -> builder.peer(Locator.parse(locator)));
            Path file = peerFile;
            if (file != null) {
                builder.peerFile(file);
            }
            Path directory = runtime;
            if (directory != null) {
                builder.runtimeDirectory(directory);
            }
            String group = beacon;
            if (silent) {
                builder.beacon(MeshConfig.Beacon.NONE);
            } else if (group != null) {
                builder.beacon(parseBeacon(group));
            }
            return builder;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** Joins for the length of a command, and waits until the view of the mesh has settled. */
    Mesh joinBriefly() throws InterruptedException {
        Mesh joined = join(
                builder().ephemeral().nodeName("weft-" + ProcessHandle.current().pid()));
        settle(joined);
        return joined;
    }

    static Mesh join(MeshBuilder builder) {
        try {
            return builder.join();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private void settle(Mesh joined) throws InterruptedException {
        long calmMillis = Text.duration(settle).toMillis();
        long giveUp = System.currentTimeMillis() + 10 * calmMillis;
        TreeSet<NodeId> view = new TreeSet<>();
        long calmSince = System.currentTimeMillis();
        while (System.currentTimeMillis() < giveUp) {
            TreeSet<NodeId> now = new TreeSet<>();
            joined.peers().forEach(peer -> now.add(peer.id()));
            if (!now.equals(view)) {
                view = now;
                calmSince = System.currentTimeMillis();
            } else if (!view.isEmpty() && System.currentTimeMillis() - calmSince >= calmMillis) {
                return;
            }
            Thread.sleep(10);
        }
    }

    private static MeshConfig.Beacon parseBeacon(String group) {
        int colon = group.lastIndexOf(':');
        try {
            return new MeshConfig.Beacon(
                    MeshConfig.Beacon.Mode.ON,
                    group.substring(0, Math.max(0, colon)),
                    Integer.parseInt(group.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + group + "' must be a group and a port, as in 230.230.230.230:23000", e);
        }
    }
}
