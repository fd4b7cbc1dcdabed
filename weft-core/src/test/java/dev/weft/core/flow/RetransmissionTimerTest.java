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
    void eachExpiryOfASilentPathDoublesUpToTheMaximumAndProgressEndsThat() {
        timer.handleSample(100 * MILLI);
        timer.handleExpiry(RetransmissionTimer.Expiry.SILENT);
        assertThat(timer.timeoutNanos()).isEqualTo(600 * MILLI);
        for (int i = 0; i < 20; i++) {
            timer.handleExpiry(RetransmissionTimer.Expiry.SILENT);
        }
        assertThat(timer.timeoutNanos()).isEqualTo(4_000 * MILLI);
        timer.handleProgress();
        assertThat(timer.timeoutNanos()).isEqualTo(300 * MILLI);
    }

    @Test
    void aPathThatIsOnlyLateIsWaitedForUntilASampleSaysHowLate() {
        timer.handleSample(100 * MILLI);
        timer.handleExpiry(RetransmissionTimer.Expiry.LATE);
        timer.handleProgress();
        assertThat(timer.timeoutNanos()).isEqualTo(600 * MILLI);
        timer.handleLateSample(500 * MILLI);
        assertThat(timer.timeoutNanos()).isEqualTo(150 * MILLI + 4 * (50 * MILLI + (400 - 50) * MILLI / 4));
    }
}
