package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LongSetTest {
    /** Beside a sorted set, through whatever comes. */
    @Test
    void itHoldsWhatASortedSetHolds() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            LongSet tried = new LongSet();
            TreeSet<Long> set = new TreeSet<>();
            for (int step = 0; step < 200; step++) {
                long number = prng.below(30);
                if (prng.chance(600_000)) {
                    tried.add(number);
                    set.add(number);
                } else {
                    tried.remove(number);
                    set.remove(number);
                }
                assertThat(tried.isEmpty()).as("seed %d", seed).isEqualTo(set.isEmpty());
                assertThat(tried.all()).as("seed %d", seed).isEqualTo(array(set.stream()));
                long after = prng.below(30);
                assertThat(tried.allFrom(after))
                        .as("seed %d", seed)
                        .isEqualTo(array(
                                Stream.concat(set.tailSet(after, false).stream(), set.headSet(after, true).stream())));
            }
        }
    }

    private static long[] array(Stream<Long> numbers) {
        return numbers.flatMapToLong(LongStream::of).toArray();
    }
}
