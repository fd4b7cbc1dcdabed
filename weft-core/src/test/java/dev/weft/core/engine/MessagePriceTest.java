package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.WireWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a message costs beyond its payload, in bytes on the wire and bytes allocated, all nodes of the way together: counted, not
 * timed, so the machine does not matter. The figures here are those of today with a tenth to spare; who makes messages
 * dearer has to say so here, who makes them cheaper lowers them.
 */
class MessagePriceTest {
    private static final int ROUNDS = 200;

    private final EngineLab lab = new EngineLab(1);
    private final EngineLab.Node destination = lab.add();
    private final List<EngineLab.Node> way = new ArrayList<>();
    private long delivered;
    private long takenBytes;
    private long ticket;

    /** @param wireBytes on each link of the way, beyond the payload */
    private record Price(double wireBytes, double allocatedBytes) {}

    private EngineLab.Node origin() {
        return way.get(0);
    }

    /** From the origin to the destination, which have no link of their own where there are relays. */
    private void start(int relays) {
        LinkWishes wishes = relays == 0
                ? LinkWishes.AUTOMATIC
                : new LinkWishes(LinkWishes.Policy.AUTOMATIC, List.of(), List.of(destination.id.toString()));
        way.add(lab.add(1, wishes));
        for (int i = 0; i < relays; i++) {
            way.add(lab.add());
        }
        way.add(destination);
        way.forEach(EngineLab.Node::start);
        lab.runFor(5 * SECOND);
        assertThat(origin().engine.route(destination.id).orElseThrow().nodes()).hasSize(way.size());
        destination.delivered = (endpoint, payload) -> {
            delivered++;
            takenBytes += ReceiveBuffer.charge(payload);
        };
        destination.turn(() -> destination.engine.open("inbox", SocketKind.RDM, 16 << 20));
    }

    @ParameterizedTest(
            name =
                    "{0} messages of {1} bytes in a turn, {2} handed over together: {3} bytes of framing, {4} allocated each")
    @CsvSource({
        "200, 64, 1, 1.4, 311",
        "200, 64, 200, 1.4, 118",
        "200, 1024, 1, 3, 1441",
        "200, 1024, 10, 3, 1293",
        "1, 64, 1, 36, 4143"
    })
    void aMessageCostsNoMoreThanItDid(
            int perTurn, int payloadBytes, int together, double wireBytesMax, double allocatedBytesMax) {
        start(0);
        expectAtMost(perTurn, payloadBytes, together, wireBytesMax, allocatedBytesMax);
    }

    @ParameterizedTest(
            name =
                    "over a relay, {0} messages of {1} bytes in a turn: {2} bytes of framing on each link, {3} allocated by all three")
    @CsvSource({"200, 64, 1.4, 391", "200, 1024, 3, 2602", "1, 64, 39, 5730"})
    void aMessageOverARelayCostsNoMoreThanItDid(
            int perTurn, int payloadBytes, double wireBytesMax, double allocatedBytesMax) {
        start(1);
        expectAtMost(perTurn, payloadBytes, 1, wireBytesMax, allocatedBytesMax);
    }

    private void expectAtMost(
            int perTurn, int payloadBytes, int together, double wireBytesMax, double allocatedBytesMax) {
        measure(perTurn, payloadBytes, together);
        Price price = measure(perTurn, payloadBytes, together);
        assertThat(price.wireBytes()).as("framing and acknowledgement").isLessThanOrEqualTo(wireBytesMax);
        assertThat(price.allocatedBytes()).as("allocated").isLessThanOrEqualTo(allocatedBytesMax);
    }

    private Price measure(int perTurn, int payloadBytes, int together) {
        ByteView payload = ByteView.of(new byte[payloadBytes]);
        List<ByteView> handedOver = together == 1
                ? List.of(payload)
                : Bundle.of(packed(Collections.nCopies(together, payload)), together, together * payloadBytes);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long deliveredBefore = delivered;
        long wireBefore = written();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
            origin().turn(() -> {
                for (int i = 0; i < perTurn; i += together) {
                    send(handedOver);
                }
            });
            lab.runFor(4 * MILLI);
            destination.turn(() -> destination.engine.taken(1, takenBytes, lab.nowNanos));
            takenBytes = 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        long wire = written() - wireBefore;
        int messages = ROUNDS * perTurn;
        assertThat(delivered - deliveredBefore).isEqualTo(messages);
        int links = way.size() - 1;
        return new Price((double) wire / messages / links - payloadBytes, (double) allocated / messages);
    }

    private long written() {
        return way.stream().mapToLong(node -> node.bytesWritten).sum();
    }

    private static ByteView packed(List<ByteView> messages) {
        WireWriter out = new WireWriter();
        messages.forEach(out::lengthDelimited);
        return out.view();
    }

    private void send(List<ByteView> messages) {
        Claim claim = Claim.of(ticket + 1, messages.size());
        ticket += messages.size();
        Send send = new Send(claim, destination.id, "inbox", SocketKind.RDM, Manner.DEFAULT, messages, 30 * SECOND);
        origin().engine.send(send, lab.nowNanos);
    }
}
