package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Mesh;
import dev.weft.core.engine.Engine;
import dev.weft.net.Loop;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop without an engine, as that of a node which ends: what is handed over is not run. */
class HandoversTest {
    private final Loop loop = new Loop("handovers", Loop.Kind.NIO);
    private final AtomicInteger lapsed = new AtomicInteger();
    private final AtomicInteger ran = new AtomicInteger();

    @AfterEach
    void stop() {
        loop.close();
    }

    @Test
    void whatWasNotRunWhenTheLoopTakesNoMoreLapsesAndSoDoesWhatComesLater() throws InterruptedException {
        Handovers handovers = handovers();
        int threads = 4;
        int each = 5_000;
        CountDownLatch added = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            new Thread(() -> {
                        for (int left = each; left > 0; left--) {
                            handovers.add(new Counted());
                        }
                        added.countDown();
                    })
                    .start();
        }
        CountDownLatch closed = new CountDownLatch(1);
        loop.execute(() -> {
            handovers.close();
            closed.countDown();
        });
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(added.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lapsed).hasValue(threads * each);
        assertThat(ran).hasValue(0);
    }

    @Test
    void whatIsHandedOverToALoopThatHasStoppedLapses() {
        Handovers handovers = handovers();
        loop.close();
        handovers.add(new Counted());
        handovers.add(new Counted());
        assertThat(lapsed).hasValue(2);
        assertThat(ran).hasValue(0);
    }

    private Handovers handovers() {
        Secrets secrets = new Secrets(
                Mesh.builder("lab").ephemeral().config(),
                StateDirectory.ephemeral().key());
        return new Handovers(loop, new Driver(loop, System::nanoTime, List.of(), secrets), Runnable::run);
    }

    private final class Counted implements Handovers.Input {
        @Override
        public void run(Engine engine, long nowNanos) {
            ran.incrementAndGet();
        }

        @Override
        public void lapse(Executor callbacks) {
            lapsed.incrementAndGet();
        }
    }
}
