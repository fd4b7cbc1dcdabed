package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Description;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Rates;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Nodes that must not speak, or be spoken to, as fast as their links would carry. */
class RatesTest {
    private static final long SECOND = EngineLab.SECOND;

    /** 1 MB/s. */
    private static final long RATE = 8_000_000;

    private static final int MESSAGE_BYTES = 10_000;

    /** What has arrived where and with which priority. */
    private static final class Traffic {
        private final EngineLab lab;
        private final TreeMap<NodeId, Long> received = new TreeMap<>();
        private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
        private final TreeMap<Long, Long> sentNanos = new TreeMap<>();
        private final TreeMap<Integer, Long> byPriority = new TreeMap<>();
        private long nextTicket = 1;

        private Traffic(EngineLab lab) {
            this.lab = lab;
        }

        /** Takes all that comes. */
        private void sink(Node node) {
            node.turn(() -> node.engine.open("sink", SocketKind.RDM, 16 << 20));
            node.delivered = (endpoint, payload) -> {
                received.merge(node.id, (long) payload.length(), Long::sum);
                byPriority.merge((int) payload.at(0), (long) payload.length(), Long::sum);
                node.afterTurn(() -> node.engine.taken(endpoint, ReceiveBuffer.charge(payload), lab.nowNanos));
            };
        }

        private void outcomesOf(Node node) {
            node.settled = outcomes::put;
        }

        private long send(Node from, Node to, int priority) {
            byte[] payload = new byte[MESSAGE_BYTES];
            payload[0] = (byte) priority;
            long ticket = nextTicket++;
            sentNanos.put(ticket, lab.nowNanos);
            Manner manner = new Manner(
                    priority, Manner.DEFAULT.whenFull(), Manner.DEFAULT.retriesMax(), Manner.DEFAULT.routing());
            from.turn(() -> from.engine.send(
                    new Send(
                            Claim.of(ticket),
                            to.id,
                            "sink",
                            SocketKind.RDM,
                            manner,
                            ByteView.of(payload),
                            3_000 * SECOND),
                    lab.nowNanos));
            return ticket;
        }

        /** Keeps so many messages under way. */
        private void fill(Node from, Node to, int count) {
            for (int i = 0; i < count; i++) {
                send(from, to, 3);
            }
        }

        private long receivedBy(Node node) {
            return received.getOrDefault(node.id, 0L);
        }
    }

    private static void isNear(long actual, long expected) {
        assertThat(actual).isBetween(expected - expected / 20, expected + expected / 20);
    }

    private static EngineLab lab(long seed, Rates... rates) {
        EngineLab lab = new EngineLab(seed);
        for (Rates each : rates) {
            lab.add(EngineConfig.DEFAULT.withRates(each)).start();
        }
        lab.runFor(5 * SECOND);
        return lab;
    }

    private static Traffic between(EngineLab lab, Node from, Node to) {
        Traffic traffic = new Traffic(lab);
        traffic.sink(to);
        traffic.outcomesOf(from);
        return traffic;
    }

    @Test
    void aLimitedLinkCarriesItsRateAndLosesNothing() {
        EngineLab lab = lab(1, new Rates(0, 0, RATE), Rates.UNLIMITED);
        Node from = lab.nodes.get(0);
        Node to = lab.nodes.get(1);
        Traffic traffic = between(lab, from, to);
        traffic.fill(from, to, 1_500);
        lab.runFor(2 * SECOND);
        long early = bytesOut(from);
        lab.runFor(10 * SECOND);
        isNear(bytesOut(from) - early, 10 * RATE / 8);
        lab.runFor(10 * SECOND);
        assertThat(traffic.receivedBy(to)).isEqualTo(1_500L * MESSAGE_BYTES);
        assertThat(traffic.outcomes.values()).hasSize(1_500).allMatch(Outcome::isDelivered);
        assertThat(from.engine.counters().get("rate.send-waits")).isPositive();
    }

    private static long bytesOut(Node node) {
        return node.engine.linkReports().stream()
                .mapToLong(link -> link.figures().sent().bytes())
                .sum();
    }

    private static long bytesIn(Node node) {
        return node.engine.linkReports().stream()
                .mapToLong(link -> link.figures().received().bytes())
                .sum();
    }

    @Test
    void allLinksOfANodeShareItsRateEvenly() {
        EngineLab lab = lab(2, new Rates(0, RATE, 0), Rates.UNLIMITED, Rates.UNLIMITED, Rates.UNLIMITED);
        Node from = lab.nodes.get(0);
        Traffic traffic = new Traffic(lab);
        traffic.outcomesOf(from);
        List<Node> others = lab.nodes.subList(1, 4);
        for (Node to : others) {
            traffic.sink(to);
            traffic.fill(from, to, 1_000);
        }
        lab.runFor(4 * SECOND);
        long early = bytesOut(from);
        TreeMap<NodeId, Long> before = new TreeMap<>(traffic.received);
        lab.runFor(12 * SECOND);
        isNear(bytesOut(from) - early, 12 * RATE / 8);
        for (Node to : others) {
            assertThat(traffic.receivedBy(to) - before.get(to.id))
                    .as("a third of 12 s, but for what was sent twice")
                    .isBetween(4_000_000L * 3 / 4, 4_000_000L * 21 / 20);
        }
    }

    @Test
    void aSenderEndsAtTheRateThatItsDestinationAdvertises() {
        EngineLab lab = lab(3, Rates.UNLIMITED, Rates.UNLIMITED);
        Node from = lab.nodes.get(0);
        Node to = lab.nodes.get(1);
        to.turn(() -> to.engine.describe(Description.EMPTY.withBandwidth(new Peer.Bandwidth(RATE, 0)), lab.nowNanos));
        lab.runFor(SECOND);
        Traffic traffic = between(lab, from, to);
        traffic.fill(from, to, 1_500);
        lab.runFor(2 * SECOND);
        long early = traffic.receivedBy(to);
        lab.runFor(10 * SECOND);
        isNear(traffic.receivedBy(to) - early, 10 * RATE / 8);
        lab.runFor(15 * SECOND);
        assertThat(traffic.outcomes.values()).hasSize(1_500).allMatch(Outcome::isDelivered);
    }

    @Test
    void whatComesOverSeveralLinksTogetherIsHeldToTheRateOfTheReceiverAndLosesNothing() {
        EngineLab lab = lab(4, new Rates(RATE, 0, 0), Rates.UNLIMITED, Rates.UNLIMITED, Rates.UNLIMITED);
        Node to = lab.nodes.get(0);
        Traffic traffic = new Traffic(lab);
        traffic.sink(to);
        for (Node from : lab.nodes.subList(1, 4)) {
            traffic.outcomesOf(from);
            traffic.fill(from, to, 500);
        }
        lab.runFor(4 * SECOND);
        long early = bytesIn(to);
        long useful = traffic.receivedBy(to);
        lab.runFor(8 * SECOND);
        isNear(bytesIn(to) - early, 8 * RATE / 8);
        assertThat(traffic.receivedBy(to) - useful).isGreaterThan(8 * RATE / 8 * 4 / 5);
        lab.runFor(30 * SECOND);
        assertThat(traffic.receivedBy(to)).isEqualTo(1_500L * MESSAGE_BYTES);
        assertThat(traffic.outcomes.values()).hasSize(1_500).allMatch(Outcome::isDelivered);
        assertThat(to.engine.counters().get("rate.receive-waits")).isPositive();
        assertThat(to.engine.linkReports())
                .allSatisfy(link -> assertThat(link.figures().drops().values()).allMatch(count -> count == 0));
    }

    /** He has a connection, as anybody can have who speaks TLS, and no link. */
    @Test
    void aStrangerThatSendsDataTakesNothingOfTheRateOfMembers() {
        EngineLab lab = lab(4, new Rates(RATE, 0, 0), Rates.UNLIMITED);
        Node to = lab.nodes.get(0);
        Node from = lab.nodes.get(1);
        Traffic traffic = new Traffic(lab);
        traffic.sink(to);
        traffic.outcomesOf(from);
        FlowRef flow = FlowRef.established(7);
        ByteView data = RoutedFrame.of(RouteHeader.DIRECT, Data.whole(flow, 0, 0, ByteView.of(new byte[MESSAGE_BYTES])))
                .encode();
        long waits = to.engine.counters().get("rate.receive-waits");
        to.turn(() -> {
            long stranger =
                    to.engine.handleAccepted(Locator.parse("tcp/10.0.0.9:51000"), Assurance.PLAIN, lab.nowNanos);
            for (int i = 0; i < 2_000; i++) {
                to.engine.handleFrame(stranger, data, lab.nowNanos);
            }
        });
        assertThat(to.engine.counters().get("rate.receive-waits")).isEqualTo(waits);
        traffic.fill(from, to, 300);
        lab.runFor(5 * SECOND);
        assertThat(traffic.receivedBy(to)).as("three seconds' worth").isEqualTo(300L * MESSAGE_BYTES);
    }

    @Test
    void onALimitedLinkTheHigherPriorityGoesFirstAndHeartbeatsDoNotWait() {
        EngineLab lab = lab(5, new Rates(0, 0, RATE), Rates.UNLIMITED);
        Node from = lab.nodes.get(0);
        Node to = lab.nodes.get(1);
        Traffic traffic = between(lab, from, to);
        for (int i = 0; i < 3_000; i++) {
            traffic.send(from, to, 0);
            traffic.send(from, to, 5);
        }
        lab.runFor(12 * SECOND);
        long high = traffic.byPriority.get(5);
        long low = traffic.byPriority.get(0);
        lab.runFor(10 * SECOND);
        high = traffic.byPriority.get(5) - high;
        low = traffic.byPriority.get(0) - low;
        assertThat(low).isPositive();
        // Half as much again for each of five priorities is 7.6 times.
        assertThat(high / low).isBetween(4L, 15L);
        assertThat(from.engine.linkReports())
                .allSatisfy(link -> assertThat(link.roundTripNanos())
                        .as("a heartbeat takes 1 ms each way")
                        .isLessThan(5 * EngineLab.MILLI));
        assertThat(from.engine.neighbors()).containsExactly(to.id);
    }
}
