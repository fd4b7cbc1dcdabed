package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeadlineIndexTest {
    private final DeadlineIndex index = new DeadlineIndex();

    @Test
    void nothingIsDueWhereNothingWasNoted() {
        assertThat(index.nextNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(index.pollDue(Long.MAX_VALUE - 1)).isNull();
    }

    @Test
    void whatIsDueAtOnceComesInOrderOfNumber() {
        for (long id : new long[] {7, 3, 9, 1}) {
            index.update(id, 100);
        }
        assertThat(index.pollDue(99)).isNull();
        assertThat(taken(100)).containsExactly(1L, 3L, 7L, 9L);
    }

    @Test
    void aDeadlineThatMovesIsTheOnlyOneOfItsMachine() {
        index.update(1, 100);
        index.update(2, 200);
        index.update(1, 300);
        assertThat(index.nextNanos()).isEqualTo(200);
        assertThat(taken(1_000)).containsExactly(2L, 1L);
        index.update(2, 50);
        index.update(2, Deadlines.NEVER);
        assertThat(index.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    /** Beside a sorted map of all deadlines, through whatever comes. */
    @Test
    void itSaysWhatASortedMapOfAllDeadlinesSays() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            DeadlineIndex tried = new DeadlineIndex();
            TreeMap<Long, Long> all = new TreeMap<>();
            long now = 0;
            for (int step = 0; step < 500; step++) {
                long id = prng.below(40);
                if (prng.chance(700_000)) {
                    long at = now + prng.below(50);
                    tried.update(id, at);
                    all.put(id, at);
                } else if (prng.chance(400_000)) {
                    tried.update(id, Deadlines.NEVER);
                    all.remove(id);
                } else {
                    now += prng.below(30);
                    Long due = first(all, now);
                    assertThat(tried.pollDue(now))
                            .as("seed %d, step %d", seed, step)
                            .isEqualTo(due);
                    if (due != null) {
                        all.remove(due);
                    }
                }
                long next =
                        all.values().stream().mapToLong(Long::longValue).min().orElse(Deadlines.NEVER);
                assertThat(tried.nextNanos()).as("seed %d, step %d", seed, step).isEqualTo(next);
            }
        }
    }

    private static Long first(TreeMap<Long, Long> all, long nowNanos) {
        Long first = null;
        for (Map.Entry<Long, Long> entry : all.entrySet()) {
            if (entry.getValue() <= nowNanos && (first == null || entry.getValue() < all.get(first))) {
                first = entry.getKey();
            }
        }
        return first;
    }

    private List<Long> taken(long nowNanos) {
        List<Long> taken = new ArrayList<>();
        for (Long id = index.pollDue(nowNanos); id != null; id = index.pollDue(nowNanos)) {
            taken.add(id);
        }
        return taken;
    }
}
