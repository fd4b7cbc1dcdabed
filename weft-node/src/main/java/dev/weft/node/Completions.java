package dev.weft.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
        callbacks.execute(new Batch(callbacks, gathered, new AtomicInteger(), new AtomicInteger(1)));
        gathered = new ArrayList<>();
    }

    /**
     * The completions of one turn, how many of them were begun, and how many tasks there are for them. Each task asks for
     * the next one before it begins, so that there is one ready where it is held up, and few where none is.
     */
    private record Batch(Executor callbacks, List<Runnable> completions, AtomicInteger begun, AtomicInteger tasks)
            implements Runnable {
        @Override
        public void run() {
            if (begun.get() < completions.size() - 1 && tasks.getAndIncrement() < TASKS_MAX) {
                askForAnother();
            }
            for (int next = begun.getAndIncrement(); next < completions.size(); next = begun.getAndIncrement()) {
                completions.get(next).run();
            }
        }

        private void askForAnother() {
            try {
                callbacks.execute(this);
            } catch (RejectedExecutionException closed) {
                // The mesh is closed, and its executor only ends what it has: this task does the rest.
                tasks.set(TASKS_MAX);
            }
        }
    }
}
