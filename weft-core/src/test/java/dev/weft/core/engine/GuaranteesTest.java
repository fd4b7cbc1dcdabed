package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each kind of socket promises, over 0, 1 and 3 links, whatever happens on the way: the cells of the table in
 * {@code docs/guarantees.md}. A cell is one run of whole engines on a clock of their own.
 */
class GuaranteesTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;
    private static final int MESSAGES = 60;

    /** What happens while messages are under way. */
    enum Fault {
        NOTHING,
        LOSS,
        REORDERING,
        DUPLICATION,
        RELAY_DEATH,
        DESTINATION_RESTART
    }

    /** Which way is asked for, where there are two of three links each: over 1 and 2, and over 4 and 5. */
    enum Way {
        BEST,
        TWO_AT_ONCE,
        PINNED,
        AROUND,
        TWO_AROUND;

        private Routing routing(List<Node> nodes) {
            return switch (this) {
                case BEST -> Routing.BEST;
                case TWO_AT_ONCE -> Routing.TWO_AT_ONCE;
                case PINNED -> Routing.via(nodes.get(4).id, nodes.get(5).id);
                case AROUND -> Routing.BEST.avoiding(nodes.get(1).id);
                // Only one is left, which is taken.
                case TWO_AROUND -> Routing.TWO_AT_ONCE.avoiding(nodes.get(5).id);
            };
        }
    }

    static Stream<Arguments> cellsOfWays() {
        List<Arguments> cells = new ArrayList<>();
        for (SocketKind kind : SocketKind.values()) {
            for (Way way : Way.values()) {
                for (Fault fault : Fault.values()) {
                    // A way that is the only one allowed dies with its relay.
                    boolean isMortal = fault == Fault.RELAY_DEATH && way != Way.TWO_AT_ONCE;
                    if (way != Way.BEST && !isMortal) {
                        cells.add(Arguments.of(kind, way, fault));
                    }
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} by way {1}, {2}")
    @MethodSource("cellsOfWays")
    void keepsItsPromisesByWhateverWayIsAskedFor(SocketKind kind, Way way, Fault fault) {
        Cell cell = new Cell(kind, 3, way, fault, 1);
        cell.run();
        cell.judge();
    }

    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (SocketKind kind : SocketKind.values()) {
            for (int hops : new int[] {0, 1, 3}) {
                for (Fault fault : Fault.values()) {
                    boolean happens = switch (fault) {
                        case NOTHING -> true;
                        case LOSS, REORDERING, DUPLICATION, DESTINATION_RESTART -> hops > 0;
                        case RELAY_DEATH -> hops == 3;
                    };
                    if (happens) {
                        cells.add(Arguments.of(kind, hops, fault));
                    }
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} over {1} links, {2}")
    @MethodSource("cells")
    void keepsItsPromises(SocketKind kind, int hops, Fault fault) {
        for (int seed = 1; seed <= 3; seed++) {
            Cell cell = new Cell(kind, hops, Way.BEST, fault, seed);
            cell.run();
            cell.judge();
        }
    }

    /** The frames of one message are lost: those behind it wait for it where order was promised, and not otherwise. */
    @ParameterizedTest(name = "{0} over {1} links")
    @CsvSource({"RDM, 1", "RDM, 3", "SEQPACKET, 1", "SEQPACKET, 3"})
    void onlyWhereOrderIsPromisedAMessageWaitsForALostOneBeforeIt(SocketKind kind, int hops) {
        for (int seed = 1; seed <= 3; seed++) {
            Cell cell = new Cell(kind, hops, Way.BEST, Fault.NOTHING, seed);
            cell.begin();
            for (int i = 0; i < 5; i++) {
                cell.send(i);
                cell.lab.runFor(20 * MILLI);
            }
            EngineLab.Network whole = cell.lab.network;
            cell.lab.network = List::of;
            cell.send(5);
            cell.lab.network = whole;
            cell.send(6);
            cell.lab.runFor(hops * MILLI);
            List<ByteView> received = cell.lives.get(0).messages;
            List<ByteView> behind = List.of(cell.sent.get(6));
            assertThat(received.subList(5, received.size()))
                    .as("%s: at once", cell.name)
                    .isEqualTo(kind == SocketKind.RDM ? behind : List.of());
            cell.lab.runFor(10 * SECOND);
            assertThat(received.subList(5, received.size()))
                    .as("%s: in the end", cell.name)
                    .isEqualTo(
                            kind == SocketKind.RDM
                                    ? List.of(cell.sent.get(6), cell.sent.get(5))
                                    : List.of(cell.sent.get(5), cell.sent.get(6)));
        }
    }

    /** What came to one life of the destination. */
    private static final class Arrived {
        private final List<ByteView> messages = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;
    }

    private static final class Cell {
        private final SocketKind kind;
        private final int hops;
        private final Fault fault;
        private final String name;
        private final EngineLab lab;
        private final Prng prng;
        private final Node origin;
        private final Manner manner;
        private Node destination;
        private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
        private final List<ByteView> sent = new ArrayList<>();
        private final List<Arrived> lives = new ArrayList<>();
        private final List<Outcome.Reason> breaks = new ArrayList<>();
        private long connection;
        private boolean finished;
        private int receivedBeforeStrike;

        private Cell(SocketKind kind, int hops, Way way, Fault fault, int seed) {
            this.kind = kind;
            this.hops = hops;
            this.fault = fault;
            this.name = kind + " over " + hops + " links, " + way + ", " + fault + ", seed " + seed;
            this.lab = new EngineLab(seed);
            this.prng = new Prng(seed * 1_000L + fault.ordinal());
            // Two ways of three links each, of which one is taken.
            String[][] neighbors = switch (hops) {
                case 0 -> new String[][] {{}};
                case 1 -> new String[][] {{"n1"}, {"n0"}};
                default ->
                    new String[][] {{"n1", "n4"}, {"n0", "n2"}, {"n1", "n3"}, {"n2", "n5"}, {"n0", "n5"}, {"n4", "n3"}};
            };
            for (String[] pinned : neighbors) {
                lab.add(pinnedTo(pinned)).start();
            }
            lab.runFor(8 * SECOND);
            origin = lab.nodes.get(0);
            destination = lab.nodes.get(hops);
            manner = new Manner(
                    Manner.DEFAULT.priority(),
                    Manner.DEFAULT.whenFull(),
                    Manner.DEFAULT.retriesMax(),
                    way.routing(lab.nodes));
            origin.settled = outcomes::put;
        }

        private static EngineConfig pinnedTo(String... neighbors) {
            return EngineConfig.DEFAULT.withWishes(
                    new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(neighbors), List.of()));
        }

        private void begin() {
            receiveAt(destination);
            if (kind.isConnected()) {
                if (!origin.equals(destination)) {
                    origin.sockets = new OriginSockets();
                }
                origin.turn(() -> connection =
                        origin.engine.connect(destination.id, kind, "there", manner, 20 * SECOND, lab.nowNanos));
                lab.runFor(SECOND / 2);
            }
        }

        private void run() {
            begin();
            lab.network = switch (fault) {
                case LOSS -> () -> prng.chance(60_000) ? List.of() : List.of(MILLI);
                case REORDERING -> () -> List.of(MILLI + prng.below(8 * MILLI));
                case DUPLICATION ->
                    () -> prng.chance(200_000) ? List.of(MILLI, MILLI + prng.below(9 * MILLI)) : List.of(MILLI);
                case NOTHING, RELAY_DEATH, DESTINATION_RESTART -> () -> List.of(MILLI);
            };
            for (int i = 0; i < MESSAGES; i++) {
                send(i);
                if (i == MESSAGES / 2) {
                    strike();
                }
                lab.runFor(20 * MILLI);
            }
            if (kind.isConnected()) {
                origin.turn(() -> origin.engine.finish(connection, lab.nowNanos));
            }
            lab.runFor(90 * SECOND);
        }

        private void strike() {
            receivedBeforeStrike = lives.get(0).messages.size();
            switch (fault) {
                case RELAY_DEATH -> {
                    NodeId relay =
                            origin.engine.way(destination.id).orElseThrow().get(1);
                    lab.nodes.stream().filter(node -> node.id.equals(relay)).forEach(Node::crash);
                }
                case DESTINATION_RESTART -> {
                    destination.crash();
                    destination = lab.again(destination, hops == 1 ? pinnedTo("n0") : pinnedTo("n2", "n5"));
                    receiveAt(destination);
                    destination.start();
                }
                case NOTHING, LOSS, REORDERING, DUPLICATION -> {}
            }
        }

        /** Empty, small, and of several fragments. */
        private void send(int index) {
            byte[] payload = new byte[index == 7 ? 0 : index % 9 == 8 ? 40_000 : 4 + prng.below(300)];
            for (int i = 0; i < payload.length; i++) {
                payload[i] = (byte) (index + i / 4);
            }
            ByteView message = ByteView.of(payload);
            sent.add(message);
            Send send = new Send(Claim.of(index), destination.id, "there", kind, manner, message, 20 * SECOND);
            origin.turn(() -> {
                if (kind.isConnected()) {
                    origin.engine.sendOn(connection, send, lab.nowNanos);
                } else {
                    origin.engine.send(send, lab.nowNanos);
                }
            });
        }

        private void receiveAt(Node node) {
            Arrived arrived = new Arrived();
            lives.add(arrived);
            if (!kind.isConnected()) {
                node.turn(() -> node.engine.open("there", kind, 16 << 20));
                node.delivered = (endpoint, payload) -> {
                    arrived.messages.add(payload.compact());
                    node.afterTurn(() -> node.engine.taken(endpoint, ReceiveBuffer.charge(payload), lab.nowNanos));
                };
                return;
            }
            node.turn(() -> node.engine.listen("there", kind));
            node.sockets = new DestinationSockets(node, arrived);
        }

        // -------------------------------------------------------------- what was promised

        private void judge() {
            boolean isWhole = fault != Fault.DESTINATION_RESTART;
            assertThat(outcomes.keySet()).as("%s: every send has a fate", name).hasSize(MESSAGES);
            switch (kind) {
                case DGRAM -> {
                    judgeMessages();
                    judgeDatagrams();
                }
                case RDM -> {
                    judgeMessages();
                    if (isWhole) {
                        assertThat(lives.get(0).messages)
                                .as("%s: reliable", name)
                                .hasSize(MESSAGES);
                        assertThat(outcomes.values()).as("%s: reliable", name).allMatch(Outcome::isDelivered);
                    } else {
                        assertThat(lives.get(1).messages)
                                .as("%s: what had not left goes to the new life", name)
                                .isNotEmpty();
                    }
                }
                case SEQPACKET -> {
                    List<ByteView> received = lives.get(0).messages;
                    assertThat(received)
                            .as("%s: boundaries, order, no gap, at most once", name)
                            .isEqualTo(sent.subList(0, received.size()));
                    assertThat(received.size())
                            .as("%s: what was delivered has come", name)
                            .isGreaterThanOrEqualTo((int) deliveredCount());
                    judgeEnd(isWhole, received.size() == MESSAGES);
                }
                case STREAM -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    sent.forEach(message -> all.writeBytes(message.toByteArray()));
                    byte[] received = lives.get(0).bytes.toByteArray();
                    assertThat(received)
                            .as("%s: every byte once and in order", name)
                            .isEqualTo(java.util.Arrays.copyOf(all.toByteArray(), received.length));
                    judgeEnd(isWhole, received.length == all.size());
                }
            }
        }

        /** One try each: on a path that loses nothing it is enough. */
        private void judgeDatagrams() {
            int least = switch (fault) {
                case NOTHING, REORDERING, DUPLICATION -> MESSAGES;
                case LOSS, RELAY_DEATH -> MESSAGES / 2;
                case DESTINATION_RESTART -> MESSAGES / 4;
            };
            assertThat(lives.stream().mapToInt(life -> life.messages.size()).sum())
                    .as("%s: what is not lost arrives", name)
                    .isGreaterThanOrEqualTo(least);
            assertThat(deliveredCount()).as("%s: and is known to", name).isGreaterThanOrEqualTo(least - 10);
            if (fault == Fault.NOTHING) {
                assertThat(outcomes.values()).as("%s: and is known to", name).allMatch(Outcome::isDelivered);
            }
        }

        private void judgeMessages() {
            TreeMap<Integer, Integer> unseen = new TreeMap<>();
            sent.forEach(message -> unseen.merge(message.hashCode(), 1, Integer::sum));
            TreeSet<Integer> seen = new TreeSet<>();
            for (Arrived life : lives) {
                for (ByteView message : life.messages) {
                    assertThat(sent).as("%s: boundaries are kept", name).contains(message);
                    int left = unseen.merge(message.hashCode(), -1, Integer::sum);
                    assertThat(left).as("%s: at most once", name).isNotNegative();
                    seen.add(message.hashCode());
                }
            }
            outcomes.forEach((ticket, outcome) -> {
                if (outcome.isDelivered()) {
                    assertThat(seen)
                            .as("%s: delivered is what has come", name)
                            .contains(sent.get((int) (long) ticket).hashCode());
                }
            });
        }

        private long deliveredCount() {
            return outcomes.values().stream().filter(Outcome::isDelivered).count();
        }

        private void judgeEnd(boolean isWhole, boolean hasAll) {
            if (isWhole) {
                assertThat(hasAll).as("%s: reliable", name).isTrue();
                assertThat(lives.get(0).ended)
                        .as("%s: the end comes last", name)
                        .isTrue();
                assertThat(finished || hops == 0)
                        .as("%s: the origin knows", name)
                        .isTrue();
                assertThat(breaks).as("%s: unbroken", name).isEmpty();
            } else {
                assertThat(receivedBeforeStrike)
                        .as("%s: something had come before", name)
                        .isGreaterThan(MESSAGES / 4);
                assertThat(breaks)
                        .as("%s: the connection ends with a reason", name)
                        .hasSize(1)
                        .doesNotContain(Outcome.Reason.NONE);
                assertThat(finished).as("%s: not finished", name).isFalse();
                assertThat(lives.get(1).messages)
                        .as("%s: two lives are never spliced", name)
                        .isEmpty();
                assertThat(lives.get(1).bytes.size())
                        .as("%s: two lives are never spliced", name)
                        .isZero();
            }
        }

        private final class OriginSockets implements Unheard {
            @Override
            public void connected(long number, Outcome outcome) {
                assertThat(outcome.isDelivered()).as("%s: %s", name, outcome).isTrue();
            }

            @Override
            public void outputFinished(long number) {
                finished = true;
            }

            @Override
            public void broken(long number, Outcome.Reason reason) {
                breaks.add(reason);
            }
        }

        private final class DestinationSockets implements Unheard {
            private final Node node;
            private final Arrived arrived;

            private DestinationSockets(Node node, Arrived arrived) {
                this.node = node;
                this.arrived = arrived;
            }

            @Override
            public void accepted(long listener, long number, NodeId from) {
                node.afterTurn(() -> node.engine.accept(number));
            }

            @Override
            public Acceptance received(long number, ByteView payload) {
                arrived.messages.add(payload.compact());
                arrived.bytes.writeBytes(payload.toByteArray());
                node.afterTurn(() -> node.engine.takenFrom(number, ReceiveBuffer.charge(payload), lab.nowNanos));
                return Acceptance.TAKEN;
            }

            @Override
            public void inputEnded(long number) {
                arrived.ended = true;
                node.afterTurn(() -> node.engine.finish(number, lab.nowNanos));
            }
        }
    }
}
