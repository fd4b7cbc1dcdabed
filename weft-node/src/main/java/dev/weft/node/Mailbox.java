package dev.weft.node;

import dev.weft.net.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the loop has for the application, first come first taken: by threads that wait, or by a handler that gets one at
 * a time. What came together is added together, and taken apart by who takes it. Whoever adds keeps it within bounds.
 */
final class Mailbox<T> {
    /** Hears of what leaves the box. */
    interface Taken<T> {
        /** On any thread. */
        void byThread(T item);

        /** The handler gets it; by one thread at a time, each of which sees what the one before it has done. */
        default void byHandler(T item) {
            byThread(item);
        }

        /** What came together has been handed over; in the same way. */
        default void byHandlerSoFar() {}
    }

    private final Supplier<String> name;
    private final Executor callbacks;
    private final Taken<T> taken;
    private final int togetherMax;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    /** Each with something left. */
    private final ArrayDeque<Iterator<T>> queue = new ArrayDeque<>(0);

    private boolean closed;
    private boolean handing;
    private volatile @Nullable Consumer<T> handler;

    /**
     * @param name asked for the error that tells that it is closed
     * @param togetherMax how many of what was added together leave the box together for a handler, which then sees them
     *     whatever becomes of the box
     * @param taken hears of each item as a thread or the handler gets it, on any thread
     */
    Mailbox(Supplier<String> name, int togetherMax, Executor callbacks, Taken<T> taken) {
        this.name = name;
        this.togetherMax = togetherMax;
        this.callbacks = callbacks;
        this.taken = taken;
    }

    /** Called on the loop; never waits for the application. */
    void add(T item) {
        addAll(List.of(List.of(item).iterator()));
    }

    /**
     * Called on the loop; never waits for the application.
     *
     * @param together none of them empty
     */
    void addAll(Collection<Iterator<T>> together) {
        lock.lock();
        try {
            queue.addAll(together);
            arrived.signal();
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    /** @throws IllegalStateException if it is closed and empty */
    T take() throws InterruptedException {
        T item;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                requireOpen();
                Loop.requireMayWait();
                arrived.await();
            }
            item = takeOne();
        } finally {
            lock.unlock();
        }
        taken.byThread(item);
        return item;
    }

    /** Empty when none has come in time, or when it is closed and empty. */
    Optional<T> take(Duration timeout) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(timeout);
        T item;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (closed || left <= 0) {
                    return Optional.empty();
                }
                Loop.requireMayWait();
                left = arrived.awaitNanos(left);
            }
            item = takeOne();
        } finally {
            lock.unlock();
        }
        taken.byThread(item);
        return Optional.of(item);
    }

    /** Who waits next is woken as long as there is something. */
    private T takeOne() {
        T item = next();
        if (!queue.isEmpty()) {
            arrived.signal();
        }
        return item;
    }

    private T next() {
        Iterator<T> oldest = queue.element();
        T item = oldest.next();
        if (!oldest.hasNext()) {
            queue.remove();
        }
        return item;
    }

    void onEach(Consumer<T> newHandler) {
        lock.lock();
        try {
            handler = newHandler;
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits is told; what is in it stays to be taken. False where it was closed already. */
    boolean close() {
        lock.lock();
        try {
            boolean wasOpen = !closed;
            closed = true;
            arrived.signalAll();
            return wasOpen;
        } finally {
            lock.unlock();
        }
    }

    /** Throws away what is in it; {@code taken} hears nothing of that. */
    void clear() {
        lock.lock();
        try {
            queue.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Throws away the oldest; {@code taken} hears nothing of that. Empty where there is none. */
    Optional<T> drop() {
        lock.lock();
        try {
            return queue.isEmpty() ? Optional.empty() : Optional.of(next());
        } finally {
            lock.unlock();
        }
    }

    /** What a task says while nothing is added or taken. */
    <R> R answer(Supplier<R> task) {
        lock.lock();
        try {
            return task.get();
        } finally {
            lock.unlock();
        }
    }

    /** Runs while nothing is added or taken. */
    void locked(Runnable task) {
        lock.lock();
        try {
            task.run();
        } finally {
            lock.unlock();
        }
    }

    /** @throws IllegalStateException if it is closed */
    void requireOpen() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(name.get() + " is closed");
            }
        } finally {
            lock.unlock();
        }
    }

    /** At most one task hands items over, so the handler sees one at a time and in order. */
    private void startHanding() {
        if (handler != null && !handing && !queue.isEmpty()) {
            handing = true;
            callbacks.execute(this::handOver);
        }
    }

    private void handOver() {
        List<Iterator<T>> some = new ArrayList<>();
        while (takeSome(some)) {
            for (Iterator<T> items : some) {
                items.forEachRemaining(this::hand);
            }
            taken.byHandlerSoFar();
            some.clear();
        }
    }

    /** Takes out what is to be handed over next: several at a time, lest this and the loop get in each other's way for each. */
    private boolean takeSome(List<Iterator<T>> some) {
        lock.lock();
        try {
            for (int left = Math.min(togetherMax, queue.size()); left > 0; left--) {
                some.add(queue.remove());
            }
            handing = !some.isEmpty();
            return handing;
        } finally {
            lock.unlock();
        }
    }

    private void hand(T item) {
        taken.byHandler(item);
        Consumer<T> receiver = handler;
        if (receiver != null) {
            Callbacks.tell(receiver, item);
        }
    }
}
