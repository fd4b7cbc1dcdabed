package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TickWheelTest {
    private static final long TICK = 1_000;
    private static final int TICKS = 64;

    private final TickWheel wheel = new TickWheel(TICK, TICKS);
    private final EventHeap events = new EventHeap(TICK);
    private final Timeline owner = new Timeline(0, events);
    private long number;

    private void add(long tick) {
        wheel.add(tick * TICK, number++, owner, at -> {});
    }

    @Test
    void theNextIsTheEarliestAndOfOneTickTheFirstThatWasAdded() {
        add(7);
        add(3);
        add(7);
        List<String> taken = new ArrayList<>();
        while (!wheel.isEmpty()) {
            taken.add(wheel.nextNanos() / TICK + " " + wheel.nextNumber());
            wheel.removeNext();
        }
        assertThat(taken).containsExactly("3 1", "7 0", "7 2");
        assertThat(wheel.nextNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void itReachesAsFarAsItHasTicksFromTheLastThatWasTaken() {
        assertThat(wheel.reaches((TICKS - 1) * TICK)).isTrue();
        assertThat(wheel.reaches(TICKS * TICK)).isFalse();
        add(5);
        wheel.removeNext();
        assertThat(wheel.reaches((TICKS + 4) * TICK)).isTrue();
        assertThat(wheel.reaches((TICKS + 5) * TICK)).isFalse();
    }

    @Test
    void whatIsOfNoTickOrBeforeTheLastThatWasTakenIsRefused() {
        add(5);
        wheel.removeNext();
        assertThatThrownBy(() -> add(4)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> wheel.add(6 * TICK + 1, 9, owner, at -> {})).isInstanceOf(InvariantError.class);
    }

    @Test
    void whetherAnotherIsDueBeforeATimeIsSeenAcrossTicks() {
        add(5);
        assertThat(wheel.hasAnotherBefore(10 * TICK)).isFalse();
        add(9);
        assertThat(wheel.hasAnotherBefore(9 * TICK)).isFalse();
        assertThat(wheel.hasAnotherBefore(9 * TICK + 1)).isTrue();
        add(5);
        assertThat(wheel.hasAnotherBefore(5 * TICK)).isTrue();
    }

    @Test
    void inAnyMixOfTimesNearAndFarEventsHappenInOrderOfTimeAndThenOfScheduling() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            EventHeap mixed = new EventHeap(TICK);
            Timeline node = new Timeline(0, mixed);
            TreeMap<Long, List<Integer>> expected = new TreeMap<>();
            List<Integer> happened = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int word = i;
                long at = prng.below(2) == 0 ? prng.below(20_000) : prng.below(20_000_000);
                boolean isOfNode = prng.below(3) > 0;
                long due = isOfNode ? mixed.tickAt(at) : at;
                expected.computeIfAbsent(due, any -> new ArrayList<>()).add(word);
                mixed.at(at, isOfNode ? node : null, now -> happened.add(word));
            }
            while (mixed.step(Long.MAX_VALUE - 1)) {
                assertThat(mixed.nowNanos()).isEqualTo(expected.firstKey());
                List<Integer> due = expected.firstEntry().getValue();
                assertThat(happened.get(happened.size() - 1))
                        .as("seed %d", seed)
                        .isEqualTo(due.remove(0));
                if (due.isEmpty()) {
                    expected.pollFirstEntry();
                }
            }
            assertThat(expected).isEmpty();
        }
    }
}
