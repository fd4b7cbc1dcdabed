package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Rates;
import dev.weft.core.link.LinkStatistics;
import dev.weft.core.link.LinkStatistics.Drop;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutletTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Rates SHARED = new Rates(0, 80_000, 0);

    private final LinkStatistics.Drops drops = new LinkStatistics.Drops();
    private final LinkStatistics statistics = new LinkStatistics(0, drops);

    private static Outlet outlet(Rates rates) {
        return new Outlet(LinkQueue.Bounds.DEFAULT, rates);
    }

    private static Frame saying(int letters) {
        return Close.because(CloseReason.SHUTDOWN, "x".repeat(letters));
    }

    private void offerData(Outlet.Lane lane, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(lane.offer(saying(100), LinkQueue.Urgency.data(4), 0)).isEqualTo(LinkQueue.Taken.QUEUED);
        }
    }

    private static int pollAll(Outlet outlet, long connection, long nowNanos) {
        int polled = 0;
        while (outlet.poll(connection, nowNanos) != null) {
            polled++;
        }
        return polled;
    }

    @Test
    void aConnectionThatEndsIsOverOnceItsLastWordHasBeenTakenOut() {
        Outlet outlet = outlet(Rates.UNLIMITED);
        Outlet.Lane lane = outlet.open(7, statistics);
        lane.offer(saying(3), LinkQueue.Urgency.LINK, 0);
        lane.end(0);
        assertThat(outlet.isOver(7, 0)).isFalse();
        assertThat(pollAll(outlet, 7, 0)).isEqualTo(1);
        assertThat(outlet.isOver(7, 0)).isTrue();
    }

    @Test
    void aConnectionWhoseCarrierTakesNothingIsEndedAllTheSame() {
        Outlet outlet = outlet(Rates.UNLIMITED);
        Outlet.Lane lane = outlet.open(7, statistics);
        offerData(lane, 10);
        lane.end(SECOND);
        lane.end(2 * SECOND);
        long due = SECOND + Outlet.LAST_WORDS_NANOS;
        assertThat(outlet.nextNanos()).isEqualTo(due);
        outlet.handleTime(due - 1);
        assertThat(outlet.isOver(7, due - 1)).isFalse();
        outlet.handleTime(due);
        assertThat(outlet.pending()).containsExactly(7);
        assertThat(outlet.isOver(7, due)).isTrue();
        outlet.forget(7);
        assertThat(outlet.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void aConnectionThatEndsWithoutAWordIsPendingForItToBeClosed() {
        Outlet outlet = outlet(Rates.UNLIMITED);
        outlet.open(7, statistics).end(0);
        assertThat(outlet.pending()).containsExactly(7);
        assertThat(outlet.isOver(7, 0)).isTrue();
    }

    @Test
    void aFrameLongerThanTheOtherEndTakesIsRefusedAndCounted() {
        Outlet outlet = outlet(Rates.UNLIMITED);
        Outlet.Lane lane = outlet.open(7, statistics);
        lane.frameBytesMax(50);
        assertThat(lane.offer(saying(100), LinkQueue.Urgency.CONTROL, 0)).isEqualTo(LinkQueue.Taken.FULL);
        assertThat(drops.of(Drop.TOO_LONG)).isEqualTo(1);
        assertThat(outlet.poll(7, 0)).isNull();
        assertThat(lane.offer(saying(10), LinkQueue.Urgency.CONTROL, 0)).isEqualTo(LinkQueue.Taken.QUEUED);
    }

    @Test
    void dataThatWaitsForTheRateIsPendingAgainAtTheTimeThatWasNamedAndAllOfItGoes() {
        Outlet outlet = outlet(SHARED);
        Outlet.Lane lane = outlet.open(7, statistics);
        offerData(lane, 1_000);
        long now = 0;
        int sent = pollAll(outlet, 7, now);
        assertThat(sent).isBetween(1, 999);
        int waits = 0;
        while (sent < 1_000) {
            assertThat(outlet.pending()).isEmpty();
            long next = outlet.nextNanos();
            assertThat(next).isGreaterThan(now);
            outlet.handleTime(next - 1);
            assertThat(outlet.pending()).isEmpty();
            now = next;
            outlet.handleTime(now);
            assertThat(outlet.pending()).containsExactly(7);
            sent += pollAll(outlet, 7, now);
            waits++;
        }
        assertThat(outlet.waitedCount()).isEqualTo(waits);
    }

    @Test
    void controlDoesNotWaitForTheRate() {
        Outlet outlet = outlet(SHARED);
        Outlet.Lane lane = outlet.open(7, statistics);
        offerData(lane, 1_000);
        pollAll(outlet, 7, 0);
        lane.offer(saying(3), LinkQueue.Urgency.CONTROL, 0);
        assertThat(pollAll(outlet, 7, 0)).isEqualTo(1);
    }

    @Test
    void whereAllShareARateEachIsFirstInItsTurn() {
        Outlet outlet = outlet(SHARED);
        for (long connection = 1; connection <= 3; connection++) {
            offerData(outlet.open(connection, statistics), 1_000);
        }
        List<Long> first = new ArrayList<>();
        for (int turn = 0; turn < 6; turn++) {
            long now = turn * SECOND;
            outlet.handleTime(now);
            long[] pending = outlet.pending();
            assertThat(pending).containsExactlyInAnyOrder(1, 2, 3);
            first.add(pending[0]);
            for (long connection : pending) {
                pollAll(outlet, connection, now);
            }
        }
        assertThat(first).containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
    }

    @Test
    void whatIsForgottenLeavesNothingBehind() {
        Outlet outlet = outlet(SHARED);
        Outlet.Lane lane = outlet.open(7, statistics);
        offerData(lane, 1_000);
        pollAll(outlet, 7, 0);
        outlet.forget(7);
        outlet.handleTime(60 * SECOND);
        assertThat(outlet.pending()).isEmpty();
        assertThat(outlet.poll(7, 60 * SECOND)).isNull();
        assertThat(outlet.isOver(7, 0)).isTrue();
    }
}
