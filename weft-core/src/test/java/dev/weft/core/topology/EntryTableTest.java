package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.edition;
import static dev.weft.core.topology.FloodingLab.id;
import static dev.weft.core.topology.FloodingLab.lsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EntryTableTest {
    @Test
    void whatWasPutInIsFoundUntilItIsTakenOut() {
        for (long seed = 1; seed <= 300; seed++) {
            Prng prng = new Prng(seed);
            EntryTable table = new EntryTable(prng.nextLong());
            TreeMap<LsaKey, Entry> expected = new TreeMap<>();
            for (int step = 0; step < 300; step++) {
                LsaKey key = new LsaKey(id(prng.below(60)), LsaKind.NODE);
                Entry present = expected.get(key);
                if (present != null && prng.chance(600_000)) {
                    table.remove(present);
                    expected.remove(key);
                } else if (present == null) {
                    Entry fresh = new Entry(edition(lsa(key.origin(), 1, 1, "n")), 0);
                    table.add(fresh);
                    expected.put(key, fresh);
                }
                LsaKey asked = new LsaKey(id(prng.below(60)), LsaKind.values()[prng.below(4)]);
                assertThat(table.find(asked)).as("seed %d step %d", seed, step).isSameAs(expected.get(asked));
                assertThat(table.size()).as("seed %d step %d", seed, step).isEqualTo(expected.size());
            }
        }
    }
}
