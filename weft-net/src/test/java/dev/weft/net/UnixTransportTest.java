package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
