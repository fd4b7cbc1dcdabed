package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeadlineIndexTest {
    private final DeadlineIndex index = new DeadlineIndex();

    @Test
    void machineIsTakenOutOnceItIsDue() {
        index.update(8, 100);
        assertThat(index.pollDue(99)).isNull();
        assertThat(index.pollDue(100)).isEqualTo(8);
        assertThat(index.pollDue(100)).isNull();
        assertThat(index.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void equalDeadlinesFireInOrderOfNumber() {
        index.update(3, 100);
        index.update(1, 100);
        index.update(2, 99);
        assertThat(index.pollDue(100)).isEqualTo(2);
        assertThat(index.pollDue(100)).isEqualTo(1);
        assertThat(index.pollDue(100)).isEqualTo(3);
    }

    @Test
    void updateMovesAndNeverTakesOut() {
        index.update(1, 100);
        index.update(1, 200);
        assertThat(index.nextNanos()).isEqualTo(200);
        index.update(1, 50);
        assertThat(index.nextNanos()).isEqualTo(50);
        index.update(1, Deadlines.NEVER);
        index.update(2, Deadlines.NEVER);
        assertThat(index.nextNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(index.pollDue(Long.MAX_VALUE)).isNull();
    }

    @Test
    void agreesWithAPlainScanOfAllMachines() {
        for (long seed = 1; seed <= 100; seed++) {
            Prng prng = new Prng(seed);
            DeadlineIndex tested = new DeadlineIndex();
            TreeMap<Long, Long> plain = new TreeMap<>();
            for (int i = 0; i < 300; i++) {
                long id = prng.below(10);
                if (prng.chance(600_000)) {
                    long atNanos = prng.chance(100_000) ? Deadlines.NEVER : prng.below(50);
                    tested.update(id, atNanos);
                    plain.put(id, atNanos);
                } else {
                    long nowNanos = prng.below(50);
                    Long expected = null;
                    for (Map.Entry<Long, Long> entry : plain.entrySet()) {
                        boolean earlier = expected == null || entry.getValue() < plain.get(expected);
                        if (entry.getValue() <= nowNanos && earlier) {
                            expected = entry.getKey();
                        }
                    }
                    assertThat(tested.pollDue(nowNanos))
                            .as("seed %d, step %d", seed, i)
                            .isEqualTo(expected);
                    if (expected != null) {
                        plain.remove(expected);
                    }
                }
                long next = plain.values().stream().mapToLong(at -> at).min().orElse(Deadlines.NEVER);
                assertThat(tested.nextNanos()).as("seed %d, step %d", seed, i).isEqualTo(next);
            }
        }
    }
}
