package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.MILLI;
import static dev.weft.core.topology.FloodingLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.topology.LinkCost.Change;
import dev.weft.core.wire.Adjacencies;
import org.junit.jupiter.api.Test;

class LinkCostTest {
    private final LinkCost cost = new LinkCost();

    @Test
    void linkCostsAHopUntilMeasuredAndThenAMicrosecondEach() {
        assertThat(cost.advertised()).isEqualTo(1_000);
        assertThat(cost.handleRoundTrip(2 * MILLI, 0)).isEqualTo(Change.CHANGED);
        assertThat(cost.advertised()).isEqualTo(3_000);
    }

    @Test
    void jitterOfAThirdNeverChangesWhatIsAdvertised() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            long roundTripNanos = prng.between(100_000, 200 * MILLI);
            LinkCost jittery = new LinkCost();
            jittery.handleRoundTrip(roundTripNanos, 0);
            int advertised = jittery.advertised();
            for (long nowNanos = 0; nowNanos <= 60 * SECOND; nowNanos += 100 * MILLI) {
                long sample = roundTripNanos * prng.between(70, 130) / 100;
                assertThat(jittery.handleRoundTrip(sample, nowNanos))
                        .as("seed %d", seed)
                        .isEqualTo(Change.SAME);
            }
            assertThat(jittery.advertised()).as("seed %d", seed).isEqualTo(advertised);
        }
    }

    @Test
    void jitterOfAThirdForThreeSecondsChangesNothingWhereverTheFirstSampleLay() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            long roundTripNanos = prng.between(100_000, 200 * MILLI);
            LinkCost jittery = new LinkCost();
            jittery.handleRoundTrip(roundTripNanos * prng.between(70, 130) / 100, 0);
            for (long nowNanos = 0; nowNanos <= 3 * SECOND; nowNanos += 20 * MILLI) {
                long sample = roundTripNanos * prng.between(70, 130) / 100;
                assertThat(jittery.handleRoundTrip(sample, nowNanos))
                        .as("seed %d", seed)
                        .isEqualTo(Change.SAME);
            }
        }
    }

    @Test
    void lastingChangeIsAdvertisedAfterFiveSecondsAndNotBefore() {
        cost.handleRoundTrip(MILLI, 0);
        for (long nowNanos = 0; nowNanos < 5 * SECOND; nowNanos += 100 * MILLI) {
            assertThat(cost.handleRoundTrip(50 * MILLI, nowNanos)).isEqualTo(Change.SAME);
        }
        assertThat(cost.handleRoundTrip(50 * MILLI, 5 * SECOND)).isEqualTo(Change.CHANGED);
        assertThat(cost.advertised()).isEqualTo(51_000);
    }

    @Test
    void aNewLinkThatAnswersSoonerThanAtFirstIsCheaperAtOnce() {
        cost.handleRoundTrip(50 * MILLI, 0);
        assertThat(cost.handleRoundTrip(MILLI, SECOND)).isEqualTo(Change.CHANGED);
        assertThat(cost.advertised()).isEqualTo(2_000);
    }

    @Test
    void changeForTheBetterIsAdvertisedToo() {
        for (int i = 0; i < 4; i++) {
            cost.handleRoundTrip(50 * MILLI, 0);
        }
        assertThat(cost.handleRoundTrip(MILLI, SECOND)).isEqualTo(Change.SAME);
        assertThat(cost.handleRoundTrip(MILLI, 6 * SECOND)).isEqualTo(Change.CHANGED);
        assertThat(cost.advertised()).isEqualTo(2_000);
    }

    @Test
    void oneCalmSampleStartsTheWaitAnew() {
        cost.handleRoundTrip(10 * MILLI, 0);
        cost.handleRoundTrip(50 * MILLI, SECOND);
        cost.handleRoundTrip(11 * MILLI, 4 * SECOND);
        cost.handleRoundTrip(50 * MILLI, 5 * SECOND);
        assertThat(cost.handleRoundTrip(50 * MILLI, 9 * SECOND)).isEqualTo(Change.SAME);
        assertThat(cost.handleRoundTrip(50 * MILLI, 10 * SECOND)).isEqualTo(Change.CHANGED);
    }

    @Test
    void aMillisecondIsNoiseHoweverShortTheLink() {
        cost.handleRoundTrip(10_000, 0);
        for (long nowNanos = 0; nowNanos <= 60 * SECOND; nowNanos += SECOND) {
            assertThat(cost.handleRoundTrip(1_000_000, nowNanos)).isEqualTo(Change.SAME);
        }
    }

    @Test
    void costIsExactToTheMicrosecondAndStaysWithinWhatAnAdvertisementHolds() {
        Prng prng = new Prng(1);
        for (int i = 0; i < 1_000; i++) {
            long nanos = prng.below(16_000 * MILLI);
            LinkCost measured = new LinkCost();
            measured.handleRoundTrip(nanos, 0);
            assertThat(measured.advertised()).isEqualTo(1_000 + Math.toIntExact(nanos / 1_000));
        }
        cost.handleRoundTrip(Long.MAX_VALUE, 0);
        assertThat(cost.advertised()).isEqualTo(Adjacencies.COST_MAX);
    }
}
