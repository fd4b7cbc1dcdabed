package dev.weft.node;

import dev.weft.core.engine.Engine;
import dev.weft.net.Loop;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the application's threads hand over to the loop. What several threads hand over, or one faster than the loop
 * takes it, goes in one turn: one flush and one wake-up for all of it. Whoever is too fast waits.
 */
final class Handovers {
    /** The most that wait to be taken. */
    private static final int WAITING_MAX = 65_536;

    /** So that what comes in gets its turn while much goes out. */
    private static final int PER_TURN_MAX = 512;

    private final Loop loop;
    private final Driver driver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition taken = lock.newCondition();
    private ArrayDeque<Driver.Input> waiting = new ArrayDeque<>();
    /** The loop's own, which it exchanges for what waits, so that nobody waits while it takes. */
    private ArrayDeque<Driver.Input> taking = new ArrayDeque<>();
    /** Whether the loop has been asked to take what waits. */
    private boolean asked;

    private int blocked;

    Handovers(Loop loop, Driver driver) {
        this.loop = loop;
        this.driver = driver;
    }

    void add(Driver.Input input) {
        boolean first;
        lock.lock();
        try {
            while (waiting.size() >= WAITING_MAX && !loop.isInLoop() && !loop.isClosed()) {
                blocked++;
                taken.awaitUninterruptibly();
                blocked--;
            }
            waiting.add(input);
            first = !asked;
            asked = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            loop.execute(this::take);
        }
    }

    /** The loop takes no more; nobody is to wait for it. */
    void close() {
        lock.lock();
        try {
            taken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void take() {
        if (taking.isEmpty()) {
            exchange();
        }
        try {
            driver.turn(this::runSome);
        } finally {
            if (!taking.isEmpty() || hasMore()) {
                loop.execute(this::take);
            }
        }
    }

    private void runSome(Engine engine, long nowNanos) {
        for (int left = PER_TURN_MAX; left > 0 && !taking.isEmpty(); left--) {
            taking.remove().run(engine, nowNanos);
        }
    }

    private void exchange() {
        lock.lock();
        try {
            ArrayDeque<Driver.Input> empty = taking;
            taking = waiting;
            waiting = empty;
            if (blocked > 0) {
                taken.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean hasMore() {
        lock.lock();
        try {
            asked = !waiting.isEmpty();
            return asked;
        } finally {
            lock.unlock();
        }
    }
}
