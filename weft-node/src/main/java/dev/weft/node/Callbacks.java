package dev.weft.node;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Where application code runs: virtual threads where the JVM has them, else a small pool. Never the loop. */
final class Callbacks implements AutoCloseable {
    private static final int POOL_THREADS = 4;

    private final ExecutorService executor;

    Callbacks(String name) {
        executor = virtualThreads(name);
    }

    Executor executor() {
        return executor;
    }

    /**
     * An executor of the application's, and this one for what that refuses: what a handler would have been told must not
     * be lost, nor the turn in which it was to be told.
     */
    Executor after(Executor given) {
        return task -> {
            try {
                given.execute(task);
            } catch (RejectedExecutionException refused) {
                executor.execute(task);
            }
        };
    }

    /** Lets what has been handed over finish; hands nothing more over. */
    @Override
    public void close() {
        executor.shutdown();
    }

    /**
     * Has a handler of the application's told something. Whatever it throws is the thread's uncaught exception and nothing
     * more: an error of one handler must not keep what comes after it from being told.
     */
    static <T> void tell(Consumer<? super T> handler, T news) {
        try {
            handler.accept(news);
        } catch (Throwable thrown) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
        }
    }

    private static ExecutorService virtualThreads(String name) {
        try {
            // Java 21's method, looked up because the product is compiled for 17.
            MethodHandle factory = MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class));
            return (ExecutorService) factory.invoke();
        } catch (NoSuchMethodException | IllegalAccessException olderJava) {
            return Executors.newFixedThreadPool(POOL_THREADS, daemons(name));
        } catch (Throwable unexpected) {
            throw new IllegalStateException("virtual threads could not be had", unexpected);
        }
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-callback-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Runs tasks one after the other, in order, on another executor. */
    static final class InOrder implements Executor {
        private final Executor executor;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean running;

        InOrder(Executor executor) {
            this.executor = executor;
        }

        @Override
        public void execute(Runnable task) {
            synchronized (tasks) {
                tasks.add(task);
                if (running) {
                    return;
                }
                running = true;
            }
            executor.execute(this::runAll);
        }

        private void runAll() {
            while (true) {
                Runnable task;
                synchronized (tasks) {
                    task = tasks.poll();
                    if (task == null) {
                        running = false;
                        return;
                    }
                }
                tell(Runnable::run, task);
            }
        }
    }
}
