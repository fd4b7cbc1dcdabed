package dev.weft.cli;

import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.PacketSocket;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What comes over any number of connections to one endpoint, as one queue. A connection has a thread of its own, which
 * waits where the queue is full, and so its sender does.
 */
final class Incoming {
    private static final int WAITING_MAX = 16;
    private static final int STREAM_BYTES_MAX = 16 << 20;

    private final Mesh mesh;
    private final ArrayBlockingQueue<Message> queue = new ArrayBlockingQueue<>(WAITING_MAX);

    Incoming(Mesh mesh, String endpoint, SocketKind kind, Secrecy secrecy) {
        this.mesh = mesh;
        ListenOptions options = ListenOptions.DEFAULT.withSecrecy(secrecy);
        if (kind == SocketKind.STREAM) {
            Listener<StreamSocket> listener = mesh.listenStream(endpoint, options);
            listener.onConnection(stream -> serve(stream.peer(), () -> read(stream)));
        } else {
            Listener<PacketSocket> listener = mesh.listenPackets(endpoint, options);
            listener.onConnection(packets -> serve(packets.peer(), () -> read(packets)));
        }
    }

    Optional<Message> next(Optional<Duration> patience) throws InterruptedException {
        return patience.isPresent()
                ? Optional.ofNullable(queue.poll(patience.get().toNanos(), TimeUnit.NANOSECONDS))
                : Optional.of(queue.take());
    }

    private interface Reading {
        void run() throws IOException, InterruptedException;
    }

    private static void serve(NodeId peer, Reading reading) {
        Thread thread = new Thread(
                () -> {
                    try {
                        reading.run();
                    } catch (InterruptedException | InterruptedIOException e) {
                        Thread.currentThread().interrupt();
                    } catch (IOException broken) {
                        System.err.println("weft: " + Text.harmless(String.valueOf(broken.getMessage())));
                    }
                },
                "weft-listen-" + peer.brief());
        thread.setDaemon(true);
        thread.start();
    }

    private void read(PacketSocket packets) throws IOException, InterruptedException {
        try (packets) {
            for (Optional<byte[]> next = packets.receive(); next.isPresent(); next = packets.receive()) {
                queue.put(message(packets.peer(), next.get()));
            }
            packets.finish();
        }
    }

    /** A stream up to the length of the longest message; what is longer comes in several. */
    private void read(StreamSocket stream) throws IOException, InterruptedException {
        try (stream) {
            for (boolean first = true; ; first = false) {
                byte[] piece = stream.input().readNBytes(STREAM_BYTES_MAX);
                if (piece.length > 0 || first) {
                    queue.put(message(stream.peer(), piece));
                }
                if (piece.length < STREAM_BYTES_MAX) {
                    break;
                }
            }
            stream.finish();
        }
    }

    private Message message(NodeId from, byte[] payload) {
        return new Message(from, payload, Math.max(0, mesh.route(from).size() - 1));
    }
}
