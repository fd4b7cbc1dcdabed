package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixTransportTest extends StreamTransportContract {
    @TempDir
    Path directory;

    @Override
    Transport transport(Loop loop) {
        return new UnixTransport(loop);
    }

    @Override
    Locator free() {
        return locator(directory.resolve("own").resolve("far.sock"));
    }

    @Override
    Locator nowhere() {
        return locator(directory.resolve("nobody.sock"));
    }

    @Override
    Locator malformed() {
        return new Locator("unix", "/" + "x".repeat(199));
    }

    @Override
    String taken() {
        return "another process listens at";
    }

    @Override
    SocketChannel raw(Locator to) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(to.address()));
    }

    private static Locator locator(Path path) {
        return new Locator("unix", path.toString());
    }

    @Test
    void theSocketAndTheDirectoryMadeForItAreTheirOwnersAlone() throws IOException {
        Path socket = Path.of(listening(farHandler()).locator().address());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("own"))))
                .isEqualTo("rwx------");
    }

    /** Another user does not come by the permissions; and where these are opened to him, he is not taken for ours. */
    @Test
    void aProcessOfAnotherUserIsKeptOutAndNeverTakenForOurs() throws Exception {
        assumeTrue(
                System.getProperty("user.name").equals("root") && has("setpriv") && Files.isExecutable(PERL),
                "skipped: another user is played by root alone, with setpriv and perl");
        RecordingHandler far = farHandler();
        Path socket = Path.of(listening(far).locator().address());
        assertThat(asAnotherUser(socket)).contains("not connected: Permission denied");
        assertThat(far.calls()).isEmpty();
        // The directory of the test itself, the one made for the socket, and the socket.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(asAnotherUser(socket)).contains("not connected: Permission denied");
        Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(asAnotherUser(socket)).contains("not connected: Permission denied");
        assertThat(far.calls()).isEmpty();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(asAnotherUser(socket)).startsWith("connected");
        assertThat(far.awaitConnection().assurance()).isEqualTo(Assurance.PLAIN);
    }

    private static final Path PERL = Path.of("/usr/bin/perl");

    private static String asAnotherUser(Path socket) throws Exception {
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        PERL.toString(),
                        "-e",
                        "use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or die; connect(S, sockaddr_un($ARGV[0]))"
                                + " or die \"not connected: $!\"; print \"connected\\n\"; sleep 1;",
                        socket.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static boolean has(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    @Test
    void aClosedListenerLeavesNoFile() throws IOException {
        Transport.Listener listener = listening(farHandler());
        listener.close();
        assertThat(Path.of(listener.locator().address())).doesNotExist();
    }

    @Test
    void aSocketThatADeadProcessHasLeftIsReplaced() throws Exception {
        Path left = directory.resolve("left.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(left));
        }
        assertThat(left).exists();
        RecordingHandler far = farHandler();
        RecordingHandler near = nearHandler();
        farTransport().listen(locator(left), far::accept);
        dial(locator(left), near);
        near.awaitConnection();
    }

    @Test
    void aFileThatIsNoSocketIsNeitherReplacedNorListenedAt() throws IOException {
        Path precious = Files.writeString(directory.resolve("precious"), "not to be lost");
        assertThatThrownBy(() -> farTransport().listen(locator(precious), farHandler()::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no socket");
        assertThat(precious).hasContent("not to be lost");
    }

    @Test
    void aPathThatIsTooLongIsRefusedWithTheReason() {
        assertThatThrownBy(() ->
                        farTransport().listen(locator(directory.resolve("long".repeat(25))), farHandler()::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 107 bytes");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamedTogetherWithTheReason() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() ->
                        farTransport().listen(locator(file.resolve("in").resolve("a.sock")), farHandler()::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot make the directory");
    }
}
