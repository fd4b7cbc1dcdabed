package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetransmissionTimerTest {
    private static final long MILLI = 1_000_000L;
    private final RetransmissionTimer timer = new RetransmissionTimer(FlowConfig.Retransmission.DEFAULT);

    @Test
    void itBeginsWithTheInitialTimeAndNeverGoesBelowTheMinimum() {
        assertThat(timer.timeoutNanos()).isEqualTo(250 * MILLI);
        for (int i = 0; i < 100; i++) {
            timer.handleSample(MILLI);
        }
        assertThat(timer.timeoutNanos()).isEqualTo(50 * MILLI);
    }

    @Test
    void theFirstSampleGivesThreeTimesItself() {
        timer.handleSample(100 * MILLI);
        assertThat(timer.timeoutNanos())
                .as("srtt + 4 rttvar, rttvar = srtt / 2")
                .isEqualTo(300 * MILLI);
    }

    @Test
    void eachExpiryDoublesUpToTheMaximumAndProgressEndsThat() {
        timer.handleSample(100 * MILLI);
        timer.handleExpiry();
        assertThat(timer.timeoutNanos()).isEqualTo(600 * MILLI);
        for (int i = 0; i < 20; i++) {
            timer.handleExpiry();
        }
        assertThat(timer.timeoutNanos()).isEqualTo(4_000 * MILLI);
        timer.handleProgress();
        assertThat(timer.timeoutNanos()).isEqualTo(300 * MILLI);
    }
}
