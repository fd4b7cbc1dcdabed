package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PerfRunTest {
    private static final Duration EVERY = Duration.ofMillis(2);

    private final FakeMesh mesh = new FakeMesh();
    private final List<Double> rates = new CopyOnWriteArrayList<>();
    private final PerfRun run =
            new PerfRun(mesh, FakeMesh.BOB, 64, EVERY, (since, messagesPerSecond) -> rates.add(messagesPerSecond));

    @BeforeEach
    void deliver() {
        mesh.fate(new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, Duration.ofMillis(1), 2));
    }

    @Test
    void itTellsHowItGoesWhileItMeasuresLatency() throws InterruptedException {
        run.latency(Duration.ofMillis(200));
        assertThat(rates).isNotEmpty().anyMatch(rate -> rate > 0);
    }

    @Test
    void itTellsHowItGoesWhileItMeasuresThroughput() throws InterruptedException {
        run.throughput(Duration.ofMillis(200));
        assertThat(rates).isNotEmpty().anyMatch(rate -> rate > 0);
    }

    @Test
    void itTellsNothingAfterwards() throws InterruptedException {
        run.latency(Duration.ofMillis(20));
        int said = rates.size();
        Thread.sleep(5 * EVERY.toMillis());
        assertThat(rates).hasSize(said);
    }
}
