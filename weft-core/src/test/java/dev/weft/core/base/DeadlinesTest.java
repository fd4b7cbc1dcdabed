package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private enum Timer {
        FIRST,
        SECOND,
        THIRD
    }

    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);

    @Test
    void nothingIsDueUntilArmed() {
        assertThat(timers.nextNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(timers.pollDue(Long.MAX_VALUE - 1)).isNull();
    }

    @Test
    void firingDisarms() {
        timers.arm(Timer.SECOND, 5);
        assertThat(timers.pollDue(4)).isNull();
        assertThat(timers.pollDue(5)).isEqualTo(Timer.SECOND);
        assertThat(timers.isArmed(Timer.SECOND)).isFalse();
        assertThat(timers.pollDue(5)).isNull();
    }

    @Test
    void earlierFiresFirstAndTiesInOrderOfDeclaration() {
        timers.arm(Timer.THIRD, 7);
        timers.arm(Timer.FIRST, 7);
        timers.arm(Timer.SECOND, 6);
        assertThat(timers.nextNanos()).isEqualTo(6);
        assertThat(timers.pollDue(9)).isEqualTo(Timer.SECOND);
        assertThat(timers.pollDue(9)).isEqualTo(Timer.FIRST);
        assertThat(timers.pollDue(9)).isEqualTo(Timer.THIRD);
        assertThat(timers.pollDue(9)).isNull();
    }

    @Test
    void armingReplacesAndArmingNoLaterOnlyHastens() {
        timers.arm(Timer.FIRST, 5);
        timers.arm(Timer.FIRST, 9);
        assertThat(timers.nextNanos()).isEqualTo(9);
        timers.armNoLater(Timer.FIRST, 11);
        assertThat(timers.nextNanos()).isEqualTo(9);
        timers.armNoLater(Timer.FIRST, 3);
        assertThat(timers.nextNanos()).isEqualTo(3);
        timers.disarm(Timer.FIRST);
        assertThat(timers.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void momentsBeforeTheStartCount() {
        timers.arm(Timer.FIRST, -10);
        timers.arm(Timer.SECOND, -20);
        assertThat(timers.pollDue(0)).isEqualTo(Timer.SECOND);
        assertThat(timers.nextNanos()).isEqualTo(-10);
    }

    @Test
    void theEarliestIsKnownWhateverIsArmedAndDisarmed() {
        Prng prng = new Prng(7);
        long[] expected = {Deadlines.NEVER, Deadlines.NEVER, Deadlines.NEVER};
        for (int step = 0; step < 10_000; step++) {
            Timer kind = Timer.values()[(int) prng.between(0, 2)];
            long at = prng.between(0, 20);
            switch ((int) prng.between(0, 3)) {
                case 0 -> {
                    timers.arm(kind, at);
                    expected[kind.ordinal()] = at;
                }
                case 1 -> {
                    timers.armNoLater(kind, at);
                    expected[kind.ordinal()] = Math.min(expected[kind.ordinal()], at);
                }
                case 2 -> {
                    timers.disarm(kind);
                    expected[kind.ordinal()] = Deadlines.NEVER;
                }
                default -> {
                    Timer due = timers.pollDue(at);
                    if (due != null) {
                        assertThat(expected[due.ordinal()]).isLessThanOrEqualTo(at);
                        expected[due.ordinal()] = Deadlines.NEVER;
                    }
                }
            }
            long earliest = Math.min(expected[0], Math.min(expected[1], expected[2]));
            assertThat(timers.nextNanos()).isEqualTo(earliest);
        }
    }
}
