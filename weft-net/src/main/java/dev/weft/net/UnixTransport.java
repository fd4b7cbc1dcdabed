package dev.weft.net;

import dev.weft.Locator;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Frames over Unix domain sockets: {@code unix/path}. The socket file is its owner's alone, in a directory that is its
 * owner's alone; one that a dead process has left behind is replaced.
 */
public final class UnixTransport implements Transport {
    /** The longest path that the system takes, in bytes. */
    private static final int PATH_BYTES_MAX = 107;

    private final Loop loop;
    private final StreamTransport streams;

    public UnixTransport(Loop loop) {
        this.loop = loop;
        Layer layer = new SameUserLayer();
        this.streams = switch (loop.kind()) {
            case EPOLL ->
                new StreamTransport(loop, EpollServerDomainSocketChannel.class, EpollDomainSocketChannel.class, layer);
            case NIO ->
                new StreamTransport(loop, NioServerDomainSocketChannel.class, NioDomainSocketChannel.class, layer);
        };
    }

    @Override
    public String scheme() {
        return "unix";
    }

    @Override
    public Listener listen(Locator at, Acceptor acceptor) throws IOException {
        Path path = path(at);
        if (at.address().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw new IOException("socket path " + path + " is longer than " + PATH_BYTES_MAX + " bytes");
        }
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            makeDirectory(directory);
        }
        removeStale(path);
        Channel channel = streams.listen(address(path), peer -> at, acceptor);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return new Listener() {
            @Override
            public Locator locator() {
                return at;
            }

            @Override
            public void close() {
                streams.closeListener(channel);
                try {
                    Files.deleteIfExists(path);
                } catch (IOException leftBehind) {
                    // The next to listen there finds nobody behind it and replaces it.
                    return;
                }
            }
        };
    }

    @Override
    public void dial(Locator to, ConnectionHandler handler) {
        try {
            streams.dial(address(path(to)), to, handler);
        } catch (IOException malformed) {
            loop.tryExecute(() -> handler.onClosed(StreamTransport.reason(malformed)));
        }
    }

    @Override
    public void close() {
        streams.close();
    }

    private SocketAddress address(Path path) {
        return switch (loop.kind()) {
            case EPOLL -> new DomainSocketAddress(path.toFile());
            case NIO -> UnixDomainSocketAddress.of(path);
        };
    }

    /** Locators come from other nodes too, so one that is no path is theirs to answer for. */
    private static Path path(Locator locator) throws IOException {
        try {
            return Path.of(locator.address());
        } catch (InvalidPathException e) {
            throw new IOException("locator " + locator + " is no path: " + e.getReason(), e);
        }
    }

    private static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            // Such exceptions say in their type what is wrong, and in their message only where.
            throw new IOException("cannot make the directory " + directory + ": " + e, e);
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            throw new IOException("cannot listen at " + path + ": what is there is no socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyThere) {
            Files.delete(path);
            return;
        }
        throw new IOException("another process listens at " + path);
    }
}
