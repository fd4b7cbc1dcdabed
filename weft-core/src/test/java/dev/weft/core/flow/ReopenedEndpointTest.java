package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An endpoint that is closed, and maybe opened anew, while a message has come in part. */
class ReopenedEndpointTest {
    private static final NodeId ONE = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId TWO = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final FlowLabel LABEL = new FlowLabel(ONE, 1, 7, TWO, 1, SocketKind.RDM, WhenFull.WAIT, "inbox", 0);
    private static final int PIECE_BYTES = 1_000;
    private static final long CHARGE = ReceiveBuffer.charge(2 * PIECE_BYTES);

    private final ReceiveTotal total = new ReceiveTotal(1 << 20, () -> {});
    private final List<Frame> replies = new ArrayList<>();
    private final List<ByteView> delivered = new ArrayList<>();
    private final Receiver receiver = new Receiver(TWO, 1, FlowConfig.DEFAULT, new Prng(5), new Application());
    private Acceptance state = Acceptance.TAKEN;
    private ReceiveBuffer buffer = new ReceiveBuffer(1 << 20, total);

    private final class Application implements Receiver.Output {
        @Override
        public void reply(NodeId origin, Arrival lastArrival, Frame frame) {
            replies.add(frame);
        }

        @Override
        public Acceptance check(FlowLabel flow) {
            return state;
        }

        @Override
        public ReceiveBuffer buffer(FlowLabel flow) {
            assertThat(state).as("asked for only where there is an endpoint").isEqualTo(Acceptance.TAKEN);
            return buffer;
        }

        @Override
        public Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops) {
            delivered.addAll(messages);
            return state;
        }

        @Override
        public void ended(FlowLabel flow, Outcome.Reason reason) {}

        @Override
        public void broken(FlowLabel flow, Outcome.Reason reason) {}
    }

    private void arrives(int sequence, int index) {
        Data piece = Data.piece(
                FlowRef.opening(LABEL),
                sequence,
                sequence,
                index,
                2,
                2 * PIECE_BYTES,
                ByteView.of(new byte[PIECE_BYTES]));
        receiver.handleData(piece, Arrival.over(ONE, RouteHeader.DIRECT), 1);
    }

    private void close() {
        buffer.detach();
        state = Acceptance.NO_ENDPOINT;
    }

    private void reopen() {
        buffer = new ReceiveBuffer(1 << 20, total);
        state = Acceptance.TAKEN;
    }

    @Test
    void whatIsCompletedAfterwardsIsInTheRoomOfWhoGetsIt() {
        arrives(0, 0);
        ReceiveBuffer before = buffer;
        assertThat(before.used()).isEqualTo(CHARGE);
        close();
        reopen();
        arrives(1, 1);
        assertThat(delivered).hasSize(1);
        assertThat(before.used()).isZero();
        assertThat(buffer.used()).isEqualTo(CHARGE);
        assertThat(total.used()).isEqualTo(CHARGE);
        buffer.release(CHARGE);
        assertThat(total.used()).isZero();
    }

    @Test
    void aMessageThatBeginsMeanwhileTakesTheEarlierOneAlong() {
        arrives(0, 0);
        close();
        reopen();
        arrives(2, 0);
        assertThat(buffer.used()).isEqualTo(2 * CHARGE);
        arrives(1, 1);
        arrives(3, 1);
        assertThat(delivered).hasSize(2);
        assertThat(total.used()).isEqualTo(2 * CHARGE);
    }

    @Test
    void whereItStaysClosedTheMessageIsRefusedAndNothingIsLeftOfIt() {
        arrives(0, 0);
        close();
        arrives(1, 1);
        assertThat(delivered).isEmpty();
        assertThat(buffer.used()).isZero();
        assertThat(total.used()).isZero();
        receiver.flush(1);
        assertThat(replies)
                .last()
                .isInstanceOfSatisfying(
                        Ack.class,
                        ack -> assertThat(ack.refusals())
                                .containsExactly(new Ack.Refusal(0, Outcome.Reason.NO_ENDPOINT)));
    }
}
