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
}
