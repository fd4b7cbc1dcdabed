package dev.weft.core.link;

import static dev.weft.core.link.LinkLab.MILLI;
import static dev.weft.core.link.LinkLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.link.Heartbeat.Due;
import org.junit.jupiter.api.Test;

final class HeartbeatTest {
    private final Heartbeat heartbeat = new Heartbeat(SECOND, 3_500 * MILLI, 0);

    @Test
    void firstPingIsDueAtOnce() {
        assertThat(heartbeat.nextDeadlineNanos()).isZero();
        assertThat(heartbeat.handleTime(0)).isEqualTo(Due.PING);
    }

    @Test
    void quietLinkIsPingedAfterHalfAnIntervalAndABusyOneAfterAWhole() {
        heartbeat.pinged(0);
        heartbeat.handleTraffic(10 * MILLI);
        assertThat(heartbeat.nextDeadlineNanos()).isEqualTo(510 * MILLI);
        for (long at = 20; at < 1_000; at += 10) {
            heartbeat.handleTraffic(at * MILLI);
            assertThat(heartbeat.handleTime(at * MILLI)).isEqualTo(Due.NOTHING);
        }
        assertThat(heartbeat.nextDeadlineNanos()).isEqualTo(SECOND);
    }

    @Test
    void aBusyLinkThatFallsSilentIsAskedAfterAQuarterOfAnInterval() {
        heartbeat.pinged(0);
        for (long at = 10; at <= 100; at += 10) {
            heartbeat.handleTraffic(at * MILLI);
        }
        assertThat(heartbeat.nextDeadlineNanos()).isEqualTo(350 * MILLI);
        assertThat(runUntilDead(100 * MILLI)).isEqualTo(350 * MILLI + 3_500 * MILLI);
    }

    @Test
    void twoIdleEndsDoNotKeepEachOtherBusy() {
        Heartbeat[] ends = {new Heartbeat(SECOND, 3_500 * MILLI, 0), new Heartbeat(SECOND, 3_500 * MILLI, 0)};
        for (Heartbeat end : ends) {
            for (int burst = 0; burst < 100; burst++) {
                end.handleTraffic(0);
            }
        }
        Connection.Direction[] directions = Connection.Direction.values();
        int pings = 0;
        for (long at = 0; at < 60_000; at += 10) {
            for (int end = 0; end < 2; end++) {
                if (ends[end].handleTime(at * MILLI) == Due.PING) {
                    pings++;
                    ends[end].pinged(at * MILLI);
                    ends[1 - end].handlePing(directions[1 - end], at * MILLI);
                    ends[end].handleTraffic(at * MILLI);
                }
            }
        }
        // They take turns: each asks once in 15/16 of an interval.
        assertThat(pings).as("two ends, 60 s").isBetween(2 * 60, 2 * 60 * 16 / 15 + 4);
    }

    @Test
    void endsThatAskAtOnceTakeTurnsFromThenOn() {
        Heartbeat dialler = new Heartbeat(SECOND, 3_500 * MILLI, 0);
        Heartbeat accepter = new Heartbeat(SECOND, 3_500 * MILLI, 0);
        dialler.pinged(0);
        accepter.pinged(0);
        dialler.handlePing(Connection.Direction.DIALLED, MILLI);
        accepter.handlePing(Connection.Direction.ACCEPTED, MILLI);
        dialler.handleTraffic(2 * MILLI);
        accepter.handleTraffic(2 * MILLI);
        assertThat(dialler.nextDeadlineNanos() - accepter.nextDeadlineNanos()).isEqualTo(SECOND / 32);
    }

    @Test
    void aPingGoesAlongWithOthersWhereItIsThisEndsTurnAndSoonDue() {
        heartbeat.pinged(0);
        heartbeat.handleTraffic(10 * MILLI);
        assertThat(heartbeat.joins(500 * MILLI)).as("the other end's turn").isFalse();
        heartbeat.handlePing(Connection.Direction.DIALLED, 500 * MILLI);
        long dueNanos = heartbeat.nextDeadlineNanos();
        assertThat(dueNanos).isEqualTo(500 * MILLI + SECOND * 15 / 32);
        assertThat(heartbeat.joins(dueNanos - SECOND / 8 - 1)).isFalse();
        assertThat(heartbeat.joins(dueNanos - SECOND / 8)).isTrue();
    }

    @Test
    void silenceCountsFromTheFirstPingThatNothingFollowed() {
        heartbeat.pinged(0);
        heartbeat.handleTraffic(100 * MILLI);
        long diedNanos = runUntilDead(100 * MILLI);
        assertThat(diedNanos).isEqualTo(600 * MILLI + 3_500 * MILLI);
    }

    @Test
    void lateObserverGivesOneMoreInterval() {
        heartbeat.pinged(0);
        long woken = 60 * SECOND;
        assertThat(heartbeat.handleTime(woken)).isEqualTo(Due.PING);
        heartbeat.pinged(woken);
        assertThat(runUntilDead(woken)).isEqualTo(woken + SECOND);
    }

    @Test
    void answerInTheGraceSavesTheLink() {
        heartbeat.pinged(0);
        heartbeat.handleTime(60 * SECOND);
        heartbeat.pinged(60 * SECOND);
        heartbeat.handleTraffic(60 * SECOND + MILLI);
        assertThat(heartbeat.handleTime(61 * SECOND + MILLI)).isEqualTo(Due.PING);
    }

    @Test
    void slightDelayIsNoExcuse() {
        heartbeat.pinged(0);
        for (long at = 500; at < 3_500; at += 500) {
            assertThat(heartbeat.handleTime(at * MILLI)).isEqualTo(Due.PING);
            heartbeat.pinged(at * MILLI);
        }
        assertThat(heartbeat.handleTime(3_900 * MILLI)).isEqualTo(Due.DEAD);
    }

    @Test
    void observerThatIsAlwaysLateFindsOutAllTheSame() {
        heartbeat.pinged(0);
        long nowNanos = 0;
        Due due = Due.PING;
        while (due != Due.DEAD) {
            nowNanos += 10 * SECOND;
            due = heartbeat.handleTime(nowNanos);
            if (due == Due.PING) {
                heartbeat.pinged(nowNanos);
            }
        }
        assertThat(nowNanos).isLessThanOrEqualTo(40 * SECOND);
    }

    @Test
    void nothingEverDiesUnasked() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            Heartbeat random = new Heartbeat(SECOND, 3_500 * MILLI, 0);
            long unansweredSince = Long.MAX_VALUE;
            long nowNanos = 0;
            for (int step = 0; step < 200; step++) {
                nowNanos += prng.below(700 * MILLI);
                if (prng.chance(200_000)) {
                    random.handleTraffic(nowNanos);
                    unansweredSince = Long.MAX_VALUE;
                }
                Due due = random.handleTime(nowNanos);
                if (due == Due.DEAD) {
                    assertThat(nowNanos - unansweredSince).as("seed %d", seed).isGreaterThanOrEqualTo(3_500 * MILLI);
                    break;
                }
                if (due == Due.PING) {
                    random.pinged(nowNanos);
                    unansweredSince = Math.min(unansweredSince, nowNanos);
                }
                assertThat(random.nextDeadlineNanos()).as("seed %d", seed).isGreaterThan(nowNanos);
            }
        }
    }

    private long runUntilDead(long fromNanos) {
        long nowNanos = fromNanos;
        while (true) {
            nowNanos = Math.max(nowNanos, heartbeat.nextDeadlineNanos());
            switch (heartbeat.handleTime(nowNanos)) {
                case DEAD -> {
                    return nowNanos;
                }
                case PING -> heartbeat.pinged(nowNanos);
                case NOTHING -> {}
            }
        }
    }
}
