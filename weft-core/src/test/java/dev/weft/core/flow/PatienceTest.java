package dev.weft.core.flow;

import static dev.weft.core.flow.FlowLab.MILLI;
import static dev.weft.core.flow.FlowLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a flow waits for a destination that has no room, that is slow, or that says nothing any more. */
class PatienceTest {
    private static final int PIECE_BYTES = 16 << 10;

    private final FlowLab lab = new FlowLab(1);
    private final List<ByteView> sent = new ArrayList<>();
    private final List<Long> tickets = new ArrayList<>();

    private long connect(long patienceNanos) {
        long flow = lab.connect(SocketKind.SEQPACKET, patienceNanos);
        lab.run(SECOND);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
        return flow;
    }

    private void send(long flow, int count) {
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[PIECE_BYTES];
            payload[0] = (byte) sent.size();
            payload[1] = (byte) (sent.size() >> 8);
            sent.add(ByteView.of(payload));
            tickets.add(lab.sendOn(flow, SocketKind.SEQPACKET, ByteView.of(payload), Send.NO_TIMEOUT_NANOS));
        }
    }

    private void silence() {
        lab.primary.lossPerMillion = 1_000_000;
        lab.alternate.lossPerMillion = 1_000_000;
    }

    private void takeUntilAllHasCome(long everyNanos) {
        for (int turns = 0; lab.received.size() < sent.size(); turns++) {
            assertThat(turns)
                    .as("%d of %d have come: %s", lab.received.size(), sent.size(), lab.said)
                    .isLessThan(10_000);
            lab.run(everyNanos);
            lab.takeAll();
        }
        lab.run(SECOND);
        assertThat(lab.received.equals(sent))
                .as("what has come is what was sent")
                .isTrue();
    }

    @Test
    void whoAnswersThatThereIsNoRoomIsNeverGivenUp() {
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        long flow = connect(2 * SECOND);
        send(flow, 40);
        lab.run(600 * SECOND);
        assertThat(lab.received.size()).isLessThan(10);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
        takeUntilAllHasCome(MILLI);
        assertThat(tickets).allMatch(ticket -> lab.outcomes.get(ticket).isDelivered());
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
    }

    @Test
    void theEndWaitsForRoomAsWhatIsBeforeIt() {
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        long flow = connect(2 * SECOND);
        send(flow, 40);
        lab.sender.finish(flow, Outcome.Reason.NONE, lab.nowNanos);
        lab.run(100 * SECOND);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
        takeUntilAllHasCome(MILLI);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE", "ended", "finished");
    }

    /** Probes are no sign of congestion, and how long room was waited for is no round trip. */
    @Test
    void aFlowIsAsFastAfterALongPauseAsBefore() {
        lab.buffer = new ReceiveBuffer(1 << 20);
        long flow = connect(30 * SECOND);
        send(flow, 2_000);
        long before = nanosForAll();
        lab.takesAtOnce = false;
        send(flow, 2_000);
        lab.run(300 * SECOND);
        lab.takesAtOnce = true;
        lab.takeAll();
        long after = nanosForAll();
        assertThat(after).as("before: %d", before).isLessThan(2 * before);
    }

    private long nanosForAll() {
        long began = lab.nowNanos;
        while (lab.received.size() < sent.size()) {
            lab.run(MILLI);
            assertThat(lab.nowNanos - began).isLessThan(600 * SECOND);
        }
        return lab.nowNanos - began;
    }

    @Test
    void probesOfAClosedWindowAreFarApart() {
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        send(connect(30 * SECOND), 40);
        lab.run(60 * SECOND);
        int before = lab.primary.carried.size() + lab.alternate.carried.size();
        lab.run(400 * SECOND);
        int probes = lab.primary.carried.size() + lab.alternate.carried.size() - before;
        assertThat(probes).as("one every 3.2 s").isBetween(80, 130);
    }

    @ParameterizedTest
    @ValueSource(longs = {500 * MILLI, 5 * SECOND, 30 * SECOND, 3_600 * SECOND})
    void whoSaysNothingIsGivenUpAfterTheTimeoutAndNotBefore(long patienceNanos) {
        long flow = connect(patienceNanos);
        // However long nothing was to be said.
        lab.run(7_200 * SECOND);
        silence();
        send(flow, 3);
        lab.run(patienceNanos - MILLI);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
        lab.run(2 * MILLI);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE", "broken TIMEOUT");
        assertThat(tickets)
                .allMatch(ticket -> lab.outcomes.get(ticket).kind() == Outcome.Kind.UNKNOWN
                        && lab.outcomes.get(ticket).reason() == Outcome.Reason.TIMEOUT);
    }

    @Test
    void whoFallsSilentWithNoRoomIsGivenUpAfterTheTimeoutToo() {
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        send(connect(5 * SECOND), 40);
        lab.run(100 * SECOND);
        silence();
        lab.run(5 * SECOND);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE", "broken TIMEOUT");
    }

    @Test
    void whoNeverAnswersIsNotConnected() {
        silence();
        lab.connect(SocketKind.STREAM, 2 * SECOND);
        lab.run(2 * SECOND - MILLI);
        assertThat(lab.said).isEmpty();
        lab.run(MILLI);
        assertThat(lab.said).containsExactly("opened UNKNOWN TIMEOUT");
    }

    @Test
    void whereThereIsNoWayAtTheEndThatIsTheReason() {
        long flow = connect(5 * SECOND);
        lab.hasPrimary = false;
        lab.hasAlternate = false;
        send(flow, 1);
        lab.run(5 * SECOND);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE", "broken NO_ROUTE");
    }

    @Test
    void retriesAreCountedFromTheLastAnswer() {
        lab.manner = new Manner(3, dev.weft.WhenFull.WAIT, 3, dev.weft.Routing.BEST);
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        send(connect(3_600 * SECOND), 40);
        lab.run(100 * SECOND);
        assertThat(lab.said).as("probes are answered").containsExactly("opened DELIVERED NONE");
        silence();
        int before = lab.primary.carried.size() + lab.alternate.carried.size();
        lab.run(60 * SECOND);
        assertThat(lab.said).containsExactly("opened DELIVERED NONE", "broken RETRIES");
        assertThat(lab.primary.carried.size() + lab.alternate.carried.size() - before)
                .isBetween(3, 8);
    }

    @Test
    void aMessageThatCouldNotLeaveInItsTimeIsWithdrawnAndTheOthersArrive() {
        lab.buffer = new ReceiveBuffer(64 << 10);
        lab.takesAtOnce = false;
        long flow = connect(2 * SECOND);
        send(flow, 40);
        long late = lab.sendOn(flow, SocketKind.SEQPACKET, ByteView.of(new byte[100]), SECOND);
        long patient = lab.sendOn(flow, SocketKind.SEQPACKET, ByteView.of(new byte[200]), 600 * SECOND);
        send(flow, 1);
        sent.add(sent.size() - 1, ByteView.of(new byte[200]));
        lab.run(SECOND - MILLI);
        assertThat(lab.outcomes).doesNotContainKey(late);
        lab.run(MILLI);
        assertThat(lab.outcomes.get(late)).isEqualTo(Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
        lab.run(30 * SECOND);
        takeUntilAllHasCome(MILLI);
        assertThat(lab.outcomes.get(patient).isDelivered()).isTrue();
        assertThat(lab.said).containsExactly("opened DELIVERED NONE");
        assertThat(lab.sender.inFlight()).isZero();
        assertThat(lab.sender.queuedBytes()).isZero();
    }

    @Test
    void aMessageThatHasLeftIsDeliveredThoughItsTimeIsOver() {
        long flow = connect(30 * SECOND);
        silence();
        long ticket = lab.sendOn(flow, SocketKind.SEQPACKET, ByteView.of(new byte[100]), SECOND);
        lab.run(10 * SECOND);
        assertThat(lab.outcomes).doesNotContainKey(ticket);
        lab.primary.lossPerMillion = 0;
        lab.alternate.lossPerMillion = 0;
        lab.run(10 * SECOND);
        assertThat(lab.outcomes.get(ticket).isDelivered()).isTrue();
    }

    /** Words of new room get lost with the other answers, and only the next probe finds out. */
    @ParameterizedTest
    @EnumSource(names = {"RDM", "SEQPACKET"})
    void aLostWordOfNewRoomStarvesNobody(SocketKind kind) {
        for (long seed = 1; seed <= 40; seed++) {
            FlowLab rough = new FlowLab(seed);
            rough.primary.answerLossPerMillion = 300_000;
            rough.alternate.answerLossPerMillion = 300_000;
            rough.buffer = new ReceiveBuffer(seed % 2 == 0 ? 64 << 10 : 2 << 10);
            rough.takesAtOnce = false;
            long flow = kind.isConnected() ? rough.connect(kind, 30 * SECOND) : 0;
            int count = 150;
            for (int i = 0; i < count; i++) {
                ByteView payload = ByteView.of(new byte[rough.prng.below(i % 10 == 0 ? 40_000 : 3_000)]);
                if (kind.isConnected()) {
                    rough.sendOn(flow, kind, payload, Send.NO_TIMEOUT_NANOS);
                } else {
                    rough.send(kind, payload, 3_000 * SECOND);
                }
            }
            long end = rough.nowNanos + 1_200 * SECOND;
            while (rough.received.size() < count && rough.nowNanos < end) {
                rough.run(rough.prng.between(MILLI, 200 * MILLI));
                rough.takeAll();
            }
            rough.run(60 * SECOND);
            assertThat(rough.received.size())
                    .as("seed %d: %s", seed, rough.said)
                    .isEqualTo(count);
            assertThat(rough.outcomes.values())
                    .as("seed %d", seed)
                    .hasSize(count)
                    .allMatch(Outcome::isDelivered);
        }
    }
}
