package dev.weft.net;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the nodes of one host find each other without any network: each keeps a file in a directory that only its owner
 * can use, and holds a lock on it as long as it lives, so a file whose lock is free was left by a dead process and is
 * removed by whoever sees it, with the sockets of that node. Watches on a thread of its own and hands over to the loop.
 */
public final class HostDirectory implements AutoCloseable {
    /** Takes what is seen, on the loop's thread. */
    public interface Handler {
        void onEntry(NodeId node, long incarnation, List<Locator> locators);

        void onGone(NodeId node);
    }

    private static final int ENTRIES_MAX = 1_024;
    private static final int LOCATORS_MAX = 16;
    private static final long FILE_BYTES_MAX = 16 << 10;
    private static final long RESCAN_SECONDS = 5;
    private static final String SUFFIX = ".node";

    /** What a file says of its node. */
    record Entry(long incarnation, List<Locator> locators) {}

    /** An entry as it was read. */
    private record Seen(Edition edition, Entry entry) {}

    /**
     * Which file of a name it was: each edition is a file of its own, written whole and moved into place. The time alone
     * would not tell, for it moves in steps of some milliseconds.
     */
    private record Edition(FileTime written, @Nullable Object key) {
        private static Edition of(BasicFileAttributes file) {
            return new Edition(file.lastModifiedTime(), file.fileKey());
        }
    }

    private final Loop loop;
    private final Path directory;
    private final NodeId self;
    private final Handler handler;
    private final LifeLock ownLock;
    private final WatchService watch;
    private final TreeMap<NodeId, Seen> seen = new TreeMap<>();
    private final DeadSockets deadSockets;
    private volatile boolean closed;

    private HostDirectory(
            Loop loop, Path directory, NodeId self, Handler handler, LifeLock ownLock, WatchService watch) {
        this.loop = loop;
        this.directory = directory;
        this.deadSockets = new DeadSockets(directory);
        this.self = self;
        this.handler = handler;
        this.ownLock = ownLock;
        this.watch = watch;
    }

    /**
     * Enters this node and begins to watch for others.
     *
     * @param root the runtime directory; made where it does not exist, for its owner only
     * @throws IOException if it cannot be used
     */
    public static HostDirectory open(
            Loop loop, Path root, String mesh, NodeId self, long incarnation, List<Locator> locators, Handler handler)
            throws IOException {
        Path directory = make(root, mesh);
        HostDirectory entered = enter(loop, directory, self, handler);
        try {
            entered.write(incarnation, locators);
        } catch (IOException | RuntimeException e) {
            entered.close();
            throw e;
        }
        Thread thread = new Thread(entered::watch, "weft-host-directory");
        thread.setDaemon(true);
        thread.start();
        return entered;
    }

    private static Path make(Path root, String mesh) throws IOException {
        if (mesh.equals(".") || mesh.equals("..")) {
            throw new IOException("the mesh name '" + mesh + "' cannot name a directory");
        }
        Set<PosixFilePermission> ownersAlone = PosixFilePermissions.fromString("rwx------");
        Path directory = root.resolve(mesh);
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownersAlone));
        if (!Files.getPosixFilePermissions(directory).equals(ownersAlone)) {
            Files.setPosixFilePermissions(directory, ownersAlone);
        }
        return directory.toRealPath();
    }

    private static HostDirectory enter(Loop loop, Path directory, NodeId self, Handler handler) throws IOException {
        LifeLock lock = LifeLock.hold(lockFile(directory, self), "node " + self);
        try {
            WatchService watch = directory.getFileSystem().newWatchService();
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            return new HostDirectory(loop, directory, self, handler, lock, watch);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (ownLock;
                watch) {
            Files.deleteIfExists(file(self));
        } catch (IOException leftBehind) {
            // Whoever sees it next finds its lock free and removes it.
            return;
        }
    }

    private void write(long incarnation, List<Locator> locators) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("incarnation=" + incarnation);
        // For people only: after a crash in a container, the same number may be another process.
        lines.add("pid=" + ProcessHandle.current().pid());
        for (Locator locator : locators) {
            lines.add("locator=" + locator);
        }
        Path fresh = directory.resolve(self + ".new");
        Files.write(fresh, lines, StandardCharsets.UTF_8);
        Files.move(fresh, file(self), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void watch() {
        while (!closed) {
            scan();
            try {
                WatchKey key = watch.poll(RESCAN_SECONDS, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            } catch (InterruptedException | java.nio.file.ClosedWatchServiceException ended) {
                return;
            }
        }
    }

    private void scan() {
        TreeSet<NodeId> present = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Optional<NodeId> node = nodeOf(file).filter(other -> !other.equals(self));
                if (node.isPresent() && present.size() < ENTRIES_MAX) {
                    scan(file, node.get(), present);
                }
            }
            removeDeadSockets(present);
            LeftRings.remove(directory);
        } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
            return;
        }
        for (NodeId node : List.copyOf(seen.keySet())) {
            if (!present.contains(node)) {
                seen.remove(node);
                loop.tryExecute(() -> handler.onGone(node));
            }
        }
    }

    private void scan(Path file, NodeId node, TreeSet<NodeId> present) {
        Optional<Seen> entry = read(file, seen.get(node));
        if (!LifeLock.removeIfDead(lockFile(directory, node), file(node))) {
            present.add(node);
            entry.ifPresent(known -> report(node, known));
        }
    }

    private void removeDeadSockets(TreeSet<NodeId> present) {
        TreeSet<NodeId> alive = new TreeSet<>(present);
        alive.add(self);
        try {
            deadSockets.remove(alive);
        } catch (IOException | java.nio.file.DirectoryIteratorException elsewise) {
            // The next scan tries again.
            return;
        }
    }

    private void report(NodeId node, Seen known) {
        Entry entry = known.entry();
        Seen before = seen.put(node, known);
        if (before == null || !before.entry().equals(entry)) {
            loop.tryExecute(() -> handler.onEntry(node, entry.incarnation(), entry.locators()));
        }
    }

    private static Optional<Seen> read(Path file, @Nullable Seen before) {
        try {
            BasicFileAttributes present =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            Edition edition = Edition.of(present);
            if (before != null && before.edition().equals(edition)) {
                return Optional.of(before);
            }
            if (!present.isRegularFile() || present.size() > FILE_BYTES_MAX) {
                return Optional.empty();
            }
            return Optional.of(new Seen(edition, parse(Files.readAllLines(file, StandardCharsets.UTF_8))));
        } catch (IOException | IllegalArgumentException halfWritten) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException if these are not the lines that a node writes */
    static Entry parse(List<String> lines) {
        long incarnation = 0;
        List<Locator> locators = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("incarnation=")) {
                incarnation = Long.parseLong(line.substring("incarnation=".length()));
            } else if (line.startsWith("locator=") && locators.size() < LOCATORS_MAX) {
                locators.add(Locator.parse(line.substring("locator=".length())));
            }
        }
        if (incarnation < 0) {
            throw new IllegalArgumentException("incarnation " + incarnation);
        }
        return new Entry(incarnation, locators);
    }

    private static Optional<NodeId> nodeOf(Path file) {
        @Nullable Path name = file.getFileName();
        if (name == null) {
            return Optional.empty();
        }
        String text = name.toString();
        if (!text.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        try {
            return Optional.of(NodeId.parse(text.substring(0, text.length() - SUFFIX.length())));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private Path file(NodeId node) {
        return directory.resolve(node + SUFFIX);
    }

    private static Path lockFile(Path directory, NodeId node) {
        return directory.resolve(node + ".lock");
    }
}
