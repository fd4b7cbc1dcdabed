package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Jvm;
import dev.weft.lab.RealTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The main job as a shell sees it: a process, its last line and its exit code. Half a minute; a slow machine gets nine. */
@Timeout(900)
@ExtendWith(RealTime.class)
class DemoIT {
    private static final int MESSAGES = 10_000;

    @TempDir
    Path directory;

    private @Nullable Process demo;

    @AfterEach
    void endIt() {
        Process left = demo;
        if (left != null) {
            left.descendants().forEach(ProcessHandle::destroyForcibly);
            left.destroyForcibly();
        }
    }

    @Test
    void aRelayIsKilledUnderLoadAndTheLedgerIsRight() throws Exception {
        List<String> said = run();
        JsonText ledger = JsonText.parse(said.get(said.size() - 1));
        assertThat(ledger.keys()).containsExactly("sent", "delivered", "lost", "duplicates", "rerouteMillis", "nodes");
        assertThat(ledger.field("sent")).hasToString(Integer.toString(MESSAGES));
        assertThat(ledger.field("delivered")).hasToString(Integer.toString(MESSAGES));
        assertThat(ledger.field("lost")).hasToString("0");
        assertThat(ledger.field("duplicates")).hasToString("0");
        assertThat(ledger.field("nodes")).hasToString("5");
        assertThat(Long.parseLong(ledger.field("rerouteMillis").toString())).isPositive();

        String all = String.join("\n", said);
        // They were seen to discover each other; whom a node has a link to before it looks around is no discovery.
        for (int by = 1; by <= 5; by++) {
            for (int whom = by + 1; whom <= 5; whom++) {
                assertThat(all)
                        .containsPattern("n%d discovers n%d by |n%d discovers n%d by ".formatted(by, whom, whom, by));
            }
        }
        assertThat(all).contains("all 7 links are up").contains("link RTT");
        // The relay that was killed was the one in use: its neighbors lost it, and the way does not lead over it.
        String relay = all.replaceAll("(?s).*kill -9 \\d+: (n\\d), the relay in use, is dead.*", "$1");
        assertThat(relay).matches("n[245]");
        assertThat(all).containsPattern("n\\d has lost its link to " + relay);
        String way = all.replaceAll("(?s).*The way is now: ([^\n]*).*", "$1");
        assertThat(way).startsWith("n1 -> ").endsWith(" -> n3").doesNotContain(relay);
        assertThat(all).contains(relay + " is started again.");
    }

    private List<String> run() throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = Leaks.watched(
                        new ProcessBuilder(Jvm.command(List.of(), Main.class.getName(), "demo", "--json")), directory)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        demo = process;
        assertThat(process.waitFor(540, TimeUnit.SECONDS)).as("it ends").isTrue();
        String all = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue())
                .as(all + Files.readString(err, StandardCharsets.UTF_8))
                .isZero();
        Leaks.assertNone(directory);
        return all.lines().toList();
    }
}
