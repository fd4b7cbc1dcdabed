package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final long SECOND = 1_000_000_000L;

    private final Budget<String> budget = new Budget<>(5, SECOND, 3);

    private int spendable(String key, long nowNanos) {
        int spent = 0;
        while (budget.allows(key, nowNanos)) {
            budget.spend(key, 1, nowNanos);
            spent++;
        }
        return spent;
    }

    @Test
    void soMuchAtOnceAndSoMuchMoreAsTimePasses() {
        assertThat(spendable("a", 0)).isEqualTo(5);
        assertThat(spendable("a", SECOND - 1)).isZero();
        assertThat(spendable("a", 3 * SECOND)).isEqualTo(3);
        assertThat(spendable("a", 100 * SECOND)).isEqualTo(5);
    }

    @Test
    void overAnySpanNoMoreIsSpentThanTheBurstAndWhatTheSpanEarns() {
        for (long seed = 1; seed <= 100; seed++) {
            Prng prng = new Prng(seed);
            Budget<Long> one = new Budget<>(8, SECOND / 10, 4);
            long nowNanos = 0;
            int spent = 0;
            while (nowNanos < 100 * SECOND) {
                nowNanos += prng.below(SECOND);
                if (one.allows(1L, nowNanos)) {
                    one.spend(1L, 1, nowNanos);
                    spent++;
                }
                assertThat(spent).as("seed %d", seed).isLessThanOrEqualTo((int) (8 + nowNanos / (SECOND / 10)) + 1);
            }
        }
    }

    @Test
    void eachHasItsOwn() {
        spendable("a", 0);
        assertThat(spendable("b", 0)).isEqualTo(5);
    }

    @Test
    void whoOverdrawsWaitsTheLonger() {
        budget.spend("a", 50, 0);
        assertThat(budget.allows("a", 45 * SECOND)).isFalse();
        assertThat(budget.allows("a", 46 * SECOND)).isTrue();
    }

    @Test
    void whoseBudgetIsWholeIsForgottenAndTheTableIsBounded() {
        budget.spend("a", 1, 0);
        budget.spend("b", 1, 2 * SECOND);
        assertThat(budget.size()).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            budget.spend("many " + i, 5, 2 * SECOND);
            assertThat(budget.size()).isLessThanOrEqualTo(3);
        }
    }
}
