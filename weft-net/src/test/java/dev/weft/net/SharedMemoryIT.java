package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.net.shm.SharedMemoryTransport;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a second process can show: memory that two of them share, and a death without good-bye. */
@Timeout(300)
class SharedMemoryIT {
    /** Listens or dials, then writes numbered frames as fast as they go, until it is killed. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws IOException {
            Loop loop = new Loop("other", Loop.Kind.best());
            SharedMemoryTransport transport = new SharedMemoryTransport(loop);
            Locator at = Locator.parse(arguments[1]);
            if (arguments[0].equals("listen")) {
                transport.listen(at, connection -> {
                    Flood flood = new Flood(loop);
                    loop.execute(() -> flood.onOpen(connection));
                    return flood;
                });
                System.out.print('.');
                System.out.flush();
            } else {
                loop.execute(() -> transport.dial(at, new Flood(loop)));
            }
            int end = System.in.read();
            System.exit(end < 0 ? 0 : 1);
        }
    }

    private static final class Flood implements ConnectionHandler {
        private final Loop loop;
        private int number;

        private Flood(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void onOpen(Connection connection) {
            send(connection);
        }

        private void send(Connection connection) {
            while (connection.isWritable()) {
                for (int i = 0; i < 50; i++) {
                    connection.write(numbered(number++));
                }
                connection.flush();
            }
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {}

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {
            loop.schedule(0, () -> send(connection));
        }

        @Override
        public void onClosed(String why) {}
    }

    @TempDir
    Path directory;

    private final Loop loop = new Loop("here", Loop.Kind.best());
    private final SharedMemoryTransport transport = new SharedMemoryTransport(loop);
    private final RecordingHandler handler = new RecordingHandler(loop);
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        transport.close();
        loop.close();
        assertThat(handler.broken()).isEmpty();
    }

    @Test
    void aDiallerThatIsKilledIsMissedAtOnceAndLeavesNothing() throws Exception {
        transport.listen(at(), handler::accept);
        Process other = start("dial");
        handler.awaitFrames(10_000);
        other.destroyForcibly().waitFor();
        expectWholeFramesAndAnEnd();
        assertThat(directory.toFile().list()).containsExactly("far.shm");
    }

    @Test
    void anAcceptorThatIsKilledIsMissedAtOnceAndLeavesNothingButItsSocket() throws Exception {
        Process other = start("listen");
        assertThat(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8).read())
                .isEqualTo('.');
        loop.execute(() -> transport.dial(at(), handler));
        handler.awaitFrames(10_000);
        other.destroyForcibly().waitFor();
        expectWholeFramesAndAnEnd();
        assertThat(directory.toFile().list()).containsExactly("far.shm");
        RecordingHandler again = new RecordingHandler(loop);
        loop.execute(() -> transport.dial(at(), again));
        assertThat(again.awaitClosed()).isNotBlank();
    }

    private void expectWholeFramesAndAnEnd() {
        // With frames unread, the system calls it a reset.
        assertThat(handler.awaitClosed()).isNotBlank();
        List<ByteView> frames = handler.frames();
        assertThat(frames.size()).isGreaterThanOrEqualTo(10_000);
        for (int i = 0; i < frames.size(); i++) {
            if (!frames.get(i).equals(numbered(i))) {
                throw new AssertionError("frame " + i + " is " + frames.get(i));
            }
        }
    }

    private Locator at() {
        return new Locator("shm", directory.resolve("far.shm").toString());
    }

    /** From 1 to some 1,000 bytes, a few larger than a ring. */
    private static ByteView numbered(int number) {
        return TransportContract.frame(number % 5_000 == 4_999 ? 300_000 : 1 + number % 1_000, number);
    }

    private Process start(String what) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        what,
                        at().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }
}
