package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a second process can show: locks count between processes. */
@Timeout(300)
class HostDirectoryIT {
    private static final NodeId HERE = new NodeId(1, 1);
    private static final NodeId THERE = new NodeId(2, 2);
    private static final Locator LOCATOR = Locator.parse("tcp/10.0.0.7:7400");

    private record Seen(String what, NodeId node) {}

    /** Enters a node, tries a second time, says so, and stays until it is killed. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws IOException {
            Loop loop = new Loop("other", Loop.Kind.NIO);
            Path root = Path.of(arguments[0]);
            try (HostDirectory entered = enter(loop, root, THERE, new Recorded<>(loop))) {
                try (HostDirectory again = enter(loop, root, THERE, new Recorded<>(loop))) {
                    System.out.print('!');
                } catch (IOException refused) {
                    System.out.print('.');
                }
                System.out.flush();
                int end = System.in.read();
                assertThat(end).isNegative();
            }
            loop.close();
        }
    }

    @TempDir
    Path root;

    private final Loop loop = new Loop("directory", Loop.Kind.best());
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        loop.close();
    }

    @Test
    void aNodeOfAnotherProcessIsFoundThoughItTriedToEnterTwice() throws IOException {
        startOther();
        Recorded<Seen> seen = new Recorded<>(loop);
        try (HostDirectory here = enter(loop, root, HERE, seen)) {
            seen.await(new Seen("entry", THERE));
            assertThatThrownBy(() -> enter(loop, root, THERE, seen))
                    .isInstanceOf(IOException.class)
                    .hasMessage("another process runs node " + THERE);
        }
    }

    @Test
    void aNodeWhoseProcessIsKilledIsReportedGoneAndCured() throws Exception {
        Process other = startOther();
        Recorded<Seen> seen = new Recorded<>(loop);
        try (HostDirectory here = enter(loop, root, HERE, seen)) {
            seen.await(new Seen("entry", THERE));
            other.destroyForcibly().waitFor();
            seen.await(new Seen("gone", THERE));
            assertThat(root.resolve("mesh").resolve(THERE + ".node")).doesNotExist();
        }
    }

    @Test
    void anEntryThatCannotBeReadStaysWhileItsProcessLives() throws IOException {
        startOther();
        Path entry = root.resolve("mesh").resolve(THERE + ".node");
        Files.writeString(entry, "incarnation=many");
        Recorded<Seen> seen = new Recorded<>(loop);
        try (HostDirectory here = enter(loop, root, HERE, seen)) {
            // The second of them is seen by a scan that comes after a whole one.
            for (int i = 0; i < 2; i++) {
                NodeId mark = new NodeId(100, i);
                try (HostDirectory marked = enter(loop, root, mark, new Recorded<>(loop))) {
                    seen.await(new Seen("entry", mark));
                }
            }
            assertThat(seen.all()).noneMatch(any -> any.node().equals(THERE));
            assertThat(entry).exists();
        }
    }

    private Process startOther() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        InputStreamReader out = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
        assertThat((char) out.read()).isEqualTo('.');
        return process;
    }

    private static HostDirectory enter(Loop loop, Path root, NodeId node, Recorded<Seen> seen) throws IOException {
        return HostDirectory.open(loop, root, "mesh", node, 1, List.of(LOCATOR), new HostDirectory.Handler() {
            @Override
            public void onEntry(NodeId entered, long incarnation, List<Locator> locators) {
                seen.add(new Seen("entry", entered));
            }

            @Override
            public void onGone(NodeId left) {
                seen.add(new Seen("gone", left));
            }
        });
    }
}
