package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.edition;
import static dev.weft.core.topology.FloodingLab.id;
import static dev.weft.core.topology.FloodingLab.lsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What neighbors may not know of yet, and how far each edition has been brought. */
class ChangesTest {
    private final Changes changes = new Changes();

    private static Entry entry(int origin) {
        return new Entry(edition(lsa(id(origin), 1, 1, "n" + origin)), 0);
    }

    private void change(Entry entry) {
        changes.add(entry, 8, Spread.LAZY, 0);
    }

    private List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        changes.eachWhile(all::add);
        return all;
    }

    @Test
    void anEntryThatChangesAgainIsAmongTheLatestAndNotTwice() {
        Entry one = entry(1);
        Entry two = entry(2);
        Entry three = entry(3);
        change(one);
        change(two);
        change(three);
        assertThat(all()).containsExactly(one, two, three);
        change(two);
        assertThat(all()).containsExactly(one, three, two);
        change(one);
        assertThat(all()).containsExactly(three, two, one);
        assertThat(changes.size()).isEqualTo(3);
        assertThat(changes.serial()).isEqualTo(5);
    }

    @Test
    void onlyWhatIsNotSettledIsLeft() {
        Entry one = entry(1);
        Entry two = entry(2);
        change(one);
        change(two);
        change(one);
        changes.forget(2);
        assertThat(all()).containsExactly(one);
        changes.forget(3);
        assertThat(all()).isEmpty();
        assertThat(changes.size()).isZero();
    }

    @Test
    void itIsAListLikeAnyOtherWhateverComesAndGoes() {
        for (long seed = 1; seed <= 300; seed++) {
            Prng prng = new Prng(seed);
            Changes random = new Changes();
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                entries.add(entry(i));
            }
            List<Entry> expected = new ArrayList<>();
            for (int step = 0; step < 100; step++) {
                Entry entry = entries.get(prng.below(entries.size()));
                switch (prng.below(8)) {
                    case 0 -> {
                        random.remove(entry);
                        expected.remove(entry);
                    }
                    case 1 -> {
                        long upTo = random.serial() - prng.below(6);
                        random.forget(upTo);
                        expected.removeIf(left -> left.serial() <= upTo);
                    }
                    default -> {
                        random.add(entry, 8, Spread.LAZY, 0);
                        expected.remove(entry);
                        expected.add(entry);
                    }
                }
                List<Entry> all = new ArrayList<>();
                random.eachWhile(all::add);
                assertThat(all).as("seed %d step %d", seed, step).isEqualTo(expected);
                assertThat(random.size()).as("seed %d step %d", seed, step).isEqualTo(expected.size());
            }
        }
    }

    @Test
    void eachNeighborHasAStateOfItsOwnHoweverManyThereAre() {
        for (long seed = 1; seed <= 300; seed++) {
            Prng prng = new Prng(seed);
            int slots = (int) prng.between(1, 100);
            Entry entry = entry(1);
            Spread initial = Spread.values()[prng.below(4)];
            entry.begin(1, slots, initial, 0);
            Spread[] expected = new Spread[slots];
            Arrays.fill(expected, initial);
            for (int step = 0; step < 200; step++) {
                int slot = prng.below(slots);
                expected[slot] = Spread.values()[prng.below(4)];
                entry.become(slot, expected[slot]);
                int looked = prng.below(slots);
                assertThat(entry.spread(looked))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(expected[looked]);
            }
        }
    }
}
