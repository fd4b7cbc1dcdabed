package dev.weft.node;

import dev.weft.MeshStartException;
import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.net.secure.NodeKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps what outlives it: its key pair ({@code identity.key}), how often it has started
 * ({@code incarnation}), whom it knew ({@code peers}) and what the authority has taken back ({@code revocations}). One running node holds a directory; a second one is refused,
 * for two nodes with one identity would fight over it. Owner-only.
 */
final class StateDirectory implements AutoCloseable {
    private static final long FILE_BYTES_MAX = 1 << 20;

    /**
     * Who a node is.
     *
     * @param key the node's id follows from it
     * @param incarnation which start this is, from 1
     */
    record Identity(NodeKey key, long incarnation) {
        NodeId id() {
            return key.id();
        }
    }

    private final Path directory;
    private final @Nullable FileChannel lockFile;
    private final @Nullable FileLock lock;

    private StateDirectory(Path directory, @Nullable FileChannel lockFile, @Nullable FileLock lock) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** @throws MeshStartException if it cannot be made, or another running node holds it */
    static StateDirectory open(Path directory) {
        try {
            makeOwnerOnly(directory);
            FileChannel lockFile =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                lockFile.close();
                throw new MeshStartException(
                        "state directory " + directory
                                + " is held by another running node: give this one its own (--state DIR), or an identity that is not kept (--ephemeral)");
            }
            return new StateDirectory(directory, lockFile, lock);
        } catch (IOException e) {
            throw new MeshStartException("state directory " + directory + " cannot be used: " + e, e);
        }
    }

    /** An identity that nothing is written of. */
    static Identity ephemeral() {
        return new Identity(NodeKey.generate(), 1);
    }

    /** The key of the node that a directory is of, which may be running; made where there is none yet. */
    static KeyPair keyOf(Path directory) {
        StateDirectory kept = Files.exists(directory.resolve("identity.key"))
                ? new StateDirectory(directory, null, null)
                : open(directory);
        try {
            NodeKey key = kept.key();
            return new KeyPair(key.publicKey(), key.privateKey());
        } finally {
            kept.close();
        }
    }

    private NodeKey key() {
        return readSecret("identity.key").map(StateDirectory::parseKeys).orElseGet(() -> {
            NodeKey made = NodeKey.generate();
            write("identity.key", formatKeys(made));
            return made;
        });
    }

    /** Reads the identity, making it at the first start, and counts this start. */
    Identity identity() {
        NodeKey key = key();
        long incarnation = read("incarnation").map(this::parseIncarnation).orElse(0L) + 1;
        write("incarnation", List.of(Long.toString(incarnation)));
        return new Identity(key, incarnation);
    }

    /** What is secret must be its owner's alone; a copy or a backup may have made it otherwise. */
    private Optional<List<String>> readSecret(String file) {
        Path path = directory.resolve(file);
        try {
            if (Files.exists(path)
                    && !PosixFilePermissions.fromString("rw-------").containsAll(Files.getPosixFilePermissions(path))) {
                throw new MeshStartException(path + " must be its owner's alone: chmod 600 " + path);
            }
        } catch (IOException e) {
            throw new MeshStartException(path + " cannot be read: " + e, e);
        }
        return read(file);
    }

    Optional<List<String>> read(String file) {
        Path path = directory.resolve(file);
        try {
            if (!Files.exists(path)) {
                return Optional.empty();
            }
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new MeshStartException(path + " is larger than 1 MiB: not a file of a node");
            }
            return Optional.of(Files.readAllLines(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new MeshStartException(path + " cannot be read: " + e, e);
        }
    }

    /** Replaces a file as a whole: after a crash it is the old one or the new one. */
    void write(String file, List<String> lines) {
        Path path = directory.resolve(file);
        Path fresh = directory.resolve(file + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(java.nio.ByteBuffer.wrap(bytes));
                out.force(true);
            }
            move(fresh, path);
        } catch (IOException e) {
            throw new MeshStartException(path + " cannot be written: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            if (lock != null) {
                lock.release();
            }
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException e) {
            throw new MeshStartException("lock of " + directory + " cannot be released: " + e, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void makeOwnerOnly(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private long parseIncarnation(List<String> lines) {
        try {
            return Check.within("incarnation", Long.parseLong(lines.get(0).strip()), 0, Long.MAX_VALUE - 1);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new MeshStartException(
                    directory.resolve("incarnation") + " must hold one number, how often the node has started", e);
        }
    }

    private static List<String> formatKeys(NodeKey key) {
        Base64.Encoder base64 = Base64.getEncoder();
        return List.of(
                "private " + base64.encodeToString(key.privateKey().getEncoded()),
                "public " + base64.encodeToString(key.publicKey().getEncoded()));
    }

    private static NodeKey parseKeys(List<String> lines) {
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            Base64.Decoder base64 = Base64.getDecoder();
            return NodeKey.of(new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(base64.decode(field(lines, "public ")))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(base64.decode(field(lines, "private "))))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new MeshStartException("identity.key is damaged: restore it, or remove it to get a new identity", e);
        }
    }

    private static String field(List<String> lines, String prefix) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .map(line -> line.substring(prefix.length()).strip())
                .orElseThrow(() -> new MeshStartException("identity.key has no line '" + prefix.strip() + " …'"));
    }
}
