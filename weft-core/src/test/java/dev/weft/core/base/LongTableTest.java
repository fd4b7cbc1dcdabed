package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LongTableTest {
    @Test
    void nothingIsFoundWhereNothingWasPut() {
        LongTable<String> table = new LongTable<>();
        assertThat(table.find(0)).isNull();
        assertThat(table.remove(7)).isNull();
        assertThat(table.isEmpty()).isTrue();
        assertThat(table.all()).isEmpty();
    }

    /** Beside a sorted map, through whatever comes. */
    @Test
    void itHoldsWhatASortedMapHolds() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            LongTable<Integer> tried = new LongTable<>();
            TreeMap<Long, Integer> map = new TreeMap<>();
            for (int step = 0; step < 500; step++) {
                long number = prng.below(60) - 10L;
                if (prng.chance(600_000)) {
                    tried.put(number, step);
                    map.put(number, step);
                } else {
                    assertThat(tried.remove(number)).as("seed %d", seed).isEqualTo(map.remove(number));
                }
                assertThat(tried.size()).as("seed %d", seed).isEqualTo(map.size());
                long other = prng.below(60) - 10L;
                assertThat(tried.find(other)).as("seed %d", seed).isEqualTo(map.get(other));
            }
            assertThat(tried.all()).as("seed %d", seed).isEqualTo(new ArrayList<>(map.values()));
            assertThat(tried.all(step -> step % 3 == 0))
                    .as("seed %d", seed)
                    .isEqualTo(
                            map.values().stream().filter(step -> step % 3 == 0).toList());
        }
    }
}
