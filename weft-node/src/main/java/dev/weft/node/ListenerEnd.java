package dev.weft.node;

import dev.weft.Listener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/** Connections that were accepted by the loop and wait for the application. The engine keeps them within bounds. */
final class ListenerEnd<C> implements Listener<C> {
    private final String name;
    private final int priority;
    private final Function<ConnectionEnd, C> shown;
    private final Runnable unregister;
    private final Mailbox<ConnectionEnd> mailbox;

    /**
     * @param priority of what is sent over its connections from here
     * @param shown what the application gets to see
     * @param taken hears of each connection that the application has taken
     */
    ListenerEnd(
            String name,
            int priority,
            Executor callbacks,
            Function<ConnectionEnd, C> shown,
            Consumer<ConnectionEnd> taken,
            Runnable unregister) {
        this.name = name;
        this.priority = priority;
        this.shown = shown;
        this.unregister = unregister;
        this.mailbox = new Mailbox<>(() -> "the listener of '" + name + "'", 1, callbacks, taken::accept);
    }

    /** Called on the loop. */
    void add(ConnectionEnd connection) {
        mailbox.add(connection);
    }

    @Override
    public String name() {
        return name;
    }

    int priority() {
        return priority;
    }

    @Override
    public C accept() throws InterruptedException {
        return shown.apply(mailbox.take());
    }

    @Override
    public Optional<C> accept(Duration timeout) throws InterruptedException {
        Optional<C> accepted = mailbox.take(timeout).map(shown);
        if (accepted.isEmpty()) {
            mailbox.requireOpen();
        }
        return accepted;
    }

    @Override
    public void onConnection(Consumer<C> handler) {
        mailbox.onEach(connection -> handler.accept(shown.apply(connection)));
    }

    @Override
    public void close() {
        if (end()) {
            unregister.run();
        }
    }

    /** No connection will come any more; false where that was so already. */
    boolean end() {
        boolean wasOpen = mailbox.close();
        mailbox.clear();
        return wasOpen;
    }
}
