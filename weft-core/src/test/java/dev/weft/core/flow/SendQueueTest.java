package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which order a flow sends, and what shares a number. */
class SendQueueTest {
    private static final int FRAGMENT_BYTES = 1_000;
    private static final int WINDOW_FRAGMENTS = 4;

    private final SequenceWindow<Fragment> window = new SequenceWindow<>();
    private final BundleSize bundleSize = new BundleSize(FRAGMENT_BYTES);
    private final SendQueue queue = new SendQueue(window, FRAGMENT_BYTES, bundleSize, WINDOW_FRAGMENTS);
    private long order;

    private Outgoing add(int bytes) {
        Send send = new Send(
                Claim.of(order),
                NodeId.ZERO,
                "inbox",
                SocketKind.RDM,
                Manner.DEFAULT,
                ByteView.of(new byte[bytes]),
                Send.NO_TIMEOUT_NANOS);
        Outgoing message = Outgoing.message(send, FRAGMENT_BYTES, order++, 0);
        queue.add(message);
        return message;
    }

    private List<Long> takeAll() {
        List<Long> taken = new ArrayList<>();
        for (Long next = queue.next(); next != null; next = queue.next()) {
            taken.add(next);
            queue.done(next);
        }
        return taken;
    }

    @Test
    void smallMessagesThatWaitNextToEachOtherShareANumber() {
        List<Outgoing> small = List.of(add(300), add(300), add(300), add(300));
        assertThat(takeAll()).containsExactly(0L, 1L);
        assertThat(window.at(0).messages).isEqualTo(small.subList(0, 3));
        assertThat(window.at(1).messages).isEqualTo(small.subList(3, 4));
    }

    @Test
    void aLargeMessageHasANumberForEachPieceAndSharesNone() {
        add(100);
        Outgoing large = add(2_500);
        add(100);
        assertThat(takeAll()).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(large.firstSequence).isEqualTo(1);
    }

    @Test
    void moreMessagesShareANumberWhereTheFlowIsFastButALargeMessageHasItsPiecesAllTheSame() {
        bundleSize.handleSettled(0, 0);
        bundleSize.handleSettled(100_000_000, 10_000_000);
        for (int i = 0; i < 6; i++) {
            add(600);
        }
        add(2_500);
        assertThat(takeAll()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(window.at(0).messages).hasSize(6);
    }

    @Test
    void whatWasLostGoesFirstAndTheOldestOfIt() {
        add(2_500);
        assertThat(takeAll()).containsExactly(0L, 1L, 2L);
        add(1_000);
        queue.again(2);
        queue.again(0);
        assertThat(takeAll()).containsExactly(0L, 2L, 3L);
    }

    @Test
    void whatIsNextStaysNextUntilItIsDone() {
        add(1_000);
        assertThat(queue.next()).isZero();
        assertThat(queue.next()).isZero();
        queue.done(0L);
        assertThat(queue.next()).isNull();
    }

    @Test
    void numbersAreGivenOutForTwoWindowsAndNoMore() {
        for (int i = 0; i < 3 * WINDOW_FRAGMENTS; i++) {
            add(FRAGMENT_BYTES);
        }
        assertThat(takeAll()).hasSize(2 * WINDOW_FRAGMENTS);
        assertThat(queue.hasWaiting()).isTrue();
        window.removeFirst();
        assertThat(takeAll()).containsExactly(2L * WINDOW_FRAGMENTS);
    }

    @Test
    void whatIsWithdrawnBeforeItHasANumberIsMissedByNobody() {
        Outgoing first = add(FRAGMENT_BYTES);
        Outgoing second = add(FRAGMENT_BYTES);
        queue.withdraw(first);
        assertThat(takeAll()).containsExactly(0L);
        assertThat(second.firstSequence).isZero();
        assertThat(first.isCommitted()).isFalse();
    }
}
