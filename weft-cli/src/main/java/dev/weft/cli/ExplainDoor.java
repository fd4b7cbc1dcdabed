package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where a running node is asked for an {@link Explanation}: a Unix socket beside those of the mesh, in a directory that
 * only the node's user can enter. So no right is needed and none is given: whoever can ask could read the node's memory.
 *
 * <p>Asked with one line, which names a node. Answers with lines, and the end: {@link Explanation.Way}, the answering
 * node, how many lines there are of standing, these, and those of refusals.
 */
final class ExplainDoor implements AutoCloseable {
    private static final String SUFFIX = ".explain";
    private static final int QUESTION_BYTES_MAX = 256;
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int NODES_MAX = 64;
    private static final int ASKERS_MAX = 8;
    private static final long PATIENCE_SECONDS = 3;

    /** What a running node has said. */
    record Answer(String node, Explanation explanation) {}

    private final Mesh mesh;
    private final Path file;
    private final ServerSocketChannel door;
    private final Semaphore places = new Semaphore(ASKERS_MAX);

    private ExplainDoor(Mesh mesh, Path file, ServerSocketChannel door) {
        this.mesh = mesh;
        this.file = file;
        this.door = door;
    }

    private static Path at(Path directory, NodeId node) {
        return directory.resolve(node.brief() + SUFFIX);
    }

    /**
     * Opens the door of a node that runs.
     *
     * @param directory where its sockets are
     */
    static ExplainDoor open(Path directory, Mesh mesh) throws IOException {
        Path file = at(directory, mesh.self().id());
        Files.deleteIfExists(file);
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            door.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException e) {
            door.close();
            throw e;
        }
        ExplainDoor opened = new ExplainDoor(mesh, file, door);
        start("weft-explain", opened::serve);
        return opened;
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel asker = door.accept();
                if (places.tryAcquire()) {
                    start("weft-explaining", () -> answer(asker));
                } else {
                    asker.close();
                }
            }
        } catch (IOException closed) {
            // The node leaves.
        }
    }

    private void answer(SocketChannel asker) {
        try (asker) {
            Explanation said = Explanation.of(mesh, question(Channels.newInputStream(asker)));
            List<String> lines = new ArrayList<>();
            lines.add(said.way().name());
            lines.add(mesh.self().id().brief() + " " + Text.harmless(mesh.self().name()));
            lines.add(String.valueOf(said.standing().size()));
            lines.addAll(said.standing());
            lines.addAll(said.refusals());
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(String.join("\n", lines));
            while (bytes.hasRemaining()) {
                asker.write(bytes);
            }
        } catch (IOException | IllegalStateException gone) {
            // Whoever has asked, or the node, has left.
        } finally {
            places.release();
        }
    }

    private static String question(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() == QUESTION_BYTES_MAX) {
                throw new IOException("a question of more than " + QUESTION_BYTES_MAX + " bytes");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** What the nodes that run say of a node; those that do not answer in time, or any more, are left out. */
    static List<Answer> ask(Path directory, String node) throws InterruptedException {
        List<Answer> answers = new ArrayList<>();
        try (DirectoryStream<Path> doors = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path door : doors) {
                if (answers.size() < NODES_MAX) {
                    askOne(door, node, answers);
                }
            }
        } catch (IOException none) {
            // No node of this user runs here.
            return answers;
        }
        return answers;
    }

    private static void askOne(Path door, String node, List<Answer> answers) throws InterruptedException {
        try (SocketChannel asked = SocketChannel.open(UnixDomainSocketAddress.of(door))) {
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            start("weft-asking", () -> {
                try {
                    asked.write(StandardCharsets.UTF_8.encode(node.replace('\n', ' ') + "\n"));
                    answer.complete(Channels.newInputStream(asked).readNBytes(ANSWER_BYTES_MAX));
                } catch (IOException broken) {
                    answer.completeExceptionally(broken);
                }
            });
            answers.add(read(node, new String(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS), StandardCharsets.UTF_8)));
        } catch (IOException | ExecutionException | TimeoutException | IllegalArgumentException silent) {
            // It has died, or does not speak like this.
            return;
        }
    }

    private static Answer read(String node, String answer) {
        List<String> lines = answer.lines().map(Text::harmless).toList();
        if (lines.size() < 3) {
            throw new IllegalArgumentException("an answer of " + lines.size() + " lines");
        }
        int standing = 3 + Integer.parseInt(lines.get(2));
        if (standing < 3 || standing > lines.size()) {
            throw new IllegalArgumentException("an answer that ends too soon");
        }
        return new Answer(
                lines.get(1),
                new Explanation(
                        node,
                        Explanation.Way.valueOf(lines.get(0)),
                        lines.subList(3, standing),
                        lines.subList(standing, lines.size())));
    }

    @Override
    public void close() {
        try (door) {
            Files.deleteIfExists(file);
        } catch (IOException leftBehind) {
            // Another node of the mesh removes it.
            return;
        }
    }
}
