package dev.weft.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much this node's sends without an outcome hold, and who waits until it is less. Taken by any thread, given back
 * by the loop.
 */
final class SendBudget {
    /** What a send counts for beside its bytes, so that the number of sends is bounded with their size. */
    private static final long OVERHEAD_BYTES = 512;

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition less = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    SendBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    static long charge(int payloadBytes) {
        return payloadBytes + OVERHEAD_BYTES;
    }

    /** A send is let in while there is any room, so that none is too large for ever. */
    boolean tryTake(long charge) {
        long before = held.getAndAdd(charge);
        if (before < maxBytes || closed) {
            return true;
        }
        give(charge);
        return false;
    }

    /** Waits for room, for so long at most; an interrupted thread waits no longer and stays interrupted. */
    boolean take(long charge, long timeoutNanos) {
        if (tryTake(charge)) {
            return true;
        }
        long left = timeoutNanos;
        lock.lock();
        try {
            waiting.incrementAndGet();
            while (!tryTake(charge)) {
                if (left <= 0) {
                    return false;
                }
                left = less.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    void give(long charge) {
        held.addAndGet(-charge);
        if (waiting.get() > 0) {
            wake();
        }
    }

    /** Nobody waits any more: the node has gone. */
    void close() {
        closed = true;
        wake();
    }

    private void wake() {
        lock.lock();
        try {
            less.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
