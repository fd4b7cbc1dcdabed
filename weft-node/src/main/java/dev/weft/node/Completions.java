package dev.weft.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the application is to be told of, gathered over a turn of the loop and then run by a few tasks together: a task
 * for each of thousands of outcomes would cost more than the outcomes. There are several, so that one which waits holds
 * up the others only as much as on a small pool.
 *
 * <p>Fed and flushed on the loop's thread.
 */
final class Completions implements Executor {
    private static final int TASKS_MAX = 4;

    private final Executor callbacks;
    private List<Runnable> gathered = new ArrayList<>();

    Completions(Executor callbacks) {
        this.callbacks = callbacks;
    }

    @Override
    public void execute(Runnable completion) {
        gathered.add(completion);
    }

    /** The turn has ended. */
    void flush() {
        if (gathered.isEmpty()) {
            return;
        }
        Batch batch = new Batch(gathered, new AtomicInteger());
        for (int tasks = Math.min(gathered.size(), TASKS_MAX); tasks > 0; tasks--) {
            callbacks.execute(batch);
        }
        gathered = new ArrayList<>();
    }

    /** The completions of one turn, and how many of them were begun. */
    private record Batch(List<Runnable> completions, AtomicInteger begun) implements Runnable {
        @Override
        public void run() {
            for (int next = begun.getAndIncrement(); next < completions.size(); next = begun.getAndIncrement()) {
                completions.get(next).run();
            }
        }
    }
}
