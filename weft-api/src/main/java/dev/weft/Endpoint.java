package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A named socket of this node that receives messages. Thread-safe. What has been received and not taken waits in a
 * queue of bounded size; while that is full senders wait, or are refused where they have so chosen.
 */
public interface Endpoint extends AutoCloseable {
    /** Its name on this node, 1 to 128 bytes of UTF-8. */
    String name();

    SocketKind kind();

    /**
     * Waits for the next message. Suits virtual threads: waits on no monitor.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the endpoint is closed and empty
     */
    Message receive() throws InterruptedException;

    /**
     * Waits for the next message, for so long at most.
     *
     * @return empty when none has come in time or the endpoint is closed and empty
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<Message> receive(Duration timeout) throws InterruptedException;

    /**
     * Hands every message, from now on, to a handler on the mesh's callback executor, one at a time in order of
     * arrival. Replaces an earlier handler. {@link #receive()} is not to be used beside it.
     */
    void onMessage(Consumer<Message> handler);

    /** Refuses further messages; those received stay to be taken. */
    @Override
    void close();
}
