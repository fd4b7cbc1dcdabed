package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.SECOND;
import static dev.weft.core.topology.FloodingLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.wire.RouteHeader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LabelsTest {
    private final Labels labels = new Labels(new Prng(1));

    @Test
    void neighborKeepsItsLabelAndGetsItBackWhenItReturns() {
        int label = labels.acquire(id(1), 0);
        assertThat(labels.acquire(id(1), SECOND)).isEqualTo(label);
        assertThat(labels.labelOf(id(1))).isEqualTo(label);
        assertThat(labels.neighborOf(label)).contains(id(1));
        labels.release(id(1), 2 * SECOND);
        assertThat(labels.labelOf(id(1))).isZero();
        assertThat(labels.neighborOf(label)).isEmpty();
        assertThat(labels.acquire(id(1), 3 * SECOND)).isEqualTo(label);
    }

    @Test
    void strangerGetsALabelOnlyAfterItHasRested() {
        int label = labels.acquire(id(1), 0);
        labels.release(id(1), SECOND);
        assertThat(labels.acquire(id(2), SECOND + Labels.REST_NANOS - 1)).isNotEqualTo(label);
        assertThat(labels.acquire(id(3), SECOND + Labels.REST_NANOS)).isEqualTo(label);
    }

    @Test
    void labelsAreDistinctNeverZeroAndRestWhateverComesAndGoes() {
        for (long seed = 1; seed <= 50; seed++) {
            Prng prng = new Prng(seed);
            Labels tested = new Labels(prng.fork(1));
            TreeMap<Integer, Integer> neighborOf = new TreeMap<>();
            TreeMap<Integer, Long> releasedNanos = new TreeMap<>();
            TreeMap<Integer, Integer> lastOwner = new TreeMap<>();
            long nowNanos = 0;
            for (int i = 0; i < 2_000; i++) {
                nowNanos += prng.below(SECOND);
                int neighbor = 1 + prng.below(100);
                int label = tested.labelOf(id(neighbor));
                if (label != 0) {
                    tested.release(id(neighbor), nowNanos);
                    releasedNanos.put(label, nowNanos);
                    lastOwner.put(label, neighbor);
                    neighborOf.remove(label);
                    continue;
                }
                label = tested.acquire(id(neighbor), nowNanos);
                assertThat(label).as("seed %d", seed).isBetween(1, 300);
                assertThat(neighborOf.put(label, neighbor)).as("seed %d", seed).isNull();
                Long released = releasedNanos.get(label);
                if (released != null && !Integer.valueOf(neighbor).equals(lastOwner.get(label))) {
                    assertThat(nowNanos - released).as("seed %d", seed).isGreaterThanOrEqualTo(Labels.REST_NANOS);
                }
            }
            for (var entry : neighborOf.entrySet()) {
                assertThat(tested.neighborOf(entry.getKey())).contains(id(entry.getValue()));
            }
        }
    }

    @Test
    void livesBeginAtDifferentNumbersOfOneByte() {
        java.util.TreeSet<Integer> firsts = new java.util.TreeSet<>();
        for (long seed = 1; seed <= 500; seed++) {
            firsts.add(new Labels(new Prng(seed)).acquire(id(1), 0));
        }
        assertThat(firsts).hasSize(64);
        assertThat(firsts.first()).isEqualTo(1);
        assertThat(firsts.last()).isEqualTo(64);
    }

    @Test
    void releasingWhatIsNotThereDoesNothing() {
        labels.release(id(1), 0);
        assertThat(labels.neighborOf(0)).isEmpty();
        assertThat(labels.labelOf(id(1))).isZero();
    }

    /** Two million at once, for there is no other way to get there. */
    @Test
    void whenAllAreTakenTheLongestRestedIsGivenAgain() {
        int first = labels.acquire(id(1), 0);
        int count = RouteHeader.LABEL_MAX - first + 1;
        for (int i = 2; i <= count; i++) {
            labels.acquire(id(i), 0);
        }
        assertThat(labels.labelOf(id(count))).isEqualTo(RouteHeader.LABEL_MAX);
        labels.release(id(5), SECOND);
        labels.release(id(6), 2 * SECOND);
        assertThat(labels.acquire(id(count + 1), 3 * SECOND)).isEqualTo(first + 4);
        assertThat(labels.acquire(id(count + 2), 3 * SECOND)).isEqualTo(first + 5);
    }
}
