package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.Peer;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Does once what commands do: shows the help, has two nodes meet in this process, and sends a message from one to the other.
 * The {@code weft} script runs it to have the JVM write down the classes of all that, which later commands then need not
 * load one by one. Touches nothing of the user's: its nodes live in a directory of their own, heard by nobody else.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final String ENDPOINT = "rehearsal";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine weft = spec.root().commandLine();
        weft.usage(weft.getOut());
        Path directory = Files.createTempDirectory("weft-rehearsal");
        try (Mesh sink = node(directory, "sink").join();
                Mesh source = node(directory, "source").join();
                Endpoint endpoint = sink.open(ENDPOINT, SocketKind.RDM)) {
            endpoint.onMessage(message -> {});
            Optional<Peer> found = source.await("sink", PATIENCE);
            found.ifPresent(
                    peer -> source.send(peer.id(), ENDPOINT, new byte[1], new SendOptions(SocketKind.RDM, PATIENCE))
                            .outcome()
                            .toCompletableFuture()
                            .join());
            return (found.isPresent() ? ExitCode.OK : ExitCode.NOT_FOUND).code();
        } finally {
            remove(directory);
        }
    }

    private static MeshBuilder node(Path directory, String name) {
        return Mesh.builder("rehearsal")
                .nodeName(name)
                .ephemeral()
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    private static void remove(Path directory) throws IOException {
        List<Path> leavesFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            leavesFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : leavesFirst) {
            Files.deleteIfExists(path);
        }
    }
}
