package dev.weft.core.flow;

import static dev.weft.core.flow.FlowLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts as another try of a message that may be sent again only so often. */
class RetriesTest {
    private static FlowLab lab(int retriesMax) {
        FlowLab lab = new FlowLab(1);
        lab.manner = new Manner(3, WhenFull.WAIT, retriesMax, Routing.BEST);
        return lab;
    }

    private static long copies(FlowLab lab) {
        return (long) lab.primary.carried.size() + lab.alternate.carried.size();
    }

    /** The sender asks now and then whether there is room, with a message that it may send again only once. */
    @Test
    void questionsForRoomAreNoTries() {
        FlowLab lab = lab(1);
        lab.buffer = new ReceiveBuffer(4_096);
        lab.takesAtOnce = false;
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tickets.add(lab.send(SocketKind.RDM, 2_000, 300 * SECOND));
        }
        lab.run(60 * SECOND);
        assertThat(copies(lab)).as("questions were asked").isGreaterThan(14);
        for (int i = 0; i < 8; i++) {
            lab.takeAll();
            lab.run(20 * SECOND);
        }
        for (long ticket : tickets) {
            assertThat(lab.outcomes.get(ticket)).isNotNull().matches(Outcome::isDelivered);
        }
    }

    @Test
    void whatIsLostOnTheWayToAReaderThatHasRoomIsATry() {
        FlowLab lab = lab(1);
        long first = lab.send(SocketKind.RDM, 100, 300 * SECOND);
        lab.run(SECOND);
        assertThat(lab.outcomes.get(first)).matches(Outcome::isDelivered);
        lab.primary.lossPerMillion = 1_000_000;
        lab.alternate.lossPerMillion = 1_000_000;
        long before = copies(lab);
        long second = lab.send(SocketKind.RDM, 100, 300 * SECOND);
        lab.run(120 * SECOND);
        assertThat(lab.outcomes.get(second).reason()).isEqualTo(Outcome.Reason.RETRIES);
        assertThat(copies(lab) - before).isEqualTo(2);
    }

    /** Whether a silent destination has no room nobody knows. */
    @Test
    void whatIsSentToAFullReaderThatHasFallenSilentIsATry() {
        FlowLab lab = lab(2);
        lab.buffer = new ReceiveBuffer(4_096);
        lab.takesAtOnce = false;
        for (int i = 0; i < 4; i++) {
            lab.send(SocketKind.RDM, 2_000, 300 * SECOND);
        }
        lab.run(5 * SECOND);
        lab.stopDestination();
        lab.run(120 * SECOND);
        assertThat(lab.outcomes.values()).anyMatch(outcome -> outcome.reason() == Outcome.Reason.RETRIES);
    }
}
