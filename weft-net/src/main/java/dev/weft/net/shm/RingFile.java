package dev.weft.net.shm;

import dev.weft.core.base.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/**
 * The mapped file of one link, in native byte order:
 *
 * <pre>
 *          0  magic, 8 bytes
 *          8  version, 4 bytes
 *         12  capacity of a ring in bytes, a power of two, 4 bytes
 *        512  {@link Control} of the ring from the dialler to the acceptor
 *       1024  {@link Control} of the ring back
 *       4096  the ring from the dialler to the acceptor
 * + capacity  the ring back
 * </pre>
 *
 * <p>Its blocks are written before it is mapped: where the file system has no room, that is an error here and not a
 * fault of the process later. It is unmapped when it is garbage.
 */
final class RingFile {
    static final int CAPACITY_BYTES_DEFAULT = 1 << 20;
    static final int CAPACITY_BYTES_MIN = 4 << 10;
    static final int CAPACITY_BYTES_MAX = 16 << 20;

    private static final long MAGIC = 0x5745_4654_5249_4e47L;
    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int CAPACITY_AT = 12;
    private static final int CONTROL_AT = 512;
    private static final int RINGS_AT = 4096;
    private static final int FILL_BYTES = 64 << 10;

    /** Who is at an end of the link. */
    enum End {
        DIALLER,
        ACCEPTOR
    }

    private final ByteBuffer file;
    private final int capacityBytes;
    private final End end;

    private RingFile(ByteBuffer file, int capacityBytes, End end) {
        this.file = file;
        this.capacityBytes = capacityBytes;
        this.end = end;
    }

    /** Makes the contents of an empty file and maps it, as the dialler does. */
    static RingFile create(Path path, int capacityBytes) throws IOException {
        long fileBytes = fileBytes(capacityBytes);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (long left = fileBytes; left > 0; ) {
                left -= channel.write(ByteBuffer.allocate((int) Math.min(left, FILL_BYTES)));
            }
            ByteBuffer file = map(channel, fileBytes);
            file.putLong(0, MAGIC).putInt(VERSION_AT, VERSION).putInt(CAPACITY_AT, capacityBytes);
            RingFile made = new RingFile(file, capacityBytes, End.DIALLER);
            // Nobody reads yet, so whoever begins to has to be told.
            made.control(0).readerFallsAsleep();
            made.control(1).readerFallsAsleep();
            return made;
        }
    }

    /**
     * Maps what a dialler has made.
     *
     * @throws IOException if it is not a file of that owner alone with such contents; the message says why
     */
    static RingFile open(Path path, UserPrincipal owner) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new IOException(path.getFileName() + " is no file");
        }
        if (!attributes.owner().equals(owner)) {
            throw new IOException(path.getFileName() + " belongs to " + attributes.owner() + ", not to " + owner);
        }
        if (!PosixFilePermissions.toString(attributes.permissions()).endsWith("------")) {
            throw new IOException(path.getFileName() + " is not its owner's alone");
        }
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            long fileBytes = channel.size();
            if (fileBytes < fileBytes(CAPACITY_BYTES_MIN) || fileBytes > fileBytes(CAPACITY_BYTES_MAX)) {
                throw new IOException(path.getFileName() + " has " + fileBytes + " bytes");
            }
            ByteBuffer file = map(channel, fileBytes);
            int capacityBytes = file.getInt(CAPACITY_AT);
            if (file.getLong(0) != MAGIC || file.getInt(VERSION_AT) != VERSION) {
                throw new IOException(path.getFileName() + " is no file of rings of version " + VERSION);
            }
            if (Integer.bitCount(capacityBytes) != 1 || fileBytes != fileBytes(capacityBytes)) {
                throw new IOException(
                        path.getFileName() + " has " + fileBytes + " bytes for rings of " + capacityBytes);
            }
            return new RingFile(file, capacityBytes, End.ACCEPTOR);
        }
    }

    RingWriter writer() {
        int ring = switch (end) {
            case DIALLER -> 0;
            case ACCEPTOR -> 1;
        };
        return new RingWriter(file, control(ring), dataAt(ring), capacityBytes);
    }

    RingReader reader() {
        int ring = switch (end) {
            case DIALLER -> 1;
            case ACCEPTOR -> 0;
        };
        return new RingReader(file, control(ring), dataAt(ring), capacityBytes);
    }

    private Control control(int ring) {
        return new Control(file, CONTROL_AT + ring * Control.BYTES);
    }

    private int dataAt(int ring) {
        return RINGS_AT + ring * capacityBytes;
    }

    static void checkCapacity(int capacityBytes) {
        Check.within("capacityBytes", capacityBytes, CAPACITY_BYTES_MIN, CAPACITY_BYTES_MAX);
        Check.that(Integer.bitCount(capacityBytes) == 1, "a ring of %d bytes, which is no power of two", capacityBytes);
    }

    private static long fileBytes(int capacityBytes) {
        return RINGS_AT + 2L * capacityBytes;
    }

    private static ByteBuffer map(FileChannel channel, long fileBytes) throws IOException {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes).order(ByteOrder.nativeOrder());
    }
}
