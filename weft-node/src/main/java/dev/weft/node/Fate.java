package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.net.Loop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages that are sent together, and whether anybody wants to know: decided once by the loop, asked and
 * awaited by any thread. Whoever asks says so before he looks for the outcome, and the loop writes the outcome before it
 * looks whether somebody has asked; so one of the two sees the other.
 */
class Fate {
    private static final AtomicReferenceFieldUpdater<Fate, @Nullable CountDownLatch> LATCH =
            AtomicReferenceFieldUpdater.newUpdater(Fate.class, CountDownLatch.class, "latch");

    private volatile @Nullable Outcome outcome;
    private volatile boolean asked;
    /** What threads wait at; null while none does. */
    private volatile @Nullable CountDownLatch latch;

    /** Wakes the threads that wait; returns whether there are, or may be, handlers to tell. On the loop. */
    final boolean decide(Outcome verdict) {
        outcome = verdict;
        CountDownLatch waiting = latch;
        if (waiting != null) {
            waiting.countDown();
        }
        return asked;
    }

    /** Somebody has, or is about to have, a handler for the outcome. Null: it will be told, once it is known. */
    final @Nullable Outcome ask() {
        if (!asked) {
            asked = true;
        }
        return outcome;
    }

    final @Nullable Outcome outcome() {
        return outcome;
    }

    /** Null where it is open still. */
    final @Nullable Outcome await(long timeoutNanos) throws InterruptedException {
        if (outcome == null) {
            CountDownLatch mine = latch;
            while (mine == null) {
                LATCH.compareAndSet(this, null, new CountDownLatch(1));
                mine = latch;
            }
            if (outcome == null && timeoutNanos > 0) {
                Loop.requireMayWait();
                boolean ignored = mine.await(timeoutNanos, TimeUnit.NANOSECONDS);
            }
        }
        return outcome;
    }
}
