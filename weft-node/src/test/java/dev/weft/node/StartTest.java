package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a process loads until its first message has arrived. A start is mostly loading, so what is not needed there must
 * stay away: this looks at names, where a test of times would look at the machine.
 */
class StartTest {
    /** TLS and its native library, the library of the seals with its signed jar, Flight Recorder at work. */
    private static final List<String> NEEDLESS = List.of(
            "io.netty.handler.ssl.",
            "io.netty.internal.tcnative.",
            "sun.security.ssl.SSLContextImpl",
            "sun.security.x509.X509CertImpl",
            "org.bouncycastle.",
            "jdk.jfr.internal.MetadataRepository");

    @TempDir
    Path directory;

    @Test
    void twoNodesOfAHostMeetWithoutLoadingWhatTheyDoNotNeed() throws IOException, InterruptedException {
        Path log = directory.resolve("loaded");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-Xlog:class+load=info:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Pair.class.getName(),
                        directory.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        List<String> loaded = Files.readAllLines(log);
        assertThat(loaded.stream().filter(line -> line.contains("dev.weft.core.engine.Engine ")))
                .hasSize(1);
        assertThat(loaded.stream().filter(line -> NEEDLESS.stream().anyMatch(line::contains)))
                .isEmpty();
    }

    /** Two nodes of one process; ends with 0 when a message has come from one to the other. */
    public static final class Pair {
        private Pair() {}

        public static void main(String[] args) throws InterruptedException {
            try (Mesh sink = node(args[0], "sink").join();
                    Mesh source = node(args[0], "source").join();
                    Endpoint endpoint = sink.open("first", SocketKind.RDM)) {
                endpoint.onMessage(message -> {});
                Outcome outcome = source.await("sink", Duration.ofSeconds(30))
                        .map(found -> source.send(
                                        found.id(),
                                        "first",
                                        new byte[64],
                                        new SendOptions(SocketKind.RDM, Duration.ofSeconds(30)))
                                .outcome()
                                .toCompletableFuture()
                                .join())
                        .orElseThrow();
                if (outcome.kind() != Outcome.Kind.DELIVERED) {
                    throw new IllegalStateException(outcome.toString());
                }
            }
        }

        private static MeshBuilder node(String directory, String name) {
            Path state = Path.of(directory);
            return Mesh.builder("start")
                    .nodeName(name)
                    .ephemeral()
                    .stateDirectory(state.resolve(name))
                    .runtimeDirectory(state.resolve("run"))
                    .beacon(MeshConfig.Beacon.NONE);
        }
    }
}
