package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallbacksTest {
    private final ArrayDeque<Runnable> begun = new ArrayDeque<>();
    private final List<String> run = new ArrayList<>();
    private final Callbacks.InOrder inOrder = new Callbacks.InOrder(begun::add);

    @Test
    void tasksRunOneAfterTheOtherWhereTheExecutorRunsThem() {
        inOrder.execute(() -> {
            inOrder.execute(() -> run.add("third"));
            run.add("first");
        });
        inOrder.execute(() -> run.add("second"));
        assertThat(run).isEmpty();
        assertThat(begun).as("one runs them all").hasSize(1);
        begun.remove().run();
        assertThat(run).containsExactly("first", "second", "third");
        inOrder.execute(() -> run.add("fourth"));
        begun.remove().run();
        assertThat(run).endsWith("fourth");
    }

    @Test
    void whatTheApplicationsExecutorRefusesRunsAllTheSame() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(2);
        AtomicInteger offered = new AtomicInteger();
        try (Callbacks own = new Callbacks("own")) {
            Executor executor = own.after(task -> {
                if (offered.incrementAndGet() > 1) {
                    throw new RejectedExecutionException("full");
                }
                task.run();
            });
            executor.execute(ran::countDown);
            assertThat(ran.getCount()).isEqualTo(1);
            executor.execute(ran::countDown);
            assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(offered).hasValue(2);
    }

    @Test
    void aTaskThatFailsHoldsUpNoneOfTheNext() throws InterruptedException {
        List<Throwable> uncaught = new ArrayList<>();
        inOrder.execute(() -> {
            throw new AssertionError("a task");
        });
        inOrder.execute(() -> run.add("next"));
        Thread running = new Thread(begun.remove());
        running.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        running.start();
        running.join();
        assertThat(uncaught).hasSize(1);
        assertThat(run).containsExactly("next");
        inOrder.execute(() -> run.add("later"));
        begun.remove().run();
        assertThat(run).endsWith("later");
    }
}
