package dev.weft.net;

import dev.weft.NodeId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes what nodes that were killed have left in the runtime directory of their mesh: the sockets where they listened.
 * A socket is removed if it has the name of a node that is not alive, belongs to the owner of the directory, is older
 * than any start takes, and nobody listens behind it. It is moved aside before it is looked at: whoever begins to listen
 * there meanwhile keeps what it has made. Called by {@link HostDirectory} on its thread.
 */
final class DeadSockets {
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{8})\\.(sock|shm|explain)(\\.dead)?");
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(1);
    private static final int SEEN_MAX = 256;

    private enum Place {
        WHERE_IT_LISTENED,
        ASIDE
    }

    private final Path directory;

    DeadSockets(Path directory) {
        this.directory = directory;
    }

    /** @param alive the nodes whose sockets are not to be touched */
    void remove(TreeSet<NodeId> alive) throws IOException {
        TreeSet<String> kept = new TreeSet<>();
        alive.forEach(node -> kept.add(node.brief()));
        int seen = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches() && !kept.contains(name.group(1)) && ++seen <= SEEN_MAX) {
                    removeIfLeft(file, name.group(3) == null ? Place.WHERE_IT_LISTENED : Place.ASIDE);
                }
            }
        }
    }

    private void removeIfLeft(Path file, Place place) {
        try {
            if (isLeft(file)) {
                switch (place) {
                    case WHERE_IT_LISTENED -> removeUnlessFresh(file);
                    // Who moved it aside has died before it could look.
                    case ASIDE -> Files.deleteIfExists(file);
                }
            }
        } catch (IOException elsewise) {
            // Somebody else has removed it, or it is not ours to remove; the next scan sees.
            return;
        }
    }

    private void removeUnlessFresh(Path file) throws IOException {
        Path aside = directory.resolve(file.getFileName() + ".dead");
        Files.move(file, aside);
        if (isLeft(aside)) {
            Files.deleteIfExists(aside);
        } else if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(aside, file);
        }
    }

    private boolean isLeft(Path file) throws IOException {
        PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return found.isOther()
                && found.owner().equals(Files.getOwner(directory))
                && found.lastModifiedTime()
                                .compareTo(FileTime.from(Instant.now().minus(STARTED_WITHIN)))
                        < 0
                && nobodyListensAt(file);
    }

    /** Any other failure is none of a dead owner's. */
    private static boolean nobodyListensAt(Path file) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(file));
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException unclear) {
            return String.valueOf(unclear.getMessage()).contains("Connection refused");
        }
    }
}
