package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LongTreeTest {
    @Test
    void itHoldsWhatASortedMapHoldsAndIsEmptyWhenThatIs() {
        Prng prng = new Prng(7);
        for (int spread : new int[] {2, 8, 200}) {
            TreeMap<Long, Long> expected = new TreeMap<>();
            LongTree<Long> tree = new LongTree<>();
            for (long step = 0; step < 2_000; step++) {
                long number = prng.between(0, spread);
                if (prng.between(0, 2) > 0) {
                    assertThat(tree.remove(number)).isEqualTo(expected.remove(number));
                } else {
                    tree.put(number, step);
                    expected.put(number, step);
                }
                assertThat(tree.isEmpty()).isEqualTo(expected.isEmpty());
                assertThat(tree.size()).isEqualTo(expected.size());
                assertThat(tree.find(number)).isEqualTo(expected.get(number));
                assertThat(tree.first()).isEqualTo(expected.firstEntry());
                assertThat(tree.upTo(number)).isEqualTo(expected.floorEntry(number));
                assertThat(tree.from(number)).isEqualTo(expected.ceilingEntry(number));
                assertThat(tree.values()).containsExactlyElementsOf(expected.values());
                assertThat(tree.entries()).containsExactlyElementsOf(expected.entrySet());
            }
            tree.clear();
            assertThat(tree.isEmpty()).isTrue();
            assertThat(tree.first()).isNull();
        }
    }
}
