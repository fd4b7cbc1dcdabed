package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class CloseTest extends FrameContract<Close> {
    @Override
    Close golden() {
        return new Close(CloseReason.WRONG_MESH, "mesh other is not known here");
    }

    @Override
    Close decode(WireReader in) throws MalformedFrame {
        return Close.decode(in);
    }

    @Test
    void reasonOfNewerPeerIsUnknown() throws MalformedFrame {
        WireWriter newer = new WireWriter();
        new ProtoWriter(newer).text(1, "the moon is full").number(2, 999);
        assertThat(Close.decode(new WireReader(newer.view())))
                .isEqualTo(new Close(CloseReason.UNKNOWN, "the moon is full"));
    }

    @Test
    void reasonsKeepTheirCodes() {
        for (CloseReason reason : CloseReason.values()) {
            assertThat(reason.code()).isEqualTo(reason.ordinal() + 1);
            assertThat(CloseReason.ofCode(reason.code())).isEqualTo(reason);
        }
    }

    @Test
    void longTextIsCutBetweenCharacters() {
        Close close = Close.because(CloseReason.MALFORMED, "x" + "\u20ac".repeat(100));
        assertThat(close.text()).isEqualTo("x" + "\u20ac".repeat(66));
    }

    @Test
    void controlCharactersReachNoTerminal() {
        assertThat(Close.because(CloseReason.SHUTDOWN, "a\u001b[2Jb\n").text()).isEqualTo("a [2Jb ");
        WireWriter evil = new WireWriter();
        new ProtoWriter(evil).text(1, "a\u001b[2Jb").number(2, 2);
        assertThatThrownBy(() -> Close.decode(new WireReader(evil.view())))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("control character");
    }
}
