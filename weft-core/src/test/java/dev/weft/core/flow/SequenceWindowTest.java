package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

class SequenceWindowTest {
    @Test
    void itHoldsWhatAQueueHoldsWhateverIsAddedAndTaken() {
        Prng prng = new Prng(4);
        SequenceWindow<Long> window = new SequenceWindow<>();
        ArrayDeque<Long> oracle = new ArrayDeque<>();
        for (int step = 0; step < 20_000; step++) {
            if (prng.chance(520_000)) {
                long value = prng.nextLong();
                assertThat(window.add(value)).isEqualTo(window.next() - 1);
                oracle.add(value);
            } else if (!oracle.isEmpty()) {
                assertThat(window.at(window.first())).isEqualTo(oracle.remove());
                window.removeFirst();
            }
            assertThat(window.next() - window.first()).isEqualTo(oracle.size());
        }
        assertThat(window.at(window.first() - 1)).isNull();
        assertThat(window.at(window.next())).isNull();
    }
}
