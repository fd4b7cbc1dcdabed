package dev.weft.net.shm;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.LeftRings;
import dev.weft.net.Loop;
import dev.weft.net.Transport;
import dev.weft.net.UnixTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Frames through memory that two processes of one user on one host share: {@code shm/path}, the path being that of the
 * Unix socket where they meet. The dialler makes a file beside the socket, the acceptor deletes it as soon as both
 * have mapped it, so that nothing is left whoever dies. The socket then serves as bell, and its end is the end of the
 * link. Whoever cannot map refuses with the reason, and the dialler tries the next locator of that node.
 *
 * <p>See {@link Signal} for what is said, {@link RingFile} for what is shared.
 */
public final class SharedMemoryTransport implements Transport {
    private static final long AGREE_NANOS_DEFAULT = 10_000_000_000L;

    private final Loop loop;
    private final UnixTransport sockets;
    private final int capacityBytes;
    private final long agreeNanos;

    public SharedMemoryTransport(Loop loop) {
        this(loop, RingFile.CAPACITY_BYTES_DEFAULT);
    }

    /** @param capacityBytes of each of the two rings of a link that is dialled; a power of two from 4 KiB to 16 MiB */
    public SharedMemoryTransport(Loop loop, int capacityBytes) {
        this(loop, capacityBytes, AGREE_NANOS_DEFAULT);
    }

    /** @param agreeNanos how long the two ends have to agree on a file */
    SharedMemoryTransport(Loop loop, int capacityBytes, long agreeNanos) {
        RingFile.checkCapacity(capacityBytes);
        this.loop = loop;
        this.sockets = new UnixTransport(loop);
        this.capacityBytes = capacityBytes;
        this.agreeNanos = agreeNanos;
    }

    @Override
    public String scheme() {
        return "shm";
    }

    @Override
    public Listener listen(Locator at, Acceptor acceptor) throws IOException {
        Listener listening = sockets.listen(socketAt(at), socket -> new Accepting(at, socket, acceptor));
        LeftRings.remove(directoryOf(Path.of(at.address())));
        return new Listener() {
            @Override
            public Locator locator() {
                return at;
            }

            @Override
            public void close() {
                listening.close();
            }
        };
    }

    @Override
    public void dial(Locator to, ConnectionHandler handler) {
        sockets.dial(socketAt(to), new Dialling(to, handler));
    }

    @Override
    public void close() {
        sockets.close();
    }

    private static Locator socketAt(Locator locator) {
        return new Locator("unix", locator.address());
    }

    private static Path directoryOf(Path socket) throws IOException {
        Path directory = socket.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(socket + " is in no directory");
        }
        return directory;
    }

    private static void say(Connection socket, ByteView frame) {
        socket.write(frame);
        socket.flush();
    }

    private static String reason(Exception failed) {
        String message = failed.getMessage();
        return failed.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    /** The end that dials: makes the file, waits until the other has mapped it too. */
    private final class Dialling implements ConnectionHandler {
        private final Locator to;
        private final ConnectionHandler handler;
        private @Nullable Path path;
        private @Nullable RingFile file;
        private @Nullable SharedMemoryConnection connection;
        private String failed = "";

        private Dialling(Locator to, ConnectionHandler handler) {
            this.to = to;
            this.handler = handler;
        }

        @Override
        public void onOpen(Connection socket) {
            try {
                Path at = Path.of(to.address());
                Path made = Files.createTempFile(
                        directoryOf(at),
                        at.getFileName() + ".",
                        LeftRings.SUFFIX,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                path = made;
                if (!Files.getOwner(at).equals(Files.getOwner(made))) {
                    fail(socket, "another user listens at " + at);
                    return;
                }
                file = RingFile.create(made, capacityBytes);
                say(socket, Signal.JOIN.frame(String.valueOf(made.getFileName())));
                loop.schedule(agreeNanos, () -> {
                    if (connection == null) {
                        fail(socket, "the other end does not map the file");
                    }
                });
            } catch (IOException | InvalidPathException e) {
                fail(socket, "cannot share memory: " + reason(e));
            }
        }

        private void fail(Connection socket, String why) {
            if (failed.isEmpty()) {
                failed = why;
            }
            socket.close();
        }

        @Override
        public void onFrame(Connection socket, ByteView frame) {
            SharedMemoryConnection open = connection;
            RingFile shared = file;
            Optional<Signal> signal = Signal.of(frame);
            if (open != null) {
                if (signal.equals(Optional.of(Signal.BELL))) {
                    open.handleBell();
                } else {
                    open.handleNoise();
                }
            } else if (shared != null && signal.equals(Optional.of(Signal.READY))) {
                removeFile();
                open = new SharedMemoryConnection(loop, socket, to, shared);
                open.attach(handler);
                connection = open;
                handler.onOpen(open);
            } else if (signal.equals(Optional.of(Signal.REFUSED))) {
                fail(socket, "refused: " + Signal.text(frame));
            } else {
                fail(socket, "the other end does not speak of shared memory");
            }
        }

        @Override
        public void onReadComplete(Connection socket) {}

        @Override
        public void onWritable(Connection socket) {}

        @Override
        public void onClosed(String why) {
            removeFile();
            SharedMemoryConnection open = connection;
            if (open != null) {
                open.handleEnd(why);
            } else {
                handler.onClosed(failed.isEmpty() ? why : failed);
            }
        }

        private void removeFile() {
            Path made = path;
            path = null;
            if (made != null) {
                try {
                    Files.deleteIfExists(made);
                } catch (IOException leftBehind) {
                    // The next to listen in that directory removes it.
                    return;
                }
            }
        }
    }

    /** The end that listens: maps the file that the other has made, and deletes it. */
    private final class Accepting implements ConnectionHandler {
        private final Locator at;
        private final Acceptor acceptor;
        private @Nullable SharedMemoryConnection connection;

        private Accepting(Locator at, Connection socket, Acceptor acceptor) {
            this.at = at;
            this.acceptor = acceptor;
            loop.schedule(agreeNanos, () -> {
                if (connection == null) {
                    socket.close();
                }
            });
        }

        @Override
        public void onOpen(Connection socket) {}

        @Override
        public void onFrame(Connection socket, ByteView frame) {
            SharedMemoryConnection open = connection;
            Optional<Signal> signal = Signal.of(frame);
            if (open == null && signal.equals(Optional.of(Signal.JOIN))) {
                join(socket, Signal.text(frame));
            } else if (open == null) {
                refuse(socket, "this is no way to begin");
            } else if (signal.equals(Optional.of(Signal.BELL))) {
                open.handleBell();
            } else {
                open.handleNoise();
            }
        }

        private void join(Connection socket, String name) {
            RingFile shared;
            try {
                Path listening = Path.of(at.address());
                if (name.indexOf('/') >= 0
                        || !name.startsWith(listening.getFileName() + ".")
                        || !name.endsWith(LeftRings.SUFFIX)) {
                    throw new IOException("that is no name of a file of rings for " + listening.getFileName());
                }
                Path path = directoryOf(listening).resolve(name);
                shared = RingFile.open(path, Files.getOwner(listening));
                Files.deleteIfExists(path);
            } catch (IOException | InvalidPathException e) {
                refuse(socket, "cannot share memory: " + reason(e));
                return;
            }
            say(socket, Signal.READY.frame());
            SharedMemoryConnection open = new SharedMemoryConnection(loop, socket, at, shared);
            connection = open;
            open.attach(acceptor.accept(open));
        }

        private void refuse(Connection socket, String why) {
            say(socket, Signal.REFUSED.frame(why));
            socket.close();
        }

        @Override
        public void onReadComplete(Connection socket) {}

        @Override
        public void onWritable(Connection socket) {}

        @Override
        public void onClosed(String why) {
            SharedMemoryConnection open = connection;
            if (open != null) {
                open.handleEnd(why);
            }
        }
    }
}
