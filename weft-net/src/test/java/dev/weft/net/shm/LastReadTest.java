package dev.weft.net.shm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was written before an end of a link, two of which stand here without a socket between them. */
@Timeout(300)
class LastReadTest {
    private static final Locator HERE = Locator.parse("unix/here");

    @TempDir
    Path directory;

    /** Carries no bells; open until it is told otherwise. */
    private static final class Socket implements Connection {
        private boolean isOpen = true;

        @Override
        public Locator peer() {
            return HERE;
        }

        @Override
        public Assurance assurance() {
            return Assurance.SAME_USER;
        }

        @Override
        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public boolean isWritable() {
            return isOpen;
        }

        @Override
        public void write(EncodedFrame frame) {}

        @Override
        public void flush() {}

        @Override
        public void close() {
            isOpen = false;
        }
    }

    /** Notes what comes. */
    private static final class Heard implements ConnectionHandler {
        private final List<Integer> lengths = new ArrayList<>();
        private String end = "";

        @Override
        public void onOpen(Connection connection) {}

        @Override
        public void onFrame(Connection connection, ByteView frame) {
            lengths.add(frame.length());
        }

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {}

        @Override
        public void onClosed(String why) {
            end = why;
        }
    }

    private static void write(SharedMemoryConnection from, int length) {
        from.write(ByteView.of(new byte[length]));
        from.flush();
    }

    @Test
    void whatLiesInTheRingIsReadThoughTheWriterThatWaitedForRoomIsDead() throws IOException {
        Path path = Files.createFile(
                directory.resolve("link.ring"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Loop loop = new Loop("last-read", Loop.Kind.NIO)) {
            RingFile made = RingFile.create(path, RingFile.CAPACITY_BYTES_MIN);
            RingFile opened = RingFile.open(path, Files.getOwner(path));
            Socket socket = new Socket();
            Heard heard = new Heard();
            SharedMemoryConnection writer = new SharedMemoryConnection(loop, new Socket(), HERE, made);
            SharedMemoryConnection reader = new SharedMemoryConnection(loop, socket, HERE, opened);
            writer.attach(new Heard());
            reader.attach(heard);
            // So that what follows lies in the ring in two pieces, of which the first makes room enough for a bell.
            write(writer, 1_500);
            reader.handleBell();
            write(writer, 3_000);
            write(writer, 3_000);

            socket.isOpen = false;
            reader.handleBell();
            reader.handleEnd("it was killed");
            assertThat(heard.lengths).containsExactly(1_500, 3_000);
            assertThat(heard.end).isEqualTo("it was killed");
        }
    }
}
