package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Jvm;
import dev.weft.lab.RealTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak over connections and to groups, and the one that measures, as processes of their own. */
@Timeout(900)
@ExtendWith(RealTime.class)
class PipeIT {
    private static final long PATIENCE_SECONDS = 90;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() throws IOException {
        processes.forEach(Process::destroyForcibly);
        Leaks.assertNone(directory);
    }

    /** A command with its own files for what it reads and says. */
    private Process weft(String name, byte[] stdin, String... words) throws IOException {
        List<String> command = new ArrayList<>(Jvm.command(List.of(), Main.class.getName(), words));
        command.addAll(List.of(
                "--mesh",
                "pipes",
                "--no-beacon",
                "--run",
                directory.resolve("run").toString()));
        Path in = Files.write(directory.resolve(name + ".in"), stdin);
        Process process = Leaks.watched(new ProcessBuilder(command), directory)
                .redirectInput(in.toFile())
                .redirectOutput(directory.resolve(name + ".out").toFile())
                .redirectError(directory.resolve(name + ".err").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private byte[] said(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name + ".out"));
    }

    private void endsWell(String name, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("%s ends", name)
                .isTrue();
        assertThat(process.exitValue())
                .as("%s: %s%s", name, Files.readString(directory.resolve(name + ".err")), saidInWords(name))
                .isZero();
    }

    @Test
    void aPipeCarriesEveryByteBothWaysAndBothEndsSucceed() throws Exception {
        byte[] there = new byte[3_000_001];
        byte[] back = new byte[70_000];
        new Random(1).nextBytes(there);
        new Random(2).nextBytes(back);
        Process accepting = weft("sink", back, "pipe", "--accept", "data", "--name", "sink");
        Process connecting = weft("source", there, "pipe", "sink", "data", "--wait", "60s");
        endsWell("source", connecting);
        endsWell("sink", accepting);
        assertThat(said("sink")).isEqualTo(there);
        assertThat(said("source")).isEqualTo(back);
    }

    @Test
    void whatIsSentOverConnectionsIsHeardByWhoeverListensToThem() throws Exception {
        for (String type : List.of("seqpacket", "stream")) {
            String ear = "ear-" + type;
            Process listening = weft(ear, new byte[0], "listen", "talk", "--type", type, "--name", ear, "--count", "1");
            Process sending =
                    weft("mouth-" + type, new byte[0], "send", ear, "talk", "hello", "--type", type, "--wait", "60s");
            endsWell("mouth-" + type, sending);
            endsWell(ear, listening);
            assertThat(new String(said(ear), StandardCharsets.UTF_8)).isEqualTo("hello\n");
            assertThat(new String(said("mouth-" + type), StandardCharsets.UTF_8))
                    .startsWith("delivered");
        }
    }

    @Test
    void aMeshThatIsMeasuredCarriesEveryMessageAndProgressIsToldMeanwhile() throws Exception {
        weft("far", new byte[0], "up", "--name", "far");
        Process measuring = weft("perf", new byte[0], "perf", "far", "--for", "1500ms", "--json", "--wait", "60s");
        endsWell("perf", measuring);
        JsonText figures = JsonText.parse(saidInWords("perf").strip());
        assertThat(figures.field("hops")).hasToString("1");
        assertThat(figures.field("failed")).hasToString("0");
        for (String counted : List.of("roundTrips", "delivered", "messagesPerSecond", "bytesPerSecond")) {
            assertThat(Long.parseLong(figures.field(counted).toString()))
                    .as(counted)
                    .isPositive();
        }
        // A line a second in each half.
        assertThat(Files.readString(directory.resolve("perf.err")).lines().filter(line -> line.contains("messages/s")))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    private void listens(String name) throws IOException, InterruptedException {
        Path err = directory.resolve(name + ".err");
        for (int tries = 0; !Files.readString(err).contains("listening as"); tries++) {
            assertThat(tries).as("%s begins", name).isLessThan(6_000);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private String saidInWords(String name) throws IOException {
        return new String(said(name), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsSentToAGroupOrToEveryoneIsHeardByWhoHasJoined() throws Exception {
        // Who leaves as soon as it has heard may be gone before its acknowledgement has come over the others.
        Process weather = weft("ear", new byte[0], "listen", "--group", "weather", "--name", "ear");
        Process all = weft("all", new byte[0], "listen", "--everyone", "--name", "all");
        listens("ear");
        listens("all");
        Process groups = weft("groups", new byte[0], "groups", "--settle", "1s");
        endsWell("groups", groups);
        assertThat(saidInWords("groups")).contains("weather");
        Process toGroup = weft("mouth", new byte[0], "send", "--group", "weather", "storm", "--wait", "60s");
        endsWell("mouth", toGroup);
        assertThat(saidInWords("mouth")).contains("1 member: delivered 1");
        hears("ear", "storm\n");
        weather.destroy();
        assertThat(weather.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        Process toAll = weft("shout", new byte[0], "send", "--everyone", "hello", "--wait", "60s", "--settle", "1s");
        endsWell("shout", toAll);
        hears("all", "hello\n");
        all.destroy();
    }

    private void hears(String name, String words) throws IOException, InterruptedException {
        for (int tries = 0; !saidInWords(name).equals(words); tries++) {
            assertThat(tries).as("%s has heard '%s'", name, saidInWords(name)).isLessThan(6_000);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
