package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private record Passed(long atNanos, int bytes) {}

    /** Frames of any length at any moments: over no span more than the rate, a burst and one frame. */
    @Test
    void overAnySpanNoMorePassesThanRateAndBurst() {
        for (int seed = 1; seed <= 60; seed++) {
            Prng prng = new Prng(seed);
            long rate = prng.between(8_000, 1L << prng.between(14, 38));
            int frameMax = (int) prng.between(64, 20_000);
            TokenBucket bucket = new TokenBucket(rate);
            List<Passed> passed = new ArrayList<>();
            long now = prng.between(0, SECOND);
            for (int i = 0; i < 600; i++) {
                while (bucket.isOpen(now) && !prng.chance(100_000)) {
                    int bytes = (int) prng.between(1, frameMax);
                    bucket.take(bytes, now);
                    passed.add(new Passed(now, bytes));
                    if (passed.size() > 3_000) {
                        break;
                    }
                }
                now += prng.between(0, 8 * SECOND * frameMax / rate + 1);
            }
            for (int from = 0; from < passed.size(); from += 7) {
                long bytes = 0;
                for (int to = from; to < passed.size(); to++) {
                    bytes += passed.get(to).bytes();
                    long span = passed.get(to).atNanos() - passed.get(from).atNanos();
                    long allowed = (long) ((double) rate / 8 * span / SECOND) + bucket.burstBytes() + frameMax + 1;
                    assertThat(bytes)
                            .as("seed %d: bytes over %d ns at %d bit/s", seed, span, rate)
                            .isLessThanOrEqualTo(allowed);
                }
            }
        }
    }

    /** Whoever sends whenever it may gets the whole rate, to the byte but for the burst. */
    @Test
    void whoeverAlwaysHasSomethingToSendGetsTheRate() {
        for (long rate : new long[] {64_000, 1_000_000, 97_000_003, 10_000_000_000L, Rates.BITS_PER_SECOND_MAX}) {
            TokenBucket bucket = new TokenBucket(rate);
            long bytes = 0;
            long wakes = 0;
            long end = Math.min(20 * SECOND, SECOND * 8_000_000_000L / rate);
            for (long now = 0; now < end; now = bucket.readyNanos(now)) {
                wakes++;
                while (bucket.isOpen(now)) {
                    bucket.take(1_000, now);
                    bytes += 1_000;
                }
            }
            long expected = (long) ((double) rate / 8 * end / SECOND);
            assertThat(bytes)
                    .as("at %d bit/s", rate)
                    .isBetween(expected - 1_000, expected + bucket.burstBytes() + 2_000);
            assertThat(wakes).as("wake-ups at %d bit/s", rate).isLessThanOrEqualTo(end / 900_000 + 2);
        }
    }

    @Test
    void whatMustNotWaitIsPaidForAfterwards() {
        TokenBucket bucket = new TokenBucket(8_000_000);
        bucket.take((int) bucket.burstBytes(), 0);
        assertThat(bucket.isOpen(0)).isFalse();
        bucket.take(1_000, 0);
        assertThat(bucket.isOpen(1_000_000)).isFalse();
        assertThat(bucket.isOpen(1_000_001)).isTrue();
    }

    @Test
    void withoutARateEverythingPasses() {
        TokenBucket bucket = new TokenBucket(0);
        for (int i = 0; i < 1_000; i++) {
            assertThat(bucket.isOpen(0)).isTrue();
            bucket.take(1 << 20, 0);
        }
        assertThat(bucket.readyNanos(5)).isEqualTo(5);
        assertThat(Rates.lower(0, 5)).isEqualTo(5);
        assertThat(Rates.lower(7, 5)).isEqualTo(5);
        assertThat(Rates.lower(7, 0)).isEqualTo(7);
    }

    @Test
    void anotherRateHoldsFromThenOn() {
        TokenBucket bucket = new TokenBucket(1_000);
        bucket.take(40_000, 0);
        bucket.rate(0);
        assertThat(bucket.isOpen(0)).isTrue();
        bucket.rate(8_000_000);
        assertThat(bucket.readyNanos(0)).isGreaterThan(0);
    }
}
