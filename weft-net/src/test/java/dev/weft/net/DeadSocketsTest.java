package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which sockets in a runtime directory are taken for those of dead nodes. */
class DeadSocketsTest {
    private static final NodeId DEAD = NodeId.parse("deadbeef-0000-8000-8000-000000000001");
    private static final NodeId ALIVE = NodeId.parse("a11fe000-0000-8000-8000-000000000002");

    private Path directory;
    private final List<ServerSocketChannel> open = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        // The path of a socket has to be short.
        directory = Files.createTempDirectory("weft");
    }

    @AfterEach
    void clean() throws IOException {
        for (ServerSocketChannel listener : open) {
            listener.close();
        }
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private Path listenAt(String name) throws IOException {
        Path path = directory.resolve(name);
        open.add(ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)));
        return path;
    }

    /** As a process leaves it that is killed. */
    private Path leftAt(String name) throws IOException {
        Path path = listenAt(name);
        open.remove(open.size() - 1).close();
        return old(path);
    }

    private static Path old(Path path) throws IOException {
        return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
    }

    private void remove() throws IOException {
        new DeadSockets(directory).remove(new TreeSet<>(List.of(ALIVE)));
    }

    @Test
    void socketsOfDeadNodesAreRemoved() throws IOException {
        Path socket = leftAt(DEAD.brief() + ".sock");
        Path memory = leftAt(DEAD.brief() + ".shm");
        remove();
        assertThat(socket).doesNotExist();
        assertThat(memory).doesNotExist();
    }

    @Test
    void aSocketBehindWhichSomebodyListensStays() throws IOException {
        Path socket = old(listenAt(DEAD.brief() + ".sock"));
        remove();
        assertThat(socket).exists();
        assertThat(directory).isDirectoryNotContaining("glob:**.dead");
    }

    @Test
    void theSocketsOfANodeThatIsAliveAreNotTouched() throws IOException {
        Path socket = leftAt(ALIVE.brief() + ".sock");
        remove();
        assertThat(socket).exists();
    }

    @Test
    void aSocketThatMayJustHaveBeenMadeStays() throws IOException {
        Path socket = leftAt(DEAD.brief() + ".sock");
        Files.setLastModifiedTime(socket, FileTime.from(Instant.now()));
        remove();
        assertThat(socket).exists();
    }

    @Test
    void whatIsNoSocketOfANodeStays() throws IOException {
        Path file = old(Files.writeString(directory.resolve(DEAD.brief() + ".sock"), "a file"));
        Path other = leftAt("mine.sock");
        Path target = leftAt("target");
        Path link = Files.createSymbolicLink(directory.resolve("deadbee0.sock"), target);
        remove();
        assertThat(file).exists();
        assertThat(other).exists();
        assertThat(target).exists();
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void whatWasMovedAsideByWhoDiedIsRemoved() throws IOException {
        Path aside = leftAt(DEAD.brief() + ".sock.dead");
        remove();
        assertThat(aside).doesNotExist();
    }
}
