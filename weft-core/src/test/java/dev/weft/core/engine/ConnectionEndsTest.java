package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections end between whole engines: who finishes, closes and aborts, and what either end is told. */
class ConnectionEndsTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;

    private final EngineLab lab = new EngineLab(3);
    private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
    private long nextTicket = 1;
    private End asking;
    private End asked;

    /** An application at one end, which takes what comes when it is told to. */
    private final class End implements Unheard {
        private final Node node;
        private long connection;
        private final List<ByteView> given = new ArrayList<>();
        private int taken;
        private long takenCharge;
        private boolean closed;
        private boolean inputEnded;
        private boolean outputFinished;
        private int refusals;
        private int rejected;
        private final List<Outcome.Reason> breaks = new ArrayList<>();
        private final TreeMap<Long, Integer> sent = new TreeMap<>();

        private End(Node node) {
            this.node = node;
        }

        @Override
        public void accepted(long listener, long number, NodeId from) {
            connection = number;
            node.afterTurn(() -> node.engine.accept(number));
        }

        @Override
        public void connected(long number, Outcome outcome) {
            assertThat(outcome.isDelivered()).as("%s", outcome).isTrue();
        }

        @Override
        public Acceptance received(long number, ByteView payload) {
            if (closed) {
                return Acceptance.CLOSED;
            }
            given.add(payload.compact());
            return Acceptance.TAKEN;
        }

        @Override
        public void inputEnded(long number) {
            inputEnded = true;
        }

        @Override
        public void outputFinished(long number) {
            outputFinished = true;
        }

        @Override
        public void outputRefused(long number, int rejectedCount) {
            refusals++;
            rejected += rejectedCount;
        }

        @Override
        public void broken(long number, Outcome.Reason reason) {
            breaks.add(reason);
        }

        private long send(int bytes) {
            long ticket = nextTicket++;
            ByteView payload = ByteView.of(new byte[bytes]);
            sent.put(ticket, sent.size());
            Send send = new Send(
                    Claim.of(ticket), node.id, "there", SocketKind.SEQPACKET, Manner.DEFAULT, payload, 20 * SECOND);
            node.turn(() -> node.engine.sendOn(connection, send, lab.nowNanos));
            return ticket;
        }

        private void takeAll() {
            while (taken < given.size()) {
                long charge = ReceiveBuffer.charge(given.get(taken++));
                takenCharge += charge;
                node.turn(() -> node.engine.takenFrom(connection, charge, lab.nowNanos));
            }
        }

        private void finish() {
            node.turn(() -> node.engine.finish(connection, lab.nowNanos));
        }

        private void close() {
            closed = true;
            node.turn(() -> node.engine.closeConnection(connection, takenCharge, lab.nowNanos));
        }

        private boolean isOver() {
            return !breaks.isEmpty() || (inputEnded || closed) && (outputFinished || refusals > 0);
        }

        @Override
        public String toString() {
            return "given " + given.size() + (closed ? ", closed" : "") + (inputEnded ? ", heard the end" : "")
                    + (outputFinished ? ", finished" : "") + ", refused " + refusals + ", broken " + breaks;
        }
    }

    private void connect() {
        List<Node> nodes = lab.mesh(2);
        asking = new End(nodes.get(0));
        asked = new End(nodes.get(1));
        for (End end : List.of(asking, asked)) {
            end.node.sockets = end;
            end.node.settled = outcomes::put;
        }
        asked.node.turn(() -> asked.node.engine.listen("there", SocketKind.SEQPACKET));
        asking.node.turn(() -> asking.connection = asking.node.engine.connect(
                asked.node.id, SocketKind.SEQPACKET, "there", Manner.DEFAULT, 20 * SECOND, lab.nowNanos));
        lab.runFor(SECOND);
    }

    private Outcome fate(long ticket) {
        assertThat(outcomes).containsKey(ticket);
        return outcomes.get(ticket);
    }

    /** Of a direction that has carried nothing yet the other end knows nothing but that it answers its own. */
    @Test
    void anAbortIsHeardByWhoHasFinishedThoughTheOtherEndHasNeverSpoken() {
        connect();
        asking.send(10);
        asking.finish();
        lab.runFor(SECOND);
        asked.takeAll();
        assertThat(asking.outputFinished).isTrue();
        asked.node.turn(() -> asked.node.engine.abort(asked.connection, lab.nowNanos));
        lab.runFor(SECOND);
        assertThat(asking.breaks).containsExactly(Outcome.Reason.CONNECTION_RESET);
    }

    /** Whoever has nothing to send would wait for ever. */
    @Test
    void anAbortIsHeardHoweverLongItWasLost() {
        connect();
        lab.runFor(SECOND);
        loseAborts();
        asked.node.turn(() -> asked.node.engine.abort(asked.connection, lab.nowNanos));
        lab.runFor(60 * SECOND);
        assertThat(asking.breaks).isEmpty();
        lab.wire = (from, to, frame) -> 0;
        lab.runFor(10 * SECOND);
        assertThat(asking.breaks).containsExactly(Outcome.Reason.CONNECTION_RESET);
    }

    @Test
    void anAbortThatNobodyAnswersIsRepeatedForTenMinutesAndEverMoreRarely() {
        connect();
        lab.runFor(SECOND);
        List<Long> lost = loseAborts();
        asked.node.turn(() -> asked.node.engine.abort(asked.connection, lab.nowNanos));
        lab.runFor(1_800 * SECOND);
        assertThat(lost).hasSizeBetween(50, 120);
        assertThat(lost.get(lost.size() - 1) - lost.get(0)).isBetween(590 * SECOND, 600 * SECOND);
    }

    /** From now on, and the RESET that goes with the first; gives the moments at which one was. */
    private List<Long> loseAborts() {
        List<Long> lost = new ArrayList<>();
        lab.wire = (from, to, frame) -> {
            boolean isAbort = frame.at(0) == FrameType.ABORT.code();
            if (isAbort) {
                lost.add(lab.nowNanos);
            }
            return isAbort || frame.at(0) == FrameType.RESET.code() ? EngineLab.LOST : 0;
        };
        return lost;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whoeverClosesFirstBothFinishWhenNothingIsLost(int first) {
        connect();
        long there = asking.send(10);
        long back = asked.send(50_000);
        lab.runFor(SECOND);
        asking.takeAll();
        asked.takeAll();
        if (first != 1) {
            asking.close();
        }
        if (first != 0) {
            asked.close();
        }
        lab.runFor(SECOND);
        if (first == 1) {
            asking.close();
        }
        if (first == 0) {
            asked.close();
        }
        lab.runFor(SECOND);
        assertThat(fate(there).isDelivered() && fate(back).isDelivered()).isTrue();
        for (End end : List.of(asking, asked)) {
            assertThat(end.outputFinished || end.refusals == 1).as("%s", end).isTrue();
            assertThat(end.rejected).as("%s", end).isZero();
            assertThat(end.breaks).as("%s", end).isEmpty();
            assertThat(end.node.engine.counters().get("connection.open")).isZero();
        }
    }

    @Test
    void whoNeverSpokeFinishesLongAfterTheOtherHasClosed() {
        connect();
        asking.close();
        lab.runFor(10 * SECOND);
        assertThat(asking.outputFinished).isTrue();
        assertThat(asking.node.engine.counters().get("connection.open")).isZero();
        assertThat(asked.inputEnded).isTrue();
        asked.finish();
        lab.runFor(SECOND);
        assertThat(asked.outputFinished).as("%s", asked).isTrue();
        assertThat(asked.breaks).isEmpty();
        assertThat(asked.node.engine.counters().get("connection.open")).isZero();
    }

    @Test
    void whoFinishesStillReceives() {
        connect();
        asking.finish();
        lab.runFor(SECOND);
        assertThat(asked.inputEnded).isTrue();
        long late = asked.send(7);
        lab.runFor(SECOND);
        assertThat(fate(late).isDelivered()).isTrue();
        assertThat(asking.given).hasSize(1);
    }

    @Test
    void nothingIsDeliveredToWhoHasClosed() {
        connect();
        long before = asking.send(10);
        lab.runFor(SECOND);
        asked.takeAll();
        asked.close();
        List<Long> late = List.of(asking.send(0), asking.send(10), asking.send(90_000), asking.send(10));
        lab.runFor(SECOND);
        long later = asking.send(10);
        assertThat(fate(before).isDelivered()).isTrue();
        for (long ticket : late) {
            assertThat(fate(ticket).kind()).isEqualTo(Outcome.Kind.REJECTED);
            assertThat(fate(ticket).reason()).isEqualTo(Outcome.Reason.CONNECTION_RESET);
        }
        assertThat(fate(later).kind()).isEqualTo(Outcome.Kind.REJECTED);
        assertThat(asked.given).hasSize(1);
        assertThat(asked.outputFinished).isTrue();
        assertThat(asking.node.engine.counters().get("connection.open")).isZero();
        assertThat(asked.node.engine.counters().get("endpoint.held-bytes")).isZero();
    }

    @Test
    void whoHasClosedSaysSoToOneWhoSendsNothing() {
        connect();
        asked.takeAll();
        asked.close();
        lab.runFor(SECOND);
        assertThat(asking.refusals).isEqualTo(1);
        assertThat(asking.inputEnded).isTrue();
    }

    @Test
    void whoClosesWithoutTakingAllResetsBehindWhatItHasSent() {
        connect();
        long untaken = asking.send(10);
        lab.runFor(SECOND);
        long last = asked.send(40_000);
        asked.close();
        lab.runFor(SECOND);
        assertThat(fate(untaken).isDelivered()).isTrue();
        assertThat(fate(last).isDelivered()).isTrue();
        assertThat(asking.given).hasSize(1);
        assertThat(asking.inputEnded).isFalse();
        assertThat(asking.breaks).containsExactly(Outcome.Reason.CONNECTION_RESET);
        assertThat(asked.outputFinished).isTrue();
        assertThat(asked.node.engine.counters().get("connection.open")).isZero();
        assertThat(asked.node.engine.counters().get("endpoint.held-bytes")).isZero();
    }

    @Test
    void whatWaitsForItsTurnIsRefusedWhenTheEndCloses() {
        connect();
        TreeMap<Integer, Integer> count = new TreeMap<>();
        // The first message of the burst comes last, so that the others are held.
        lab.network = () -> List.of(count.merge(0, 1, Integer::sum) == 1 ? 40 * MILLI : MILLI);
        List<Long> held = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            held.add(asking.send(9_000));
            lab.runFor(MILLI);
        }
        lab.runFor(5 * MILLI);
        asked.close();
        lab.network = () -> List.of(MILLI);
        lab.runFor(5 * SECOND);
        assertThat(asked.given).isEmpty();
        for (long ticket : held) {
            assertThat(fate(ticket).kind()).as("ticket %d", ticket).isEqualTo(Outcome.Kind.REJECTED);
        }
        assertThat(asked.node.engine.counters().get("endpoint.held-bytes")).isZero();
    }

    /** Whatever is lost, doubled and reordered, and whoever does what when. */
    @Test
    void deliveredIsWhatWasGivenBeforeTheCloseAndEveryConnectionEnds() {
        for (int seed = 1; seed <= 150; seed++) {
            new ConnectionEndsTest().live(seed);
        }
    }

    private void live(int seed) {
        connect();
        Prng prng = new Prng(seed);
        int loss = prng.chance(500_000) ? 100_000 : 0;
        lab.network = () -> prng.chance(loss)
                ? List.of()
                : prng.chance(100_000)
                        ? List.of(MILLI, MILLI + prng.below(9 * MILLI))
                        : List.of(MILLI + prng.below(4 * MILLI));
        boolean takes = prng.chance(700_000);
        for (int step = 0; step < 60; step++) {
            End end = prng.chance(500_000) ? asking : asked;
            switch (prng.below(12)) {
                case 0, 1, 2, 3, 4, 5, 6 -> {
                    if (!end.closed) {
                        end.send(prng.chance(200_000) ? prng.below(60_000) : prng.below(200));
                    }
                }
                case 7, 8, 9 -> {
                    if (takes && !end.closed) {
                        end.takeAll();
                    }
                }
                case 10 -> {
                    if (prng.chance(200_000)) {
                        end.finish();
                    }
                }
                default -> {
                    if (step > 20 && prng.chance(300_000)) {
                        end.close();
                    }
                }
            }
            lab.runFor(prng.below(10 * MILLI));
        }
        int left = asked.given.size() - asked.taken;
        boolean askedResets = !asked.closed && left > 0 && !asked.isOver();
        asked.close();
        lab.runFor(20 * SECOND);
        if (askedResets && !asking.closed && !asking.inputEnded) {
            assertThat(asking.breaks).as("seed %d: %s", seed, asking).containsExactly(Outcome.Reason.CONNECTION_RESET);
        }
        asking.close();
        lab.runFor(40 * SECOND);
        judge(seed, asking, asked);
        judge(seed, asked, asking);
    }

    private void judge(int seed, End end, End other) {
        int delivered = 0;
        boolean refused = false;
        for (long ticket : end.sent.keySet()) {
            Outcome outcome = fate(ticket);
            if (outcome.isDelivered()) {
                assertThat(refused).as("seed %d: none behind a refusal", seed).isFalse();
                delivered++;
            }
            refused |= outcome.kind() == Outcome.Kind.REJECTED;
        }
        assertThat(delivered).as("seed %d: %s", seed, other).isLessThanOrEqualTo(other.given.size());
        if (end.outputFinished) {
            assertThat(end.sent.keySet())
                    .as("seed %d: finished", seed)
                    .noneMatch(ticket -> fate(ticket).kind() == Outcome.Kind.UNKNOWN);
        }
        assertThat(end.node.engine.counters().get("connection.open"))
                .as("seed %d: %s", seed, end)
                .isZero();
        assertThat(end.node.engine.counters().get("endpoint.held-bytes"))
                .as("seed %d: %s", seed, end)
                .isZero();
        assertThat(end.isOver()).as("seed %d: %s", seed, end).isTrue();
    }
}
