package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Fragments are as large as the flow is fast. */
class FragmentSizeTest {
    private static final int USUAL_BYTES = 16 << 10;
    private static final long MILLI = 1_000_000;

    private final FragmentSize size = new FragmentSize(USUAL_BYTES);
    private long nowNanos;

    /** Delivers for some time, acknowledged each millisecond. */
    private void deliver(long bytesPerSecond, int millis) {
        for (int i = 0; i < millis; i++) {
            nowNanos += MILLI;
            size.handleSettled(bytesPerSecond / 1_000, nowNanos);
        }
    }

    @Test
    void aFlowBeginsWithTheUsualSize() {
        assertThat(size.bytes()).isEqualTo(USUAL_BYTES);
        size.handleSettled(100 << 20, nowNanos);
        assertThat(size.bytes()).as("one acknowledgement is no rate").isEqualTo(USUAL_BYTES);
    }

    @Test
    void aFragmentTakesNoMoreThanTwoMillisecondsOfWhatIsDelivered() {
        for (long bytesPerSecond : new long[] {1_000_000, 10_000_000, 20_000_000, 50_000_000, 1_000_000_000}) {
            deliver(bytesPerSecond, 50);
            long nanos = size.bytes() * 1_000_000_000L / bytesPerSecond;
            assertThat(size.bytes() == USUAL_BYTES || nanos <= 2 * MILLI)
                    .as("%d bytes at %d bytes a second", size.bytes(), bytesPerSecond)
                    .isTrue();
        }
        assertThat(size.bytes()).isEqualTo(USUAL_BYTES << FragmentSize.DOUBLINGS_MAX);
    }

    @Test
    void aFlowThatWasSilentIsSlow() {
        deliver(1_000_000_000, 50);
        nowNanos += 1_000 * MILLI;
        size.handleSettled(USUAL_BYTES, nowNanos);
        assertThat(size.bytes()).isEqualTo(USUAL_BYTES);
    }

    @Test
    void anotherPathHasToShowWhatItDelivers() {
        deliver(1_000_000_000, 50);
        size.restart();
        assertThat(size.bytes()).isEqualTo(USUAL_BYTES);
        nowNanos += 1_000 * MILLI;
        deliver(1_000_000_000, 50);
        assertThat(size.bytes()).isGreaterThan(USUAL_BYTES);
    }
}
