package dev.weft.net;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What was handed over on a loop, in order. */
final class Recorded<T> {
    private final Loop loop;
    private final List<T> all = new ArrayList<>();

    Recorded(Loop loop) {
        this.loop = loop;
    }

    synchronized void add(T what) {
        if (!loop.isInLoop()) {
            throw new AssertionError(what + " on " + Thread.currentThread().getName());
        }
        all.add(what);
        notifyAll();
    }

    synchronized List<T> all() {
        return List.copyOf(all);
    }

    synchronized void await(T what) {
        await(what.toString(), what::equals);
    }

    synchronized T await(String what, Predicate<T> wanted) {
        long end = System.nanoTime() + RecordingHandler.PATIENCE_NANOS;
        try {
            while (all.stream().noneMatch(wanted)) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("waited for " + what + ", saw " + all);
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return all.stream().filter(wanted).findFirst().orElseThrow();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
