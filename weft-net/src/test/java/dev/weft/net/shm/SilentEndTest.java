package dev.weft.net.shm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An end that says nothing while the two should agree on a file. */
@Timeout(300)
class SilentEndTest {
    @TempDir
    Path directory;

    private final Loop loop = new Loop("silent", Loop.Kind.best());
    private final SharedMemoryTransport transport =
            new SharedMemoryTransport(loop, RingFile.CAPACITY_BYTES_MIN, 100_000_000L);

    @AfterEach
    void close() {
        transport.close();
        loop.close();
    }

    /** Remembers the end. */
    private static final class Ending implements ConnectionHandler {
        private final CompletableFuture<String> why = new CompletableFuture<>();

        @Override
        public void onOpen(Connection connection) {
            why.completeExceptionally(new AssertionError("opened"));
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {}

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {}

        @Override
        public void onClosed(String reason) {
            why.complete(reason);
        }
    }

    @Test
    void aDiallerThatNamesNoFileIsDropped() throws IOException {
        transport.listen(at(), connection -> {
            throw new AssertionError("accepted");
        });
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void anAcceptorThatMapsNothingIsGivenUpAndTheFileIsGone() throws Exception {
        Ending ending = new Ending();
        try (ServerSocketChannel acceptor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            acceptor.bind(UnixDomainSocketAddress.of(path()));
            loop.execute(() -> transport.dial(at(), ending));
            try (SocketChannel socket = acceptor.accept()) {
                assertThat(ending.why.get(30, TimeUnit.SECONDS)).isEqualTo("the other end does not map the file");
                assertThat(socket.isOpen()).isTrue();
            }
        }
        assertThat(directory.toFile().list()).containsExactly("far.shm");
    }

    private Path path() {
        return directory.resolve("far.shm");
    }

    private Locator at() {
        return new Locator("shm", path().toString());
    }
}
