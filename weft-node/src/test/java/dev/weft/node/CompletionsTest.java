package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void aTurnsCompletionsRunOnceEachWithFewTasks() {
        Completions completions = new Completions(tasks::add);
        for (int i = 0; i < 100; i++) {
            int number = i;
            completions.execute(() -> ran.add(number));
        }
        assertThat(tasks).isEmpty();
        completions.flush();
        completions.flush();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(ran).hasSize(100).isSorted();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(ran).hasSize(100);
        assertThat(tasks).isEmpty();
    }

    @Test
    void oneThatWaitsForTheLastDoesNotHoldItUp() throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Completions completions = new Completions(pool);
            CountDownLatch last = new CountDownLatch(1);
            CountDownLatch waited = new CountDownLatch(3);
            for (int i = 0; i < 3; i++) {
                completions.execute(() -> {
                    try {
                        last.await();
                        waited.countDown();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            completions.execute(last::countDown);
            completions.flush();
            assertThat(waited.await(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void anExecutorThatTakesNoMoreStillDoesAllOfWhatItHas() {
        Completions completions = new Completions(task -> {
            if (!tasks.isEmpty()) {
                throw new RejectedExecutionException();
            }
            tasks.add(task);
        });
        for (int i = 0; i < 10; i++) {
            int number = i;
            completions.execute(() -> ran.add(number));
        }
        completions.flush();
        tasks.peek().run();
        assertThat(ran).hasSize(10);
    }
}
