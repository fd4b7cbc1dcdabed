package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.GroupManner;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Rates;
import dev.weft.core.wire.GroupName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages for many on links that cannot carry all that there is: shares, queues, and what is urgent. */
class GroupCongestionTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;
    private static final int MESSAGE_BYTES = 16 << 10;

    /** A mesh of pinned links in which whoever sends keeps so much under way. */
    private static final class Traffic {
        private final EngineLab lab = new EngineLab(1);
        /** Bytes by the flow's name and the node they came to. */
        private final TreeMap<String, Long> received = new TreeMap<>();

        private final TreeMap<String, Long> arrivedNanos = new TreeMap<>();
        private long nextTicket = 1;

        private Node node(Rates rates, String... neighbors) {
            Node node = lab.add(EngineConfig.DEFAULT
                    .withRates(rates)
                    .withWishes(new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(neighbors), List.of())));
            node.start();
            return node;
        }

        private void sink(Node node) {
            node.turn(() -> node.engine.open("sink", SocketKind.RDM, 64 << 20));
            node.delivered = (endpoint, payload) -> {
                String name = (char) payload.at(0) + " at n" + node.number;
                received.merge(name, (long) payload.length(), Long::sum);
                arrivedNanos.put(name, lab.nowNanos);
                node.afterTurn(() -> node.engine.taken(endpoint, ReceiveBuffer.charge(payload), lab.nowNanos));
            };
        }

        private ByteView payload(char flow, int bytes) {
            byte[] payload = new byte[bytes];
            payload[0] = (byte) flow;
            return ByteView.of(payload);
        }

        private void sendToMany(Node from, List<Node> to, char flow, int bytes, int priority) {
            TreeSet<NodeId> members = new TreeSet<>();
            to.forEach(member -> members.add(member.id));
            GroupName name = new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", "sink");
            ByteView payload = payload(flow, bytes);
            GroupSend send =
                    new GroupSend(nextTicket++, name, members, payload, GroupManner.ofPriority(priority), 600 * SECOND);
            from.turn(() -> from.engine.sendToMany(send, lab.nowNanos));
        }

        private void send(Node from, Node to, char flow) {
            ByteView payload = payload(flow, MESSAGE_BYTES);
            Send send = new Send(
                    Claim.of(nextTicket++), to.id, "sink", SocketKind.RDM, Manner.DEFAULT, payload, 600 * SECOND);
            from.turn(() -> from.engine.send(send, lab.nowNanos));
        }

        /** For each message that ends another begins. */
        private void keepSending(Node from, List<Node> to, char flow, int count) {
            from.groupSettled = ticket -> lab.after(1, () -> sendToMany(from, to, flow, MESSAGE_BYTES, 3));
            for (int i = 0; i < count; i++) {
                sendToMany(from, to, flow, MESSAGE_BYTES, 3);
            }
        }

        private void keepSending(Node from, Node to, char flow, int count) {
            from.settled = (ticket, outcome) -> lab.after(1, () -> send(from, to, flow));
            for (int i = 0; i < count; i++) {
                send(from, to, flow);
            }
        }

        private long receivedAt(Node node, char flow) {
            return received.getOrDefault(flow + " at n" + node.number, 0L);
        }
    }

    private static double jain(List<Long> shares) {
        double sum = 0;
        double squares = 0;
        for (long share : shares) {
            sum += share;
            squares += (double) share * share;
        }
        return sum * sum / (shares.size() * squares);
    }

    /** 200 Mbit/s from the relay to each of its neighbors; all flows meet on the link to the first member. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aFlowToManyAndFlowsToOneShareALinkFairlyAndUseIt(int others) {
        Traffic traffic = new Traffic();
        long rate = 200_000_000;
        String[] neighbors = new String[4 + others];
        Arrays.setAll(neighbors, i -> "n" + (i + 1));
        traffic.node(new Rates(0, 0, rate), neighbors);
        Node shared = traffic.node(Rates.UNLIMITED, "n0");
        List<Node> members = List.of(shared, traffic.node(Rates.UNLIMITED, "n0"), traffic.node(Rates.UNLIMITED, "n0"));
        Node many = traffic.node(Rates.UNLIMITED, "n0");
        List<Node> senders = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            senders.add(traffic.node(Rates.UNLIMITED, "n0"));
        }
        traffic.lab.runFor(8 * SECOND);
        members.forEach(traffic::sink);
        traffic.keepSending(many, members, 'm', 100);
        for (int i = 0; i < others; i++) {
            traffic.keepSending(senders.get(i), shared, (char) ('a' + i), 300);
        }
        traffic.lab.runFor(5 * SECOND);
        TreeMap<String, Long> before = new TreeMap<>(traffic.received);
        traffic.lab.runFor(8 * SECOND);
        List<Long> shares = new ArrayList<>();
        long used = 0;
        for (var entry : traffic.received.entrySet()) {
            if (entry.getKey().endsWith("at n" + shared.number)) {
                long share = entry.getValue() - before.getOrDefault(entry.getKey(), 0L);
                shares.add(share);
                used += share;
            }
        }
        assertThat(shares).hasSize(1 + others);
        assertThat(jain(shares)).as("Jain's index of %s", shares).isGreaterThanOrEqualTo(0.9);
        assertThat(used).as("bytes in 8 s").isGreaterThan(rate / 8 * 8 * 8 / 10);
    }

    /** The queue before a link that is in use by one greedy flow to many stays about as long as marks begin. */
    @Test
    void aFlowToManyThatFindsALinkSlowKeepsItsQueueShort() {
        Traffic traffic = new Traffic();
        long rate = 200_000_000;
        Node relay = traffic.node(new Rates(0, 0, rate), "n1", "n2", "n3");
        List<Node> members = List.of(traffic.node(Rates.UNLIMITED, "n0"), traffic.node(Rates.UNLIMITED, "n0"));
        Node many = traffic.node(Rates.UNLIMITED, "n0");
        traffic.lab.runFor(8 * SECOND);
        members.forEach(traffic::sink);
        traffic.keepSending(many, members, 'm', 100);
        traffic.lab.runFor(5 * SECOND);
        for (int i = 0; i < 20; i++) {
            long began = traffic.lab.nowNanos;
            // Another flow, of the same priority: it stands in the same queue.
            traffic.send(relay, members.get(0), 'p');
            traffic.lab.runFor(300 * MILLI);
            assertThat(traffic.arrivedNanos.get("p at n1") - began).isLessThan(40 * MILLI);
        }
        assertThat(traffic.receivedAt(members.get(1), 'm')).isGreaterThan(rate / 8 * 8);
    }

    /** 8 Mbit/s, on which a fragment takes 16.4 ms, and as much of the lowest priority as there is room for. */
    @Test
    void anUrgentMessageForManyWaitsForAtMostOneFragmentOnEachLink() {
        Traffic traffic = new Traffic();
        Rates rates = new Rates(0, 0, 8_000_000);
        Node origin = traffic.node(rates, "n1");
        Node second = traffic.node(rates, "n0", "n2");
        Node third = traffic.node(rates, "n1", "n3");
        Node last = traffic.node(rates, "n2");
        List<Node> members = List.of(second, third, last);
        traffic.lab.runFor(8 * SECOND);
        members.forEach(traffic::sink);
        for (int i = 0; i < 400; i++) {
            traffic.sendToMany(origin, members, 'l', MESSAGE_BYTES, 0);
        }
        traffic.lab.runFor(5 * SECOND);
        long fragmentNanos = (MESSAGE_BYTES + 200L) * SECOND / 1_000_000;
        for (int i = 0; i < 10; i++) {
            long began = traffic.lab.nowNanos;
            traffic.sendToMany(origin, members, 'h', 100, 7);
            traffic.lab.runFor((250 + 3L * i) * MILLI);
            for (Node member : members) {
                int links = member.number;
                assertThat(traffic.arrivedNanos.get("h at n" + links) - began)
                        .as("over %d links, time %d", links, i)
                        // A millisecond on the way, and one for which the rate lets data pass at a time.
                        .isLessThanOrEqualTo(links * (fragmentNanos + 3 * MILLI));
            }
        }
        assertThat(traffic.receivedAt(last, 'l')).isLessThan(400L * MESSAGE_BYTES);
    }
}
