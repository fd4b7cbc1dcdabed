package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {
    private record Item(long atNanos, int number) {}

    @Test
    void eventsComeInOrderOfTimeAndOfAdding() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            Agenda agenda = new Agenda();
            List<Item> expected = new ArrayList<>();
            List<Item> left = new ArrayList<>();
            List<Item> come = new ArrayList<>();
            for (int number = 0; number < 60; number++) {
                if (!agenda.isEmpty() && prng.chance(400_000)) {
                    expected.add(left.remove(0));
                    agenda.removeFirst().happen(0);
                } else {
                    Item item = new Item(prng.below(10), number);
                    agenda.add(item.atNanos(), at -> come.add(item));
                    left.add(item);
                    left.sort(Comparator.comparingLong(Item::atNanos));
                }
            }
            assertThat(come).as("seed %s", seed).isEqualTo(expected);
            agenda.clear();
            assertThat(agenda.isEmpty()).isTrue();
        }
    }
}
