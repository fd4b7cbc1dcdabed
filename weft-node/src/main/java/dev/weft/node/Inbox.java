package dev.weft.node;

import dev.weft.Endpoint;
import dev.weft.Message;
import dev.weft.SocketKind;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.socket.Endpoints;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's queue between the loop, which offers, and the application, which takes. A message counts as delivered
 * when it is in this queue.
 */
final class Inbox implements Endpoint {
    /** What the engine is told at a time of what was taken. */
    private static final long TAKEN_TOLD_BYTES = Endpoints.CAPACITY_DEFAULT / 8;

    /** Hears how much has been taken since the last time; called on the application's threads. */
    interface Taken {
        void taken(long charge);
    }

    private final String name;
    private final SocketKind kind;
    private final Executor callbacks;
    private final Runnable unregister;
    private final Taken taken;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Message> queue = new ArrayDeque<>();
    private long untoldBytes;
    private boolean closed;
    private boolean handing;
    private @Nullable Consumer<Message> handler;

    Inbox(String name, SocketKind kind, Executor callbacks, Runnable unregister, Taken taken) {
        this.name = name;
        this.kind = kind;
        this.callbacks = callbacks;
        this.unregister = unregister;
        this.taken = taken;
    }

    /** Called on the loop; never waits for the application. The engine keeps the queue within its bounds. */
    void add(Message message) {
        lock.lock();
        try {
            queue.add(message);
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
    public SocketKind kind() {
        return kind;
    }

    @Override
    public Message receive() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (closed) {
                    throw new IllegalStateException("endpoint '" + name + "' is closed");
                }
                arrived.await();
            }
            return take();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Message> receive(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (closed || left <= 0) {
                    return Optional.empty();
                }
                left = arrived.awaitNanos(left);
            }
            return Optional.of(take());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onMessage(Consumer<Message> newHandler) {
        lock.lock();
        try {
            handler = newHandler;
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        unregister.run();
    }

    private Message take() {
        Message message = queue.remove();
        untoldBytes += ReceiveBuffer.charge(message.payload().length);
        if (untoldBytes >= TAKEN_TOLD_BYTES) {
            taken.taken(untoldBytes);
            untoldBytes = 0;
        }
        return message;
    }

    /** At most one task hands messages over, so the handler sees one at a time and in order. */
    private void startHanding() {
        if (handler != null && !handing && !queue.isEmpty()) {
            handing = true;
            callbacks.execute(this::handOver);
        }
    }

    private void handOver() {
        while (true) {
            Message message;
            Consumer<Message> receiver;
            lock.lock();
            try {
                receiver = handler;
                if (queue.isEmpty() || receiver == null) {
                    handing = false;
                    return;
                }
                message = take();
            } finally {
                lock.unlock();
            }
            try {
                receiver.accept(message);
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }

    /** The node has gone: nothing more will come, and those who wait are told. */
    void end() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
