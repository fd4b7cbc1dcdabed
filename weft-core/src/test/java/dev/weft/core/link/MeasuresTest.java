package dev.weft.core.link;

import static dev.weft.core.link.LinkLab.MILLI;
import static dev.weft.core.link.LinkLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.link.LinkStatistics.Drop;
import dev.weft.core.link.LinkStatistics.Queue;
import dev.weft.core.link.LinkStatistics.Snapshot;
import dev.weft.core.wire.Pong;
import org.junit.jupiter.api.Test;

/** Round trip, clock, back-off and counters. */
final class MeasuresTest {
    @Test
    void firstRoundTripSetsAllFigures() {
        RoundTrip roundTrip = new RoundTrip();
        assertThat(roundTrip.recentMinimumNanos()).isZero();
        roundTrip.sample(800);
        assertThat(roundTrip.smoothedNanos()).isEqualTo(800);
        assertThat(roundTrip.variationNanos()).isEqualTo(400);
        assertThat(roundTrip.minimumNanos()).isEqualTo(800);
        assertThat(roundTrip.recentMinimumNanos()).isEqualTo(800);
    }

    @Test
    void laterRoundTripsAreSmoothedByTheRfc() {
        RoundTrip roundTrip = new RoundTrip();
        roundTrip.sample(800);
        roundTrip.sample(1_600);
        assertThat(roundTrip.variationNanos()).isEqualTo(500);
        assertThat(roundTrip.smoothedNanos()).isEqualTo(900);
        assertThat(roundTrip.lastNanos()).isEqualTo(1_600);
    }

    @Test
    void recentMinimumForgetsAPathThatIsGone() {
        RoundTrip roundTrip = new RoundTrip();
        roundTrip.sample(100);
        for (int i = 0; i < 64; i++) {
            roundTrip.sample(900 - i);
        }
        assertThat(roundTrip.minimumNanos()).isEqualTo(100);
        assertThat(roundTrip.recentMinimumNanos()).isEqualTo(837);
    }

    @Test
    void offsetAndDriftFollowASyntheticClock() {
        for (long seed = 1; seed <= 100; seed++) {
            Prng prng = new Prng(seed);
            long offsetNanos = prng.between(-1_000_000 * SECOND, 1_000_000 * SECOND);
            long driftPartsPerBillion = prng.between(-100_000, 100_000);
            ClockOffset clock = new ClockOffset();
            long startNanos = 2_000_000 * SECOND;
            long nowNanos = startNanos;
            for (int i = 0; i < 200; i++) {
                long there = MILLI + prng.below(MILLI);
                long held = prng.below(MILLI);
                long back = MILLI + prng.below(MILLI);
                long received = theirs(nowNanos + there, startNanos, offsetNanos, driftPartsPerBillion);
                long sent = theirs(nowNanos + there + held, startNanos, offsetNanos, driftPartsPerBillion);
                clock.sample(new Pong(i + 1, nowNanos, received, sent), nowNanos + there + held + back);
                nowNanos += SECOND;
            }
            long trueNanos = theirs(nowNanos, startNanos, offsetNanos, driftPartsPerBillion) - nowNanos;
            assertThat(Math.abs(clock.offsetNanos() - trueNanos))
                    .as("seed %d", seed)
                    .isLessThan(2 * MILLI);
            assertThat(clock.errorNanos()).as("seed %d", seed).isBetween(MILLI, 2 * MILLI);
            assertThat(Math.abs(clock.driftPartsPerBillion() - driftPartsPerBillion))
                    .as("seed %d: %d instead of %d", seed, clock.driftPartsPerBillion(), driftPartsPerBillion)
                    .isLessThan(10_000);
        }
    }

    @Test
    void clockThatIsSetIsMeasuredAnew() {
        ClockOffset clock = new ClockOffset();
        for (int i = 1; i <= 40; i++) {
            long nowNanos = i * SECOND;
            long theirs = nowNanos + (i <= 20 ? 0 : 3_600 * SECOND);
            clock.sample(new Pong(i, nowNanos, theirs + MILLI, theirs + MILLI), nowNanos + 2 * MILLI);
        }
        assertThat(clock.offsetNanos()).isEqualTo(3_600 * SECOND);
        assertThat(clock.driftPartsPerBillion()).isZero();
    }

    @Test
    void lyingClockDoesNoHarm() {
        for (long seed = 1; seed <= 1_000; seed++) {
            Prng prng = new Prng(seed);
            ClockOffset clock = new ClockOffset();
            for (int i = 1; i <= 40; i++) {
                long received = (prng.nextLong() >>> 1 + prng.below(62)) & Long.MAX_VALUE - 1;
                clock.sample(new Pong(i, i * SECOND, received, received), i * SECOND + prng.below(SECOND));
            }
            clock.offsetNanos();
            assertThat(clock.driftPartsPerBillion()).as("seed %d", seed).isBetween(-1_000_000_000L, 1_000_000_000L);
        }
    }

    private static long theirs(long nowNanos, long startNanos, long offsetNanos, long driftPartsPerBillion) {
        long passedMicros = (nowNanos - startNanos) / 1_000;
        return nowNanos + offsetNanos + passedMicros * driftPartsPerBillion / MILLI;
    }

    @Test
    void backoffDoublesToTheCapAndStaysBelowIt() {
        for (long seed = 1; seed <= 200; seed++) {
            Backoff backoff = new Backoff(new Prng(seed));
            long nominalSeconds = 1;
            for (int i = 0; i < 50; i++) {
                long delayNanos = backoff.nextDelayNanos();
                assertThat(delayNanos)
                        .as("seed %d, failure %d", seed, i + 1)
                        .isBetween(
                                nominalSeconds * SECOND * 4 / 5,
                                Math.min(nominalSeconds * SECOND * 6 / 5, 60 * SECOND));
                nominalSeconds = Math.min(60, 2 * nominalSeconds);
            }
            backoff.succeeded();
            assertThat(backoff.nextDelayNanos()).as("seed %d", seed).isBetween(800 * MILLI, 1_200 * MILLI);
        }
    }

    @Test
    void backoffDiffersBetweenNodes() {
        assertThat(new Backoff(new Prng(1)).nextDelayNanos()).isNotEqualTo(new Backoff(new Prng(2)).nextDelayNanos());
    }

    @Test
    void ratesCoverTheLastSixFullIntervals() {
        LinkStatistics statistics = new LinkStatistics(0, new LinkStatistics.Drops());
        for (int second = 0; second < 75; second++) {
            statistics.sent(100 * (1 + second / 10), second * SECOND);
        }
        Snapshot snapshot = statistics.snapshot(Queue.EMPTY, 75 * SECOND);
        assertThat(snapshot.sent().bytesByInterval()).containsExactly(7_000L, 6_000L, 5_000L, 4_000L, 3_000L, 2_000L);
        assertThat(snapshot.sent().bytesPerSecond(1)).isEqualTo(700);
        assertThat(snapshot.sent().frameCount()).isEqualTo(75);
        assertThat(snapshot.received()).isEqualTo(LinkStatistics.Traffic.NONE);
        assertThat(statistics.snapshot(Queue.EMPTY, 125 * SECOND).sent().bytesByInterval())
                .containsExactly(0L, 0L, 0L, 0L, 4_000L, 7_000L);
        assertThat(statistics.snapshot(Queue.EMPTY, 9_000 * SECOND).sent().bytesByInterval())
                .containsOnly(0L);
    }

    @Test
    void sumsAddUp() {
        LinkStatistics.Drops ofAll = new LinkStatistics.Drops();
        LinkStatistics one = new LinkStatistics(0, ofAll);
        one.sent(10, SECOND);
        one.dropped(Drop.QUEUE_FULL);
        LinkStatistics two = new LinkStatistics(0, ofAll);
        two.sent(5, SECOND);
        two.received(7, SECOND);
        two.dropped(Drop.QUEUE_FULL);
        two.dropped(Drop.NOT_UP);
        Snapshot sum = Snapshot.NONE
                .plus(one.snapshot(new Queue(1, 100), 12 * SECOND))
                .plus(two.snapshot(new Queue(2, 50), 12 * SECOND));
        assertThat(sum.sent().bytes()).isEqualTo(15);
        assertThat(sum.sent().frameCount()).isEqualTo(2);
        assertThat(sum.sent().bytesByInterval()).startsWith(15L, 0L);
        assertThat(sum.received().bytes()).isEqualTo(7);
        assertThat(sum.drops())
                .containsEntry(Drop.QUEUE_FULL, 2L)
                .containsEntry(Drop.NOT_UP, 1L)
                .containsEntry(Drop.TOO_LONG, 0L);
        assertThat(sum.queue()).isEqualTo(new Queue(3, 150));
        assertThat(ofAll.of(Drop.QUEUE_FULL)).isEqualTo(2);
        assertThat(ofAll.of(Drop.NOT_UP)).isEqualTo(1);
    }
}
