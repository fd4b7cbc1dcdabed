package dev.weft.lab;

import dev.weft.ConnectOptions;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.NodeId;
import dev.weft.StreamSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One big copy over a STREAM, as the source or as the sink of it; made by {@link LabNode}. Each end tells on stdout how
 * many bytes it has written or read and their SHA-256 when it is through, or why it broke. A copy has a thread of its
 * own.
 */
final class Streams {
    private static final String ENDPOINT = "bulk";
    private static final int BUFFER_BYTES = 64 << 10;

    private final Mesh mesh;
    private final AtomicLong bytes = new AtomicLong();

    Streams(Mesh mesh) {
        this.mesh = mesh;
    }

    /** How much has gone through this end so far. */
    String bytes() {
        return Long.toString(bytes.get());
    }

    /** Accepts one stream and reads it to its end: {@code sank BYTES SHA NANOS}. */
    void sink() {
        Listener<StreamSocket> listener = mesh.listenStream(ENDPOINT);
        run("sink", () -> {
            try (listener;
                    StreamSocket stream = listener.accept()) {
                MessageDigest digest = sha256();
                byte[] buffer = new byte[BUFFER_BYTES];
                InputStream in = stream.input();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    digest.update(buffer, 0, count);
                    bytes.addAndGet(count);
                }
                stream.finish();
                stream.awaitFinished();
                LabNode.say("sank", end(digest));
            }
        });
        LabNode.say("sink", "listens");
    }

    /** Writes so many bytes of a seed, waits until the sink has them, and closes before the sink has finished: {@code sourced BYTES SHA NANOS}. */
    void source(NodeId to, long seed, long count) {
        run("source", () -> {
            try (StreamSocket stream = mesh.connectStream(to, ENDPOINT, ConnectOptions.DEFAULT)) {
                LabNode.say("source", "began " + System.nanoTime());
                MessageDigest digest = sha256();
                SplittableRandom random = new SplittableRandom(seed);
                byte[] buffer = new byte[BUFFER_BYTES];
                OutputStream out = stream.output();
                while (bytes.get() < count) {
                    random.nextBytes(buffer);
                    int length = (int) Math.min(buffer.length, count - bytes.get());
                    digest.update(buffer, 0, length);
                    out.write(buffer, 0, length);
                    bytes.addAndGet(length);
                }
                stream.finish();
                stream.awaitFinished();
                LabNode.say("sourced", end(digest));
            }
        });
    }

    private String end(MessageDigest digest) {
        return bytes + " " + HexFormat.of().formatHex(digest.digest()) + " " + System.nanoTime();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Copy {
        void run() throws IOException, InterruptedException;
    }

    private void run(String name, Copy copy) {
        Thread thread = new Thread(
                () -> {
                    try {
                        copy.run();
                    } catch (IOException | InterruptedException | RuntimeException e) {
                        LabNode.say("broken", name + " after " + bytes + " bytes: " + e);
                    }
                },
                "lab-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
