package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PrngTest {
    @Test
    void sequenceIsTheOneOfThePaper() {
        // The first outputs of SplitMix64 for the seed 1234567, as its authors' reference code prints them.
        Prng prng = new Prng(1_234_567);
        assertThat(prng.nextLong()).isEqualTo(6_457_827_717_110_365_317L);
        assertThat(prng.nextLong()).isEqualTo(3_203_168_211_198_807_973L);
        assertThat(Long.toUnsignedString(prng.nextLong())).isEqualTo("9817491932198370423");
    }

    @Test
    void forkDependsOnTheSeedAndNotOnWhatWasDrawn() {
        for (long seed = 1; seed <= 100; seed++) {
            Prng fresh = new Prng(seed);
            Prng used = new Prng(seed);
            used.nextLong();
            used.below(7);
            assertThat(used.fork(5).nextLong())
                    .as("seed %d", seed)
                    .isEqualTo(fresh.fork(5).nextLong());
        }
    }

    @Test
    void forksOfNeighboringSeedsAndKeysDiffer() {
        TreeSet<Long> firsts = new TreeSet<>();
        for (long seed = 0; seed < 100; seed++) {
            for (long key = 0; key < 100; key++) {
                firsts.add(new Prng(seed).fork(key).nextLong());
            }
        }
        assertThat(firsts).hasSize(10_000);
    }

    @Test
    void drawsStayWithinTheirBoundsAndReachThem() {
        for (long seed = 1; seed <= 20; seed++) {
            Prng prng = new Prng(seed);
            TreeSet<Long> drawn = new TreeSet<>();
            for (int i = 0; i < 500; i++) {
                drawn.add(prng.between(-2, 3));
            }
            assertThat(drawn).as("seed %d", seed).containsExactly(-2L, -1L, 0L, 1L, 2L, 3L);
            assertThat(prng.below(1)).isZero();
            assertThat(prng.below(Long.MAX_VALUE)).as("seed %d", seed).isNotNegative();
        }
    }

    @Test
    void drawsAreSpreadEvenly() {
        int[] counts = new int[10];
        Prng prng = new Prng(7);
        for (int i = 0; i < 100_000; i++) {
            counts[prng.below(10)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400);
        }
    }

    @Test
    void chanceOfNoneNeverComesAndChanceOfAllAlways() {
        Prng prng = new Prng(3);
        int hits = 0;
        for (int i = 0; i < 10_000; i++) {
            assertThat(prng.chance(0)).isFalse();
            assertThat(prng.chance(1_000_000)).isTrue();
            hits += prng.chance(250_000) ? 1 : 0;
        }
        assertThat(hits).isBetween(2_300, 2_700);
    }

    @Test
    void boundOfNothingIsRefused() {
        assertThatThrownBy(() -> new Prng(1).below(0)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> new Prng(1).between(5, 4)).isInstanceOf(InvariantError.class);
    }
}
