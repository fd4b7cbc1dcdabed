package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RealTimeTest {
    @Test
    void aMachineThatRunsExcusesNothing() {
        assertThat(RealTime.excuse(0, Duration.ofMillis(2))).isEmpty();
        assertThat(RealTime.excuse(0.25, Duration.ofMillis(1_500))).isEmpty();
    }

    @Test
    void aMachineWhoseHostRunsOthersOrThatStandsStillExcusesAFailureAndSaysWhatItDid() {
        assertThat(RealTime.excuse(0.62, Duration.ofMillis(480)))
                .contains(
                        "of the processors 62 % went to others on the host, and a thread that slept woke up to 480 ms late");
        assertThat(RealTime.excuse(0, Duration.ofMillis(1_501))).isPresent();
    }

    @Test
    void whatTheHostTookIsTheEighthFigureOfTheFirstLine() {
        String stat = "cpu  10 20 30 400 5 6 7 80 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
        assertThat(RealTime.Times.of(stat)).isEqualTo(new RealTime.Times(558, 80));
        assertThat(RealTime.Times.of("")).isEqualTo(new RealTime.Times(0, 0));
    }
}
