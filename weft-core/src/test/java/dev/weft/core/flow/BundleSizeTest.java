package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Bundles are as large as the flow is fast. */
class BundleSizeTest {
    private static final int FRAGMENT_BYTES = 16 << 10;
    private static final long MILLI = 1_000_000;

    private final BundleSize size = new BundleSize(FRAGMENT_BYTES);
    private long nowNanos;

    /** Delivers for some time, acknowledged each millisecond. */
    private void deliver(long bytesPerSecond, int millis) {
        for (int i = 0; i < millis; i++) {
            nowNanos += MILLI;
            size.handleSettled(bytesPerSecond / 1_000, nowNanos);
        }
    }

    @Test
    void aFlowBeginsWithBundlesOfOneFragment() {
        assertThat(size.bytes()).isEqualTo(FRAGMENT_BYTES);
        size.handleSettled(100 << 20, nowNanos);
        assertThat(size.bytes()).as("one acknowledgement is no rate").isEqualTo(FRAGMENT_BYTES);
    }

    @Test
    void aBundleTakesNoMoreThanTwoMillisecondsOfWhatIsDelivered() {
        for (long bytesPerSecond : new long[] {1_000_000, 10_000_000, 20_000_000, 50_000_000, 1_000_000_000}) {
            deliver(bytesPerSecond, 50);
            long nanos = size.bytes() * 1_000_000_000L / bytesPerSecond;
            assertThat(size.bytes() == FRAGMENT_BYTES || nanos <= 2 * MILLI)
                    .as("%d bytes at %d bytes a second", size.bytes(), bytesPerSecond)
                    .isTrue();
        }
        assertThat(size.bytes()).isEqualTo(FRAGMENT_BYTES << BundleSize.DOUBLINGS_MAX);
    }

    @Test
    void aFlowThatWasSilentIsSlow() {
        deliver(1_000_000_000, 50);
        nowNanos += 1_000 * MILLI;
        size.handleSettled(FRAGMENT_BYTES, nowNanos);
        assertThat(size.bytes()).isEqualTo(FRAGMENT_BYTES);
    }

    @Test
    void anotherPathHasToShowWhatItDelivers() {
        deliver(1_000_000_000, 50);
        size.restart();
        assertThat(size.bytes()).isEqualTo(FRAGMENT_BYTES);
        nowNanos += 1_000 * MILLI;
        deliver(1_000_000_000, 50);
        assertThat(size.bytes()).isGreaterThan(FRAGMENT_BYTES);
    }
}
