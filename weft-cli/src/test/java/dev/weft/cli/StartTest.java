package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
                        Jvm.command(List.of("-Xlog:class+load=info:file=" + log), Main.class.getName(), "rehearse"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        List<String> loaded = Files.readAllLines(log);
        assertThat(loaded.stream().filter(line -> line.contains("dev.weft.core.engine.Engine ")))
                .hasSize(1);
        assertThat(loaded.stream().filter(line -> NEEDLESS.stream().anyMatch(line::contains)))
                .isEmpty();
    }
}
