package dev.weft.net;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a node of this host holds as long as it lives: a lock on a file of its own, which the system lets go when the
 * process dies. Who wants to know whether a node lives takes the lock shared, so that two who look at once do not take
 * each other for the node. Any thread; the looks and holds of one process take turns, for to open such a file a second
 * time and close it gives the process's lock up (POSIX).
 */
final class LifeLock implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000;
    private static final int LOOKS_MAX = 1_000;

    /** The locks of this process; also the monitor of all that is done to such files. */
    private static final Set<Path> HELD = new TreeSet<>();

    private final Path file;
    private final FileChannel channel;

    private LifeLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a node that begins to live.
     *
     * @param file its real path
     * @param whose how messages name the node
     * @throws IOException if a node of this or another process holds it, or the file cannot be used
     */
    static LifeLock hold(Path file, String whose) throws IOException {
        synchronized (HELD) {
            if (HELD.contains(file)) {
                throw new IOException("this process runs " + whose + " already");
            }
            for (int look = 0; look < LOOKS_MAX; look++) {
                FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                try {
                    // Who removed what a dead node has left may have removed what was opened here just before.
                    if (isTaken(channel, whose) && Files.exists(file)) {
                        HELD.add(file);
                        return new LifeLock(file, channel);
                    }
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                channel.close();
                LockSupport.parkNanos(LOOK_NANOS);
            }
            throw new IOException("others look at " + file + " all the time");
        }
    }

    /** @return whether the lock is ours; if not, somebody looks at it and will be through in a moment */
    private static boolean isTaken(FileChannel channel, String whose) throws IOException {
        if (channel.tryLock() != null) {
            return true;
        }
        FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true);
        if (shared == null) {
            throw new IOException("another process runs " + whose);
        }
        shared.release();
        return false;
    }

    /**
     * Removes a node's entry and lock if nobody holds the lock.
     *
     * @param file the lock's real path
     * @return whether the node is dead
     */
    static boolean removeIfDead(Path file, Path entry) {
        synchronized (HELD) {
            Look look = Look.ANOTHER_FILE;
            for (int looks = 0; look == Look.ANOTHER_FILE && looks < LOOKS_MAX; looks++) {
                look = HELD.contains(file) ? Look.ALIVE : look(file, entry);
            }
            return look == Look.DEAD;
        }
    }

    /** What a look at a lock says of its node; of one that is dead, all is removed. */
    private enum Look {
        ALIVE,
        DEAD,
        /** It was of a file that has its name no longer: a node may live anew by the one that has it now. */
        ANOTHER_FILE
    }

    private static Look look(Path file, Path entry) {
        try {
            Object named = key(file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
                    return Look.ALIVE;
                }
                if (!Objects.equals(named, key(file))) {
                    return Look.ANOTHER_FILE;
                }
                Files.deleteIfExists(entry);
                Files.deleteIfExists(file);
                return Look.DEAD;
            }
        } catch (NoSuchFileException noLock) {
            return lookWithoutLock(file, entry);
        } catch (OverlappingFileLockException heldByAnotherCopyOfThisClass) {
            return Look.ALIVE;
        } catch (IOException unknown) {
            // This process has no descriptor left, or may not look: that says nothing of the node.
            return Look.ALIVE;
        }
    }

    /** An entry without a lock is nobody's, unless a node has just begun to live. */
    private static Look lookWithoutLock(Path file, Path entry) {
        try {
            if (Files.exists(file)) {
                return Look.ANOTHER_FILE;
            }
            Files.deleteIfExists(entry);
        } catch (IOException notAllowed) {
            return Look.DEAD;
        }
        return Look.DEAD;
    }

    /** What tells a file from another of the same name; null where the system knows no such thing. */
    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Gives the lock up and removes its file; what cannot be removed is removed by whoever sees it next. */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            try {
                channel.close();
                Files.deleteIfExists(file);
            } finally {
                HELD.remove(file);
            }
        }
    }
}
