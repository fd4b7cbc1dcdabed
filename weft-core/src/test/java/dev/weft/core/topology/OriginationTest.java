package dev.weft.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Flooding.Haste;
import org.junit.jupiter.api.Test;

class OriginationTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final int ENTRIES = 100;
    private static final long REFRESH = 1_800 * SECOND;

    private final Origination mine = new Origination();

    private static ByteView word(int number) {
        return ByteView.utf8("word " + number);
    }

    /** Lets the edition out that waits, when it may. */
    private long spokenNanos(long fromNanos) {
        long at = Math.max(fromNanos, mine.nextNanos(ENTRIES, fromNanos));
        while (mine.nextNanos(ENTRIES, at) > at) {
            at = mine.nextNanos(ENTRIES, at);
        }
        mine.edition(at + REFRESH, at);
        return at;
    }

    @Test
    void nothingWaitsBeforeAnythingWasSaid() {
        assertThat(mine.nextNanos(ENTRIES, 0)).isEqualTo(Deadlines.NEVER);
        assertThat(mine.refreshNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void whatIsUrgentGoesAtOnceAndTheSameWordIsNotSaidTwice() {
        mine.want(word(1), Haste.URGENT, 5 * SECOND);
        assertThat(mine.nextNanos(ENTRIES, 5 * SECOND)).isEqualTo(5 * SECOND);
        assertThat(mine.edition(REFRESH, 5 * SECOND)).isEqualTo(1);
        mine.want(word(1), Haste.URGENT, 6 * SECOND);
        assertThat(mine.nextNanos(ENTRIES, 6 * SECOND)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void theLastWordCountsWhereSeveralGather() {
        mine.want(word(1), Haste.PACED, 10 * SECOND);
        mine.want(word(2), Haste.PACED, 10 * SECOND);
        spokenNanos(10 * SECOND);
        assertThat(mine.content()).isEqualTo(word(2));
        assertThat(mine.sequence()).isEqualTo(1);
        assertThat(mine.nextNanos(ENTRIES, 11 * SECOND)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void anUrgentWordTakesAPacedOneWithIt() {
        mine.want(word(1), Haste.PACED, 10 * SECOND);
        assertThat(mine.nextNanos(ENTRIES, 10 * SECOND)).isGreaterThan(10 * SECOND);
        mine.want(word(2), Haste.URGENT, 10 * SECOND);
        assertThat(mine.nextNanos(ENTRIES, 10 * SECOND)).isEqualTo(10 * SECOND);
    }

    @Test
    void pacedWordsThatGoOnComeTheRarerTheMoreNodesHearThem() {
        long few = gapAfterMany(new Origination(), 10);
        long many = gapAfterMany(new Origination(), 2_000);
        assertThat(few).as("the budget alone").isEqualTo(SECOND);
        assertThat(many).isBetween(8 * SECOND, 10 * SECOND);
    }

    private static long gapAfterMany(Origination origination, int entries) {
        long now = 20 * SECOND;
        long gap = 0;
        for (int i = 0; i < 20; i++) {
            origination.want(word(i), Haste.PACED, now);
            long at = origination.nextNanos(entries, now);
            while (origination.nextNanos(entries, at) > at) {
                at = origination.nextNanos(entries, at);
            }
            gap = at - now;
            origination.edition(REFRESH, at);
            now = at;
        }
        return gap;
    }

    @Test
    void aWordThatWaitsWaitsLongerWhereTheDatabaseGrowsMeanwhile() {
        mine.want(word(1), Haste.PACED, 20 * SECOND);
        long early = mine.nextNanos(10, 20 * SECOND);
        assertThat(mine.nextNanos(2_000, 20 * SECOND)).isGreaterThan(early);
    }

    @Test
    void wordsThatFollowEachOtherGoIntoOneEditionButDoNotWaitForGood() {
        mine.want(word(0), Haste.PACED, 20 * SECOND);
        long alone = mine.nextNanos(2_000, 20 * SECOND) - 20 * SECOND;
        mine.want(word(1), Haste.PACED, 20 * SECOND + alone / 2);
        assertThat(mine.nextNanos(2_000, 21 * SECOND)).isEqualTo(20 * SECOND + alone * 3 / 2);
        for (int i = 2; i < 100; i++) {
            mine.want(word(i), Haste.PACED, 20 * SECOND + i * alone / 20);
        }
        assertThat(mine.nextNanos(2_000, 21 * SECOND)).isEqualTo(20 * SECOND + 2 * alone);
    }

    @Test
    void anEditionThatHasBeenHeldForLongGathersWhatChangesJustThen() {
        mine.want(word(0), Haste.URGENT, 100 * SECOND);
        mine.edition(REFRESH, 100 * SECOND);
        mine.want(word(1), Haste.PACED, 101 * SECOND);
        long held = mine.nextNanos(2_000, 101 * SECOND);
        assertThat(held).as("by the pace alone").isEqualTo(108 * SECOND);
        mine.want(word(2), Haste.PACED, held - 100 * MILLI);
        assertThat(mine.nextNanos(2_000, held))
                .as("a second after the last change")
                .isEqualTo(held + 900 * MILLI);
        for (int i = 3; i < 100; i++) {
            mine.want(word(i), Haste.PACED, held + i * (100 * MILLI));
        }
        assertThat(mine.nextNanos(2_000, held)).as("at most").isEqualTo(held + 2 * SECOND);
    }

    @Test
    void theFirstWordIsOutWithinHalfASecondInTheLargestMesh() {
        mine.want(word(1), Haste.PACED, 20 * SECOND);
        assertThat(mine.nextNanos(100_000, 20 * SECOND)).isEqualTo(20 * SECOND + 500 * MILLI);
        mine.edition(REFRESH, 21 * SECOND);
        mine.want(word(2), Haste.PACED, 40 * SECOND);
        assertThat(mine.nextNanos(100_000, 40 * SECOND)).isEqualTo(42 * SECOND);
    }

    @Test
    void aStormOfUrgentWordsIsHeldToOneASecondAfterTheFirstFew() {
        long now = 100 * SECOND;
        long said = 0;
        for (int i = 0; i < 1_000; i++) {
            mine.want(word(i), Haste.URGENT, now);
            if (mine.nextNanos(ENTRIES, now) <= now) {
                mine.edition(REFRESH, now);
                said++;
            }
            now += 10 * MILLI;
        }
        assertThat(said).as("in ten seconds").isBetween(10L, 16L);
    }

    @Test
    void whatSomebodyElseSaidInOurNameIsOutbidAtOnce() {
        mine.want(word(1), Haste.URGENT, SECOND);
        mine.edition(REFRESH, SECOND);
        mine.outbid(500, 2 * SECOND);
        assertThat(mine.nextNanos(ENTRIES, 2 * SECOND)).isEqualTo(2 * SECOND);
        assertThat(mine.edition(REFRESH, 2 * SECOND)).isEqualTo(501);
        mine.outbid(3, 3 * SECOND);
        assertThat(mine.edition(REFRESH, 3 * SECOND)).as("never backwards").isEqualTo(502);
    }

    @Test
    void whateverIsWantedIsSaidWithinSecondsAndNumbersOnlyRise() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            Origination tried = new Origination();
            long now = 0;
            long sequence = 0;
            for (int i = 0; i < 100; i++) {
                now += prng.below(2_000) * MILLI;
                int entries = prng.below(3_000);
                tried.want(word(prng.below(5)), prng.chance(500_000) ? Haste.URGENT : Haste.PACED, now);
                long wanted = now;
                while (tried.nextNanos(entries, now) != Deadlines.NEVER && tried.nextNanos(entries, now) > now) {
                    now = tried.nextNanos(entries, now);
                }
                assertThat(now - wanted).as("seed %d", seed).isLessThanOrEqualTo(11 * SECOND);
                if (tried.nextNanos(entries, now) <= now) {
                    long next = tried.edition(now + REFRESH, now);
                    assertThat(next).as("seed %d", seed).isGreaterThan(sequence);
                    sequence = next;
                }
            }
        }
    }
}
