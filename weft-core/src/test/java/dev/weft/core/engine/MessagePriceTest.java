package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.WireWriter;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a message costs beyond its payload, in bytes on the wire and bytes allocated, both ends together: counted, not
 * timed, so the machine does not matter. The figures here are those of today with a tenth to spare; who makes messages
 * dearer has to say so here, who makes them cheaper lowers them.
 */
class MessagePriceTest {
    private static final int ROUNDS = 200;

    private final EngineLab lab = new EngineLab(1);
    private final EngineLab.Node origin = lab.add();
    private final EngineLab.Node destination = lab.add();
    private long delivered;
    private long takenBytes;
    private long ticket;

    private record Price(double wireBytes, double allocatedBytes) {}

    @BeforeEach
    void start() {
        origin.start();
        destination.start();
        lab.runFor(5 * SECOND);
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
        long wireBefore = origin.bytesWritten + destination.bytesWritten;
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
            origin.turn(() -> {
                for (int i = 0; i < perTurn; i += together) {
                    send(handedOver);
                }
            });
            lab.runFor(4 * MILLI);
            destination.turn(() -> destination.engine.taken(1, takenBytes, lab.nowNanos));
            takenBytes = 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        long wire = origin.bytesWritten + destination.bytesWritten - wireBefore;
        int messages = ROUNDS * perTurn;
        assertThat(delivered - deliveredBefore).isEqualTo(messages);
        return new Price((double) wire / messages - payloadBytes, (double) allocated / messages);
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
        origin.engine.send(send, lab.nowNanos);
    }
}
