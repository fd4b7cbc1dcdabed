package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Peer;
import org.junit.jupiter.api.Test;

class ThroughputTest {
    private static final long MEGABYTE = 1_000_000;

    private final Throughput throughput = new Throughput();

    /** An interval of 10 s with so many bytes a second in; as many out, twice over. */
    private boolean interval(long bytesPerSecond) {
        return throughput.handleInterval(10 * bytesPerSecond, 20 * bytesPerSecond);
    }

    @Test
    void anIdleNodeSaysNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(interval(20_000)).isFalse();
        }
        assertThat(throughput.told()).isEqualTo(Peer.Bandwidth.UNKNOWN);
    }

    @Test
    void theHighestRateOfAnIntervalIsToldInPowersOfTwo() {
        assertThat(interval(MEGABYTE)).isTrue();
        assertThat(throughput.told()).isEqualTo(new Peer.Bandwidth(1 << 22, 1 << 23));
    }

    @Test
    void whatVariesLittleIsToldOnce() {
        interval(MEGABYTE);
        int told = 0;
        for (int i = 0; i < 1_000; i++) {
            told += interval(MEGABYTE * (3 + i % 2) / 4) ? 1 : 0;
        }
        assertThat(told).isZero();
    }

    @Test
    void aRateThatSwingsIsToldAsItsHighest() {
        int told = 0;
        for (int i = 0; i < 1_000; i++) {
            told += interval(i % 20 == 0 ? 100 * MEGABYTE : MEGABYTE) ? 1 : 0;
        }
        assertThat(told).isEqualTo(1);
        assertThat(throughput.told().receiveBitsPerSecond()).isEqualTo(1 << 29);
    }

    @Test
    void whatWasLongAgoIsForgotten() {
        interval(100 * MEGABYTE);
        for (int i = 1; i < Throughput.INTERVALS_KEPT; i++) {
            assertThat(interval(MEGABYTE)).isFalse();
        }
        assertThat(interval(MEGABYTE)).isTrue();
        assertThat(throughput.told().receiveBitsPerSecond()).isEqualTo(1 << 22);
        for (int i = 0; i < Throughput.INTERVALS_KEPT; i++) {
            interval(0);
        }
        assertThat(throughput.told()).isEqualTo(Peer.Bandwidth.UNKNOWN);
    }
}
