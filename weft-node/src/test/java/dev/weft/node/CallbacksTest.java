package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
