package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An endpoint that takes connections. Thread-safe. Up to 128 wait to be taken; more are refused, which their callers
 * are told.
 *
 * @param <C> {@link PacketSocket} or {@link StreamSocket}
 */
public interface Listener<C> extends AutoCloseable {
    /** Its name on this node, 1 to 128 bytes of UTF-8. */
    String name();

    /**
     * Waits for the next connection. Suits virtual threads: waits on no monitor.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the listener is closed
     */
    C accept() throws InterruptedException;

    /**
     * Waits for the next connection, for so long at most.
     *
     * @return empty when none has come in time
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the listener is closed
     */
    Optional<C> accept(Duration timeout) throws InterruptedException;

    /**
     * Hands every connection, from now on, to a handler on the mesh's callback executor, one at a time. {@link
     * #accept()} is not to be used beside it.
     */
    void onConnection(Consumer<C> handler);

    /** Takes no more connections. Those that were taken live on; those that waited are reset. */
    @Override
    void close();
}
