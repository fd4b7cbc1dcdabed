package dev.weft.net;

import dev.weft.Locator;
import java.io.IOException;

/**
 * Carries frames between two processes, in order and without loss for as long as a connection lives. Bound to one
 * {@link Loop}: {@link #dial} is called on its thread, {@link #listen} and {@link #close} on any other.
 *
 * <p>Contract, checked for every transport by the same tests: the methods of one {@link ConnectionHandler} are called
 * on the loop, one at a time, never from within a call that the handler made, and never after
 * {@link ConnectionHandler#onClosed}.
 */
public interface Transport extends AutoCloseable {
    /** The scheme of the locators it serves. */
    String scheme();

    /**
     * Listens; every connection gets a handler from the acceptor, on the loop's thread. Waits until it listens.
     *
     * @throws IOException if the address cannot be listened on; the message says why
     */
    Listener listen(Locator at, Acceptor acceptor) throws IOException;

    /**
     * Connects. Returns at once; {@link ConnectionHandler#onOpen} follows, or {@link ConnectionHandler#onClosed} where
     * it failed.
     */
    void dial(Locator to, ConnectionHandler handler);

    /** Stops listening and breaks every connection. */
    @Override
    void close();

    /** Gives a handler to each accepted connection. */
    interface Acceptor {
        ConnectionHandler accept(Connection connection);
    }

    /** Something listened on. */
    interface Listener {
        /** Where it really listens, with the port that was chosen. */
        Locator locator();

        /** Accepts no more; what was accepted stays. */
        void close();
    }
}
