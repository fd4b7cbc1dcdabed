package dev.weft.node;

import dev.weft.Listener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Connections that were accepted by the loop and wait for the application. */
final class ListenerEnd<C> implements Listener<C> {
    private final String name;
    private final Executor callbacks;
    private final Function<ConnectionEnd, C> shown;
    private final Consumer<ConnectionEnd> taken;
    private final Runnable unregister;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<ConnectionEnd> queue = new ArrayDeque<>();
    private boolean closed;
    private boolean handing;
    private @Nullable Consumer<C> handler;

    /**
     * @param shown what the application gets to see
     * @param taken hears of each connection that the application has taken
     */
    ListenerEnd(
            String name,
            Executor callbacks,
            Function<ConnectionEnd, C> shown,
            Consumer<ConnectionEnd> taken,
            Runnable unregister) {
        this.name = name;
        this.callbacks = callbacks;
        this.shown = shown;
        this.taken = taken;
        this.unregister = unregister;
    }

    /** Called on the loop. The engine keeps the backlog within its bounds. */
    void add(ConnectionEnd connection) {
        lock.lock();
        try {
            queue.add(connection);
            arrived.signal();
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public C accept() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                requireOpen();
                arrived.await();
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<C> accept(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                requireOpen();
                if (left <= 0) {
                    return Optional.empty();
                }
                left = arrived.awaitNanos(left);
            }
            return Optional.of(next());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onConnection(Consumer<C> newHandler) {
        lock.lock();
        try {
            handler = newHandler;
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    private void startHanding() {
        if (handler != null && !handing && !queue.isEmpty()) {
            handing = true;
            callbacks.execute(this::handOver);
        }
    }

    private void handOver() {
        while (true) {
            C connection;
            Consumer<C> receiver;
            lock.lock();
            try {
                receiver = handler;
                if (queue.isEmpty() || receiver == null) {
                    handing = false;
                    return;
                }
                connection = next();
            } finally {
                lock.unlock();
            }
            try {
                receiver.accept(connection);
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }

    private C next() {
        ConnectionEnd connection = queue.remove();
        taken.accept(connection);
        return shown.apply(connection);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the listener of '" + name + "' is closed");
        }
    }

    @Override
    public void close() {
        if (end()) {
            unregister.run();
        }
    }

    /** No connection will come any more; false where that was so already. */
    boolean end() {
        lock.lock();
        try {
            boolean wasOpen = !closed;
            closed = true;
            queue.clear();
            arrived.signalAll();
            return wasOpen;
        } finally {
            lock.unlock();
        }
    }
}
