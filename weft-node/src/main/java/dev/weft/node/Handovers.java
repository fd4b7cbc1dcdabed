package dev.weft.node;

import dev.weft.core.engine.Engine;
import dev.weft.core.flow.Send;
import dev.weft.net.Loop;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the application's threads hand over to the loop. What several threads hand over, or one faster than the loop
 * takes it, goes in one turn: one flush and one wake-up for all of it. Whoever is too fast waits.
 *
 * <p>A stack to which any thread adds without a lock, for threads and loop would get in each other's way for each
 * message, and of which the loop takes all at once, to run it in the order in which it came.
 */
final class Handovers {
    /** The most that wait to be taken. */
    private static final int WAITING_MAX = 65_536;

    /** So that what comes in gets its turn while much goes out. */
    private static final int PER_TURN_MAX = 512;

    /** What the loop is to do. */
    interface Input extends Driver.Input {
        /** The node has gone, and the loop will not do it. */
        default void lapse(Executor callbacks) {}
    }

    /** A send on a connection, which ends in an outcome whatever happens. */
    record OfSendOn(long connection, Send send, Pending asked) implements Input {
        @Override
        public void run(Engine engine, long nowNanos) {
            engine.sendOn(connection, send, nowNanos);
        }

        @Override
        public void lapse(Executor callbacks) {
            asked.lapse(callbacks);
        }
    }

    /** Something handed over, on top of what was handed over before it. */
    private static final class Entry {
        private final Input input;
        private @Nullable Entry below;
        /** With all below it. */
        private int count;

        private Entry(Input input) {
            this.input = input;
        }
    }

    /** The bottom of the stack while the loop is at work, so that nobody wakes it; where nothing is, it sleeps. */
    private static final Entry AT_WORK = new Entry((engine, now) -> {});

    /** The whole stack when the loop takes no more. */
    private static final Entry CLOSED = new Entry((engine, now) -> {});

    private final Loop loop;
    private final Driver driver;
    private final Executor callbacks;
    private final AtomicReference<@Nullable Entry> top = new AtomicReference<>();
    /** What the loop has taken and not run, the oldest first; the loop's own. */
    private @Nullable Entry taken;

    private final AtomicInteger blocked = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition less = lock.newCondition();

    Handovers(Loop loop, Driver driver, Executor callbacks) {
        this.loop = loop;
        this.driver = driver;
        this.callbacks = callbacks;
    }

    void add(Input input) {
        if (isFull() && Loop.mayWait()) {
            awaitLess();
        }
        Entry added = new Entry(input);
        Entry before = push(added);
        if (before == CLOSED) {
            input.lapse(callbacks);
        } else if (before == null && !loop.tryExecute(this::take)) {
            // It has stopped since: nobody will take what lies here, this or what has come on top of it.
            lapse(oldestFirst(exchange(CLOSED)));
        }
    }

    /** Returns what it has come on top of; it has not where that is {@link #CLOSED}. */
    private @Nullable Entry push(Entry added) {
        while (true) {
            Entry before = top.get();
            added.below = before;
            added.count = before == null ? 1 : before.count + 1;
            if (before == CLOSED || top.compareAndSet(before, added)) {
                return before;
            }
        }
    }

    private boolean isFull() {
        Entry present = top.get();
        return present != null && present.count >= WAITING_MAX;
    }

    private void awaitLess() {
        lock.lock();
        try {
            blocked.incrementAndGet();
            while (isFull()) {
                less.awaitUninterruptibly();
            }
            blocked.decrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    /** The loop takes no more: what it has not run lapses, and so does what is still added. On the loop. */
    void close() {
        Entry rest = taken;
        taken = null;
        lapse(rest);
        lapse(oldestFirst(exchange(CLOSED)));
    }

    private void lapse(@Nullable Entry oldest) {
        for (Entry next = oldest; next != null; next = next.below) {
            next.input.lapse(callbacks);
        }
    }

    private void take() {
        if (top.get() == CLOSED) {
            return;
        }
        if (taken == null) {
            taken = oldestFirst(exchange(AT_WORK));
        }
        try {
            driver.turn(this::runSome);
        } finally {
            if (taken != null || !top.compareAndSet(AT_WORK, null)) {
                loop.execute(this::take);
            }
        }
    }

    private void runSome(Engine engine, long nowNanos) {
        Entry next = taken;
        for (int left = PER_TURN_MAX; left > 0 && next != null; left--) {
            taken = next.below;
            next.input.run(engine, nowNanos);
            next = taken;
        }
    }

    /** Takes the stack. */
    private @Nullable Entry exchange(Entry bottom) {
        Entry all = top.getAndSet(bottom);
        if (blocked.get() > 0) {
            lock.lock();
            try {
                less.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return all;
    }

    /** Turns a stack over. */
    private static @Nullable Entry oldestFirst(@Nullable Entry newest) {
        Entry oldest = null;
        Entry next = newest;
        while (next != null && next != AT_WORK && next != CLOSED) {
            Entry below = next.below;
            next.below = oldest;
            oldest = next;
            next = below;
        }
        return oldest;
    }
}
