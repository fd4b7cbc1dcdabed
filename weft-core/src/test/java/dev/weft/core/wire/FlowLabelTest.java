package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

/** The form of a flow's label, which the golden vector of DATA shows for one flow. */
class FlowLabelTest {
    private static final int FORM_INDEX = 16 + 1 + 1 + 16 + 1;

    private static FlowLabel label(Secrecy secrecy) {
        return new FlowLabel(
                NodeId.parse("11111111-1111-8111-9111-111111111111"),
                3,
                7,
                NodeId.parse("22222222-2222-8222-9222-222222222222"),
                4,
                SocketKind.RDM,
                WhenFull.REFUSE,
                "inbox",
                0,
                secrecy);
    }

    private static byte[] encoded(FlowLabel label) {
        WireWriter out = new WireWriter();
        label.encode(out);
        return out.view().toByteArray();
    }

    @Test
    void aFlowThatIsSealedSaysSoInOneBit() throws MalformedFrame {
        byte[] plain = encoded(label(Secrecy.BY_POLICY));
        byte[] sealed = encoded(label(Secrecy.SEALED));
        assertThat(plain[FORM_INDEX]).isEqualTo((byte) 0x11);
        assertThat(sealed[FORM_INDEX]).isEqualTo((byte) 0x51);
        plain[FORM_INDEX] |= 0x40;
        assertThat(sealed).isEqualTo(plain);
        assertThat(FlowLabel.decode(new WireReader(ByteView.of(sealed)))).isEqualTo(label(Secrecy.SEALED));
    }

    @Test
    void aFormOfALaterVersionIsMalformed() {
        byte[] later = encoded(label(Secrecy.SEALED));
        later[FORM_INDEX] |= (byte) 0x80;
        assertThatThrownBy(() -> FlowLabel.decode(new WireReader(ByteView.of(later))))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("form");
    }
}
