package dev.weft.core.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dead letters are kept with their reasons, the newest of them, within two bounds. */
class LedgerTest {
    private static final NodeId FAR = new NodeId(1, 0x8000000000000001L);
    private static final Outcome GONE = Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE);

    private final Ledger ledger = new Ledger();

    private void bury(long ticket, int bytes) {
        List<ByteView> payload = List.of(ByteView.of(new byte[bytes]));
        Send send = new Send(Claim.of(ticket, 1), FAR, "inbox", SocketKind.RDM, Manner.DEFAULT, payload, 1);
        ledger.opened(send);
        ledger.settled(send, GONE, 0);
    }

    @Test
    void noMoreThanSoManyAreKeptAndTheOldestGo() {
        for (int ticket = 1; ticket <= Ledger.DEAD_LETTERS_MAX + 10; ticket++) {
            bury(ticket, 8);
        }
        List<Ledger.Dead> dead = ledger.deadLetters();
        assertThat(dead).hasSize(Ledger.DEAD_LETTERS_MAX);
        assertThat(dead.get(0).ticket()).isEqualTo(11);
        assertThat(dead).allMatch(letter -> letter.outcome().equals(GONE));
        ledger.audit(0);
    }

    @Test
    void noMoreBytesAreKeptThanTheBoundOfEachAndThatOfAll() {
        for (int ticket = 1; ticket <= 300; ticket++) {
            bury(ticket, Ledger.DEAD_LETTER_BYTES_MAX + 100);
        }
        List<Ledger.Dead> dead = ledger.deadLetters();
        assertThat(dead).allMatch(letter -> letter.payload().length() == Ledger.DEAD_LETTER_BYTES_MAX);
        assertThat((long) dead.size() * Ledger.DEAD_LETTER_BYTES_MAX).isEqualTo(Ledger.DEAD_LETTERS_BYTES_MAX);
    }
}
