package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import dev.weft.core.link.LinkConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No node is sent a frame that is longer than it says it takes. */
class FrameLengthTest {
    private static final int TAKEN_BYTES = 8 << 10;

    @Test
    void whatIsTooLongForThePeerIsDroppedAndCountedAndTheRestGoesThrough() {
        EngineLab lab = new EngineLab(1);
        EngineLab.Node from = lab.add();
        EngineLab.Node to = lab.add(EngineConfig.DEFAULT.withLink(LinkConfig.LAN.withFrameBytesMax(TAKEN_BYTES)));
        from.start();
        to.start();
        lab.runFor(5 * EngineLab.SECOND);
        List<Integer> lengths = new ArrayList<>();
        List<Outcome.Kind> fates = new ArrayList<>();
        to.delivered = (endpoint, payload) -> lengths.add(payload.length());
        from.settled = (ticket, outcome) -> fates.add(outcome.kind());
        to.turn(() -> to.engine.open("inbox", SocketKind.RDM, 1 << 20));
        for (int bytes : new int[] {TAKEN_BYTES + 1, 100}) {
            from.turn(() -> from.engine.send(
                    new Send(
                            Claim.of(bytes),
                            to.id,
                            "inbox",
                            SocketKind.RDM,
                            Manner.DEFAULT,
                            ByteView.of(new byte[bytes]),
                            2 * EngineLab.SECOND),
                    lab.nowNanos));
        }
        lab.runFor(5 * EngineLab.SECOND);
        assertThat(lengths).containsExactly(100);
        assertThat(fates).hasSize(2).contains(Outcome.Kind.DELIVERED);
        assertThat(from.engine.counters().get("link.dropped-too-long")).isPositive();
        assertThat(to.engine.counters().get("link.malformed")).isZero();
    }
}
