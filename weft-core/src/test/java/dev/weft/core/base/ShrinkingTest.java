package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
    @Test
    void aListIsCutDownToWhatTheFailureNeeds() {
        for (long seed = 1; seed <= 50; seed++) {
            Prng draws = new Prng(seed);
            List<Integer> failing = new ArrayList<>();
            for (int i = draws.below(100); i >= 0; i--) {
                failing.add(draws.below(40) + 10);
            }
            failing.add(draws.below(failing.size()), 3);
            failing.add(draws.below(failing.size()), 7);
            List<Integer> least = Shrinking.smallest(
                    failing, Shrinking::fewer, items -> items.contains(3) && items.contains(7), 10_000);
            assertThat(least).as("seed %d", seed).containsExactlyInAnyOrder(3, 7);
        }
    }

    @Test
    void theOrderOfWhatIsLeftIsKept() {
        List<Integer> least = Shrinking.smallest(
                List.of(1, 9, 2, 8, 3, 7), Shrinking::fewer, items -> items.indexOf(8) < items.indexOf(7), 1_000);
        assertThat(least).containsExactly(7);
        assertThat(Shrinking.fewer(List.of(1, 2, 3, 4)))
                .startsWith(List.of(), List.of(3, 4), List.of(1, 2))
                .endsWith(List.of(2, 3, 4), List.of(1, 3, 4), List.of(1, 2, 4), List.of(1, 2, 3));
    }

    @Test
    void aSizeIsCutDownToTheLeastThatFails() {
        for (long least = 2; least <= 64; least++) {
            long bound = least;
            assertThat(Shrinking.smallest(1_000L, size -> Shrinking.lesser(size, 2), size -> size >= bound, 200))
                    .isEqualTo(least);
        }
        assertThat(Shrinking.lesser(10, 2)).containsExactly(2L, 6L, 8L, 9L);
        assertThat(Shrinking.lesser(2, 2)).isEmpty();
    }

    @Test
    void noMoreIsTriedThanIsAllowed() {
        AtomicInteger tries = new AtomicInteger();
        List<Integer> failing = List.of(1, 2, 3, 4, 5, 6, 7, 8);
        List<Integer> least = Shrinking.smallest(
                failing,
                Shrinking::fewer,
                items -> {
                    tries.incrementAndGet();
                    return false;
                },
                5);
        assertThat(least).isEqualTo(failing);
        assertThat(tries).hasValue(5);
    }

    /** A property that holds for lists without two equal neighbors, planted to fail: the message shows the two alone. */
    @Test
    void aPropertyThatFailsTellsItsSeedAndTheSmallestList() {
        assertThatThrownBy(() -> Cases.check(1, 200, draws -> Cases.list(draws, 60, each -> each.below(9)), items -> {
                    for (int i = 1; i < items.size(); i++) {
                        assertThat(items.get(i)).isNotEqualTo(items.get(i - 1));
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)seed \\d+, cut down from \\d+ to 2: \\[(\\d), \\1].*")
                .hasCauseInstanceOf(AssertionError.class);
        assertThatCode(() -> Cases.check(
                        1,
                        20,
                        draws -> Cases.list(draws, 60, each -> each.below(9)),
                        items -> assertThat(items).hasSizeLessThanOrEqualTo(60)))
                .doesNotThrowAnyException();
    }
}
