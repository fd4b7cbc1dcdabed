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
    private static final long REFRESH = 1_800 * SECOND;

    private final Origination mine = new Origination();

    private static ByteView word(int number) {
        return ByteView.utf8("word " + number);
    }

    /** Lets the edition out that waits, when it may. */
    private long spokenNanos(long fromNanos) {
        long at = Math.max(fromNanos, mine.nextNanos(fromNanos));
        while (mine.nextNanos(at) > at) {
            at = mine.nextNanos(at);
        }
        mine.edition(at + REFRESH, at);
        return at;
    }

    @Test
    void nothingWaitsBeforeAnythingWasSaid() {
        assertThat(mine.nextNanos(0)).isEqualTo(Deadlines.NEVER);
        assertThat(mine.refreshNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void whatIsUrgentGoesAtOnceAndTheSameWordIsNotSaidTwice() {
        mine.want(word(1), Haste.URGENT, 100, 5 * SECOND);
        assertThat(mine.nextNanos(5 * SECOND)).isEqualTo(5 * SECOND);
        assertThat(mine.edition(REFRESH, 5 * SECOND)).isEqualTo(1);
        mine.want(word(1), Haste.URGENT, 100, 6 * SECOND);
        assertThat(mine.nextNanos(6 * SECOND)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void theLastWordCountsWhereSeveralGather() {
        mine.want(word(1), Haste.PACED, 100, 10 * SECOND);
        mine.want(word(2), Haste.PACED, 100, 10 * SECOND);
        spokenNanos(10 * SECOND);
        assertThat(mine.content()).isEqualTo(word(2));
        assertThat(mine.sequence()).isEqualTo(1);
        assertThat(mine.nextNanos(11 * SECOND)).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void anUrgentWordTakesAPacedOneWithIt() {
        mine.want(word(1), Haste.PACED, 1_000, 10 * SECOND);
        assertThat(mine.nextNanos(10 * SECOND)).isGreaterThan(10 * SECOND);
        mine.want(word(2), Haste.URGENT, 1_000, 10 * SECOND);
        assertThat(mine.nextNanos(10 * SECOND)).isEqualTo(10 * SECOND);
    }

    @Test
    void pacedWordsThatGoOnComeTheRarerTheMoreNodesHearThem() {
        long few = gapAfterMany(new Origination(), 10);
        long many = gapAfterMany(new Origination(), 2_000);
        assertThat(few).as("the budget alone").isEqualTo(SECOND);
        assertThat(many).isBetween(4 * SECOND, 5 * SECOND);
    }

    private static long gapAfterMany(Origination origination, int entries) {
        long now = 20 * SECOND;
        long gap = 0;
        for (int i = 0; i < 20; i++) {
            origination.want(word(i), Haste.PACED, entries, now);
            long at = origination.nextNanos(now);
            while (origination.nextNanos(at) > at) {
                at = origination.nextNanos(at);
            }
            gap = at - now;
            origination.edition(REFRESH, at);
            now = at;
        }
        return gap;
    }

    @Test
    void aStormOfUrgentWordsIsHeldToOneASecondAfterTheFirstFew() {
        long now = 100 * SECOND;
        long said = 0;
        for (int i = 0; i < 1_000; i++) {
            mine.want(word(i), Haste.URGENT, 100, now);
            if (mine.nextNanos(now) <= now) {
                mine.edition(REFRESH, now);
                said++;
            }
            now += 10 * MILLI;
        }
        assertThat(said).as("in ten seconds").isBetween(10L, 16L);
    }

    @Test
    void whatSomebodyElseSaidInOurNameIsOutbidAtOnce() {
        mine.want(word(1), Haste.URGENT, 100, SECOND);
        mine.edition(REFRESH, SECOND);
        mine.outbid(500, 2 * SECOND);
        assertThat(mine.nextNanos(2 * SECOND)).isEqualTo(2 * SECOND);
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
                tried.want(
                        word(prng.below(5)), prng.chance(500_000) ? Haste.URGENT : Haste.PACED, prng.below(3_000), now);
                long wanted = now;
                while (tried.nextNanos(now) != Deadlines.NEVER && tried.nextNanos(now) > now) {
                    now = tried.nextNanos(now);
                }
                assertThat(now - wanted).as("seed %d", seed).isLessThanOrEqualTo(6 * SECOND);
                if (tried.nextNanos(now) <= now) {
                    long next = tried.edition(now + REFRESH, now);
                    assertThat(next).as("seed %d", seed).isGreaterThan(sequence);
                    sequence = next;
                }
            }
        }
    }
}
