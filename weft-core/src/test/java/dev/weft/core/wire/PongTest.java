package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PongTest extends FrameContract<Pong> {
    @Override
    Pong golden() {
        return new Pong(300, 1_700_000_000_000_000_000L, 1_700_000_000_000_250_000L, 1_700_000_000_000_260_000L);
    }

    @Override
    Pong decode(WireReader in) throws MalformedFrame {
        return Pong.decode(in);
    }

    @Test
    void answerBeforeTheQuestionIsMalformed() {
        WireWriter early = new WireWriter();
        new ProtoWriter(early).number(1, 5).number(2, 20).number(3, 19).number(4, 1);
        assertThatThrownBy(() -> Pong.decode(new WireReader(early.view())))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("sentClockNanos=19");
    }
}
