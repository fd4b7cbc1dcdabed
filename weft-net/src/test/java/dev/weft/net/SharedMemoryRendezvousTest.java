package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import dev.weft.net.shm.SharedMemoryTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One end is the transport; the other is made by hand, byte by byte, and does what it should not. */
@Timeout(300)
class SharedMemoryRendezvousTest {
    private static final int CAPACITY = 4 << 10;
    private static final int RINGS_AT = 4096;
    private static final int TAIL_AT = 512;
    private static final int BACK_ASLEEP_AT = 1024 + 256;
    private static final byte JOIN = 1;
    private static final byte READY = 2;
    private static final byte REFUSED = 3;
    private static final byte BELL = 4;

    @TempDir
    Path directory;

    private final Loop loop = new Loop("shared", Loop.Kind.best());
    private final Transport transport = new SharedMemoryTransport(loop);
    private final RecordingHandler handler = new RecordingHandler(loop);

    @AfterEach
    void theHandlerWasCalledAsPromised() {
        transport.close();
        loop.close();
        assertThat(handler.broken()).isEmpty();
    }

    // ------------------------------------------------------------------ the dialler is made by hand

    /** A dialler by hand: its socket and its mapping of the file. */
    private record Hand(SocketChannel socket, MappedByteBuffer file) implements AutoCloseable {
        void say(int... bytes) throws IOException {
            ByteBuffer all = ByteBuffer.allocate(1 + bytes.length).put((byte) bytes.length);
            for (int one : bytes) {
                all.put((byte) one);
            }
            all.flip();
            while (all.hasRemaining()) {
                socket.write(all);
            }
        }

        /** Puts bytes at the beginning of the ring, says how many, and rings. */
        void put(byte[] bytes, long tail) throws IOException {
            file.put(RINGS_AT, bytes);
            file.putLong(TAIL_AT, tail);
            say(BELL);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aDiallerThatKeepsToTheFormatIsHeard() throws Exception {
        try (Hand hand = joined()) {
            hand.put(prefixed(ByteView.utf8("hello")), 6);
            assertThat(handler.awaitFrames(1)).containsExactly(ByteView.utf8("hello"));
        }
        assertThat(handler.awaitClosed()).isEqualTo("the other end closed the connection");
    }

    @Test
    void bellsWithoutACauseDoNothing() throws Exception {
        try (Hand hand = joined()) {
            for (int i = 0; i < 100; i++) {
                hand.say(BELL);
            }
            hand.put(prefixed(ByteView.utf8("a")), 2);
            assertThat(handler.awaitFrames(1)).hasSize(1);
        }
    }

    @Test
    void theFileIsGoneAsSoonAsBothHaveMappedIt() throws Exception {
        try (Hand hand = joined()) {
            assertThat(directory.toFile().list()).containsExactly("far.shm");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, CAPACITY + 1, 1L << 32})
    void aCountThatCannotBeEndsTheLinkWithTheReason(long tail) throws Exception {
        try (Hand hand = joined()) {
            hand.put(new byte[1], tail);
            assertThat(handler.awaitClosed()).contains("the writer says it has written " + tail);
            assertThat(hand.socket().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(handler.frames()).isEmpty();
    }

    @Test
    void aLengthThatNoFrameHasEndsTheLinkWithTheReason() throws Exception {
        try (Hand hand = joined()) {
            hand.put(new byte[] {1, 'a', 0}, 3);
            assertThat(handler.awaitClosed()).contains("length");
        }
        assertThat(handler.frames()).containsExactly(ByteView.utf8("a"));
    }

    @Test
    void aLengthThatComesByteByByteIsPutTogether() throws Exception {
        ByteView frame = TransportContract.frame(300, 1);
        byte[] bytes = prefixed(frame);
        try (Hand hand = joined()) {
            for (int i = 1; i <= bytes.length; i++) {
                hand.put(bytes, i);
            }
            assertThat(handler.awaitFrames(1)).containsExactly(frame);
        }
    }

    @Test
    void whatADeadDiallerWroteIsReadButNotItsHalfFrame() throws Exception {
        try (Hand hand = joined()) {
            hand.file().put(RINGS_AT, new byte[] {1, 'a', 5, 'h', 'a', 'l'});
            hand.file().putLong(TAIL_AT, 6);
        }
        assertThat(handler.awaitClosed()).isEqualTo("the other end closed the connection");
        assertThat(handler.frames()).containsExactly(ByteView.utf8("a"));
    }

    @Test
    void somethingElseThanABellEndsTheLink() throws Exception {
        try (Hand hand = joined()) {
            hand.say(9);
            assertThat(handler.awaitClosed()).contains("something else than bells");
        }
    }

    @Test
    void aReaderThatLetsItselfBeWokenAgainAndAgainIsGivenUp() throws Exception {
        try (Hand hand = joined()) {
            CompletableFuture<Void> written = new CompletableFuture<>();
            Connection connection = handler.awaitConnection();
            loop.execute(() -> {
                for (int i = 0; i < 100_000; i++) {
                    hand.file().putLong(BACK_ASLEEP_AT, 1);
                    connection.write(ByteView.utf8("x"));
                    connection.flush();
                }
                written.complete(null);
            });
            written.get(20, TimeUnit.SECONDS);
            assertThat(handler.awaitClosed()).contains("does not listen to its bell");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../far.shm.1.ring",
                "far.shm.absent.ring",
                "other.1.ring",
                "far.shm.1.txt",
                "far.shm.directory.ring",
                "far.shm.link.ring",
                "far.shm.open.ring",
                "far.shm.short.ring",
                "far.shm.odd.ring",
                "far.shm.magic.ring",
                "far.shm.version.ring",
                "far.shm.capacity.ring",
                "far.shm.huge.ring",
                "far.shm.nul\0.ring",
            })
    void aFileThatIsNotWhatItShouldBeIsRefusedAndKept(String name) throws Exception {
        try (SocketChannel socket = dialByHand()) {
            boolean nameless = name.indexOf('\0') >= 0 || name.contains("absent");
            Path path = nameless ? directory : directory.resolve(name);
            if (!nameless) {
                make(path, name);
            }
            join(socket, name);
            byte[] answer = read(socket);
            assertThat(answer[0]).isEqualTo(REFUSED);
            assertThat(new String(answer, 1, answer.length - 1, StandardCharsets.UTF_8))
                    .startsWith("cannot share memory: ");
            assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(path).exists();
            Files.deleteIfExists(nameless ? path.resolve("none") : path);
        }
        assertThat(handler.calls()).isEmpty();
    }

    private static void make(Path path, String name) throws IOException {
        if (name.contains("directory")) {
            Files.createDirectory(path);
        } else if (name.contains("link")) {
            Path elsewhere = Files.createFile(path.resolveSibling("elsewhere"));
            makeFile(elsewhere);
            Files.createSymbolicLink(path, elsewhere);
        } else {
            MappedByteBuffer file = makeFile(path);
            if (name.contains("open")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
            } else if (name.contains("short")) {
                resize(path, 100);
            } else if (name.contains("odd")) {
                resize(path, RINGS_AT + 2 * CAPACITY + 1);
            } else if (name.contains("magic")) {
                file.putLong(0, 1);
            } else if (name.contains("version")) {
                file.putInt(8, 2);
            } else if (name.contains("capacity")) {
                file.putInt(12, CAPACITY / 2);
            } else if (name.contains("huge")) {
                resize(path, 1L << 30);
            }
        }
    }

    private static void resize(Path path, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            if (bytes < channel.size()) {
                channel.truncate(bytes);
            } else {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
        }
    }

    @Test
    void aDiallerThatBeginsWithABellIsRefused() throws Exception {
        try (SocketChannel socket = dialByHand()) {
            socket.write(ByteBuffer.wrap(new byte[] {1, BELL}));
            assertThat(read(socket)[0]).isEqualTo(REFUSED);
        }
        assertThat(handler.calls()).isEmpty();
    }

    @Test
    void whatDiallersHaveLeftBehindIsRemovedOnceItIsOld() throws Exception {
        Path old = Files.createFile(directory.resolve("gone.shm.1.ring"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(90)));
        Path fresh = Files.createFile(directory.resolve("here.shm.2.ring"));
        transport.listen(far(), handler::accept);
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void aFloodedConnectionLeavesOthersTheirTurn() throws Exception {
        int frames = 100_000;
        CountDownLatch mayRead = new CountDownLatch(1);
        int[] flooded = new int[1];
        CompletableFuture<Integer> floodedBefore = new CompletableFuture<>();
        transport.listen(
                far(),
                connection -> new RecordingHandler(loop).answering((from, frame) -> {
                    if (frame.at(0) == 'w') {
                        awaitQuietly(mayRead);
                    } else if (frame.at(0) == 'f') {
                        flooded[0]++;
                    } else {
                        floodedBefore.complete(flooded[0]);
                    }
                }));
        Loop near = new Loop("near", Loop.Kind.best());
        try (Transport dialling = new SharedMemoryTransport(near, 16 << 20)) {
            Connection flood = dial(near, dialling);
            Connection calm = dial(near, dialling);
            near.execute(() -> {
                flood.write(ByteView.utf8("wait"));
                flood.flush();
                for (int i = 0; i < frames; i++) {
                    flood.write(ByteView.utf8("flood of frames"));
                }
                flood.flush();
                calm.write(ByteView.utf8("calm"));
                calm.flush();
                near.execute(mayRead::countDown);
            });
            assertThat(floodedBefore.get(20, TimeUnit.SECONDS)).isLessThan(frames);
        } finally {
            near.close();
        }
    }

    private Connection dial(Loop near, Transport dialling) {
        RecordingHandler opened = new RecordingHandler(near);
        near.execute(() -> dialling.dial(far(), opened));
        return opened.awaitConnection();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private Hand joined() throws Exception {
        SocketChannel socket = dialByHand();
        Path path = directory.resolve("far.shm.1.ring");
        MappedByteBuffer file = makeFile(path);
        join(socket, "far.shm.1.ring");
        assertThat(read(socket)).containsExactly(READY);
        return new Hand(socket, file);
    }

    private SocketChannel dialByHand() throws IOException {
        transport.listen(far(), handler::accept);
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("far.shm")));
    }

    private Locator far() {
        return new Locator("shm", directory.resolve("far.shm").toString());
    }

    private static MappedByteBuffer makeFile(Path path) throws IOException {
        Files.deleteIfExists(path);
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer file = channel.map(FileChannel.MapMode.READ_WRITE, 0, RINGS_AT + 2 * CAPACITY);
            file.order(ByteOrder.nativeOrder());
            file.putLong(0, 0x5745_4654_5249_4e47L).putInt(8, 1).putInt(12, CAPACITY);
            return file;
        }
    }

    private static void join(SocketChannel socket, String name) throws IOException {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(2 + text.length);
        frame.put((byte) (1 + text.length)).put(JOIN).put(text).flip();
        socket.write(frame);
    }

    /** The next frame of the socket. */
    private static byte[] read(SocketChannel socket) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        int length = readOne(socket);
        if (length > 127) {
            length = length & 0x7f | readOne(socket) << 7;
        }
        for (int i = 0; i < length; i++) {
            frame.write(readOne(socket));
        }
        return frame.toByteArray();
    }

    private static int readOne(SocketChannel socket) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThat(socket.read(one)).isEqualTo(1);
        return one.get(0) & 0xff;
    }

    private static byte[] prefixed(ByteView frame) {
        return new WireWriter(16).varint(frame.length()).bytes(frame).view().toByteArray();
    }

    // ------------------------------------------------------------------ the acceptor is made by hand

    /** An acceptor by hand: what it answers to the name of a file. */
    private interface Answer {
        byte[] to(Path file) throws IOException;
    }

    private List<Path> dialAnd(Answer answer) throws IOException {
        Path at = directory.resolve("far.shm");
        try (ServerSocketChannel acceptor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            acceptor.bind(UnixDomainSocketAddress.of(at));
            loop.execute(() -> transport.dial(far(), handler));
            try (SocketChannel socket = acceptor.accept()) {
                byte[] joined = read(socket);
                assertThat(joined[0]).isEqualTo(JOIN);
                Path file = directory.resolve(new String(joined, 1, joined.length - 1, StandardCharsets.UTF_8));
                socket.write(ByteBuffer.wrap(answer.to(file)));
                if (handler.calls().isEmpty()) {
                    socket.shutdownOutput();
                }
                handler.awaitClosed();
            }
        }
        Files.delete(at);
        try (var left = Files.list(directory)) {
            return left.toList();
        }
    }

    @Test
    void theFileIsItsOwnersAloneAndGoneWhenTheAcceptorGoes() throws IOException {
        List<String> permissions = new ArrayList<>();
        List<Path> left = dialAnd(file -> {
            permissions.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            return new byte[0];
        });
        assertThat(permissions).containsExactly("rw-------");
        assertThat(left).isEmpty();
        assertThat(handler.calls()).containsExactly("onClosed");
    }

    @Test
    void aRefusalEndsTheDialWithItsReason() throws IOException {
        List<Path> left = dialAnd(file -> new byte[] {3, REFUSED, 'n', 'o'});
        assertThat(handler.awaitClosed()).isEqualTo("refused: no");
        assertThat(left).isEmpty();
    }

    @Test
    void anAnswerThatIsNoneEndsTheDial() throws IOException {
        List<Path> left = dialAnd(file -> new byte[] {1, BELL});
        assertThat(handler.awaitClosed()).isEqualTo("the other end does not speak of shared memory");
        assertThat(left).isEmpty();
    }

    @Test
    void aSocketOfAnotherUserIsNotSharedWith() throws Exception {
        transport.listen(far(), handler::accept);
        try {
            Files.setOwner(
                    directory.resolve("far.shm"),
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        } catch (FileSystemException | java.nio.file.attribute.UserPrincipalNotFoundException notRoot) {
            assumeThat(notRoot).as("only root can give files away").isNull();
        }
        RecordingHandler near = new RecordingHandler(loop);
        loop.execute(() -> transport.dial(far(), near));
        assertThat(near.awaitClosed()).startsWith("another user listens at");
        assertThat(directory.toFile().list()).containsExactly("far.shm");
    }
}
