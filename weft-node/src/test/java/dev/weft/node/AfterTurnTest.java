package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.net.Loop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callbacks that an executor runs at once, on a loop. */
@Timeout(300)
class AfterTurnTest {
    private final Loop loop = new Loop("loop", Loop.Kind.best());
    private final AfterTurn callbacks = new AfterTurn(loop, Runnable::run);
    private final List<String> said = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        loop.close();
    }

    private void onTheLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            done.complete(null);
        });
        done.get(20, TimeUnit.SECONDS);
    }

    private void causeAnother() {
        callbacks.execute(this::causeAnother);
    }

    @Test
    void callbacksThatCauseCallbacksForEverLeaveTheLoopToOthers() throws Exception {
        onTheLoop(this::causeAnother);
        onTheLoop(() -> said.add("served"));
        onTheLoop(() -> said.add("again"));
        assertThat(said).containsExactly("served", "again");
    }

    @Test
    void oneThatEndsATurnHasNoneRunWithinItself() throws Exception {
        onTheLoop(() -> {
            callbacks.execute(() -> {
                said.add("one begins");
                callbacks.flush();
                said.add("one ends");
            });
            callbacks.execute(() -> said.add("two"));
            callbacks.flush();
        });
        assertThat(said).containsExactly("one begins", "one ends", "two");
    }

    @Test
    void whatAnotherThreadHasRunsOnTheLoopBehindWhatCameBefore() throws Exception {
        Thread runsThisTest = Thread.currentThread();
        onTheLoop(() -> callbacks.execute(() -> said.add("one")));
        callbacks.execute(() -> said.add(Thread.currentThread().equals(runsThisTest) ? "here" : "there"));
        onTheLoop(() -> {});
        assertThat(said).containsExactly("one", "there");
    }

    @Test
    void nothingIsLostWhenTheLoopHasClosed() throws Exception {
        onTheLoop(() -> callbacks.execute(() -> said.add("while it closes")));
        loop.close();
        callbacks.execute(() -> said.add("afterwards"));
        assertThat(said).containsExactly("while it closes", "afterwards");
    }
}
