package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Rates;
import dev.weft.core.socket.Connections;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A slow reader or a slow path holds the writer back and breaks nothing, over a link and over a relay. */
class BackPressureTest {
    private static final long SECOND = EngineLab.SECOND;
    private static final long TIMEOUT_NANOS = 5 * SECOND;
    private static final int PIECE_BYTES = 64 << 10;
    private static final int ROOM_BYTES = 256 << 10;

    private final EngineLab lab = new EngineLab(5);
    private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
    private long nextTicket = 1;
    private End asking;
    private End asked;

    static Stream<Arguments> ways() {
        List<Arguments> ways = new ArrayList<>();
        for (SocketKind kind : List.of(SocketKind.SEQPACKET, SocketKind.STREAM)) {
            for (int relays = 0; relays <= 1; relays++) {
                ways.add(Arguments.of(kind, relays));
            }
        }
        return ways.stream();
    }

    /** An application at one end. */
    private final class End implements Unheard {
        private final Node node;
        private long connection;
        private final List<Long> tickets = new ArrayList<>();
        private final ArrayDeque<ByteView> untaken = new ArrayDeque<>();
        private boolean takes = true;
        private int received;
        private long untakenCharge;
        private long untakenMost;
        private boolean inputEnded;
        private boolean outputFinished;
        private final List<Outcome.Reason> breaks = new ArrayList<>();
        private long brokenNanos;

        private End(Node node) {
            this.node = node;
            node.sockets = this;
            node.settled = outcomes::put;
        }

        @Override
        public void accepted(long listener, long number, NodeId from) {
            connection = number;
            node.afterTurn(() -> node.engine.accept(number));
        }

        @Override
        public Acceptance received(long number, ByteView payload) {
            assertThat(payload.length()).isEqualTo(PIECE_BYTES);
            assertThat(payload.at(0) & 0xff).as("in order, none left out").isEqualTo(received & 0xff);
            received++;
            untaken.add(payload.compact());
            untakenCharge += ReceiveBuffer.charge(payload);
            untakenMost = Math.max(untakenMost, untakenCharge);
            if (takes) {
                node.afterTurn(this::takeAll);
            }
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
        public void broken(long number, Outcome.Reason reason) {
            breaks.add(reason);
            brokenNanos = lab.nowNanos;
        }

        private void send(SocketKind kind, int count, End to) {
            node.turn(() -> {
                for (int i = 0; i < count; i++) {
                    byte[] payload = new byte[PIECE_BYTES];
                    payload[0] = (byte) tickets.size();
                    tickets.add(nextTicket);
                    node.engine.sendOn(
                            connection,
                            new Send(
                                    Claim.of(nextTicket++),
                                    to.node.id,
                                    "there",
                                    kind,
                                    Manner.DEFAULT,
                                    ByteView.of(payload),
                                    Send.NO_TIMEOUT_NANOS),
                            lab.nowNanos);
                }
            });
        }

        private void takeAll() {
            long charge = 0;
            for (ByteView payload = untaken.poll(); payload != null; payload = untaken.poll()) {
                charge += ReceiveBuffer.charge(payload);
            }
            untakenCharge = 0;
            node.engine.takenFrom(connection, charge, lab.nowNanos);
        }

        private void resume() {
            takes = true;
            node.turn(this::takeAll);
        }

        private void finish() {
            node.turn(() -> node.engine.finish(connection, lab.nowNanos));
        }

        private long undelivered() {
            return tickets.stream()
                    .filter(ticket -> !outcomes.containsKey(ticket))
                    .count();
        }
    }

    private void connect(SocketKind kind, int relays, Rates rates) {
        connect(kind, relays, rates, TIMEOUT_NANOS);
    }

    private void connect(SocketKind kind, int relays, Rates rates, long timeoutNanos) {
        for (int i = 0; i <= relays + 1; i++) {
            List<String> neighbors = new ArrayList<>();
            if (i > 0) {
                neighbors.add("n" + (i - 1));
            }
            if (i <= relays) {
                neighbors.add("n" + (i + 1));
            }
            Connections.Limits limits = new Connections.Limits(100, 10, ROOM_BYTES, 60 * SECOND);
            lab.add(EngineConfig.DEFAULT
                            .withWishes(new LinkWishes(LinkWishes.Policy.PINNED_ONLY, neighbors, List.of()))
                            .withConnections(limits)
                            .withRates(rates))
                    .start();
        }
        lab.runFor(8 * SECOND);
        asking = new End(lab.nodes.get(0));
        asked = new End(lab.nodes.get(relays + 1));
        asked.node.turn(() -> asked.node.engine.listen("there", kind, Manner.DEFAULT, TIMEOUT_NANOS));
        asking.node.turn(() -> asking.connection =
                asking.node.engine.connect(asked.node.id, kind, "there", Manner.DEFAULT, timeoutNanos, lab.nowNanos));
        lab.runFor(SECOND);
    }

    private void assertAllHasCome() {
        for (End end : List.of(asking, asked)) {
            assertThat(end.breaks).isEmpty();
            assertThat(end.inputEnded).isTrue();
            assertThat(end.outputFinished).isTrue();
            assertThat(end.untakenMost)
                    .as("what a connection may hold, and one message")
                    .isLessThan(ROOM_BYTES + 70_000);
        }
        assertThat(asked.received).isEqualTo(asking.tickets.size());
        assertThat(asking.received).isEqualTo(asked.tickets.size());
        assertThat(outcomes.values())
                .hasSize(asking.tickets.size() + asked.tickets.size())
                .allMatch(Outcome::isDelivered);
    }

    @ParameterizedTest(name = "{0} over {1} relays")
    @MethodSource("ways")
    void aReaderThatPausesForSeveralTimeoutsGetsEverythingWhenItReads(SocketKind kind, int relays) {
        connect(kind, relays, Rates.UNLIMITED);
        asked.takes = false;
        asking.send(kind, 64, asked);
        asking.finish();
        lab.runFor(6 * TIMEOUT_NANOS);
        assertThat(asking.breaks).isEmpty();
        assertThat(asking.undelivered()).as("the writer waits").isGreaterThan(55);
        asked.resume();
        lab.runFor(2 * SECOND);
        assertThat(asking.undelivered()).as("and goes on at once").isZero();
        asked.finish();
        lab.runFor(10 * SECOND);
        assertAllHasCome();
    }

    @ParameterizedTest(name = "{0} over {1} relays")
    @MethodSource("ways")
    void bothEndsMayWriteFirstAndReadAfterwards(SocketKind kind, int relays) {
        connect(kind, relays, Rates.UNLIMITED);
        asking.takes = false;
        asked.takes = false;
        asking.send(kind, 48, asked);
        asked.send(kind, 48, asking);
        lab.runFor(4 * TIMEOUT_NANOS);
        assertThat(asking.undelivered()).isGreaterThan(40);
        assertThat(asked.undelivered()).isGreaterThan(40);
        asking.resume();
        lab.runFor(4 * TIMEOUT_NANOS);
        assertThat(asked.undelivered())
                .as("one direction goes on without the other")
                .isZero();
        assertThat(asking.undelivered()).isGreaterThan(40);
        asked.resume();
        asking.finish();
        asked.finish();
        lab.runFor(10 * SECOND);
        assertAllHasCome();
    }

    @ParameterizedTest(name = "{0} over {1} relays")
    @MethodSource("ways")
    void aPathThatTakesFarLongerThanTheTimeoutForAllOfItBreaksNothing(SocketKind kind, int relays) {
        connect(kind, relays, new Rates(0, 0, 500_000));
        asking.send(kind, 64, asked);
        asked.send(kind, 8, asking);
        asking.finish();
        asked.finish();
        lab.runFor(60 * SECOND);
        assertThat(asking.undelivered()).as("4 MiB take 67 s").isPositive();
        lab.runFor(60 * SECOND);
        assertAllHasCome();
    }

    @ParameterizedTest(name = "{0} over {1} relays")
    @MethodSource("ways")
    void whoFallsSilentIsGivenUpAfterTheTimeout(SocketKind kind, int relays) {
        connect(kind, relays, Rates.UNLIMITED);
        asked.takes = false;
        asking.send(kind, 64, asked);
        lab.runFor(3 * TIMEOUT_NANOS);
        // Its last word was the answer to a probe.
        long silentNanos = lab.nowNanos;
        lab.network = List::of;
        lab.runFor(TIMEOUT_NANOS - 2 * SECOND);
        assertThat(asking.breaks).isEmpty();
        lab.runFor(TIMEOUT_NANOS);
        assertThat(asking.breaks).hasSize(1).containsAnyOf(Outcome.Reason.TIMEOUT, Outcome.Reason.NO_ROUTE);
        assertThat(asking.brokenNanos - silentNanos).isBetween(TIMEOUT_NANOS - SECOND, TIMEOUT_NANOS + SECOND);
        assertThat(asking.undelivered()).as("each send has its fate").isZero();
    }

    @Test
    void eitherDirectionHasTheTimeoutThatItsSenderHasAskedFor() {
        connect(SocketKind.SEQPACKET, 0, Rates.UNLIMITED, 3 * TIMEOUT_NANOS);
        long silentNanos = lab.nowNanos;
        lab.network = List::of;
        asking.send(SocketKind.SEQPACKET, 1, asked);
        asked.send(SocketKind.SEQPACKET, 1, asking);
        lab.runFor(4 * TIMEOUT_NANOS);
        assertThat(asked.brokenNanos - silentNanos).isEqualTo(TIMEOUT_NANOS);
        assertThat(asking.brokenNanos - silentNanos).isEqualTo(3 * TIMEOUT_NANOS);
    }

    /** Two relays between the ends: one direction is asked to go around the one, the other around the other. */
    @Test
    void eitherDirectionTakesTheWayThatItsSenderHasAskedFor() {
        String[][] neighbors = {{"n1", "n2"}, {"n0", "n3"}, {"n0", "n3"}, {"n1", "n2"}};
        for (String[] pinned : neighbors) {
            lab.add(EngineConfig.DEFAULT.withWishes(
                            new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(pinned), List.of())))
                    .start();
        }
        lab.runFor(8 * SECOND);
        asking = new End(lab.nodes.get(0));
        asked = new End(lab.nodes.get(3));
        Manner there = new Manner(6, WhenFull.WAIT, 100, Routing.BEST.avoiding(lab.nodes.get(2).id));
        Manner back = new Manner(1, WhenFull.WAIT, 100, Routing.BEST.avoiding(lab.nodes.get(1).id));
        asked.node.turn(() -> asked.node.engine.listen("there", SocketKind.SEQPACKET, back, TIMEOUT_NANOS));
        asking.node.turn(() -> asking.connection = asking.node.engine.connect(
                asked.node.id, SocketKind.SEQPACKET, "there", there, TIMEOUT_NANOS, lab.nowNanos));
        lab.runFor(SECOND);
        assertThat(bytesRelayedWhile(() -> asked.send(SocketKind.SEQPACKET, 10, asking)))
                .satisfies(relayed -> assertThat(relayed.get(0)).isLessThan(20_000))
                .satisfies(relayed -> assertThat(relayed.get(1)).isGreaterThan(600_000));
        assertThat(bytesRelayedWhile(() -> asking.send(SocketKind.SEQPACKET, 10, asked)))
                .satisfies(relayed -> assertThat(relayed.get(0)).isGreaterThan(600_000))
                .satisfies(relayed -> assertThat(relayed.get(1)).isLessThan(20_000));
        assertThat(asking.received).isEqualTo(10);
        assertThat(asked.received).isEqualTo(10);
    }

    private List<Long> bytesRelayedWhile(Runnable sending) {
        long first = lab.nodes.get(1).bytesWritten;
        long second = lab.nodes.get(2).bytesWritten;
        sending.run();
        lab.runFor(SECOND);
        return List.of(lab.nodes.get(1).bytesWritten - first, lab.nodes.get(2).bytesWritten - second);
    }
}
