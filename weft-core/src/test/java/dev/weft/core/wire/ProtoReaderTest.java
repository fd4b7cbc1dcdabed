package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

class ProtoReaderTest {
    private static final NodeId ID = new NodeId(0x0102030405060708L, 0x090a0b0c0d0e0f10L);

    /** Field 1 of it is a message with a node id, field 2 a number. */
    private static ByteView nested(ByteView inner) {
        WireWriter out = new WireWriter();
        new ProtoWriter(out).element(1, inner).number(2, 77);
        return out.view();
    }

    private static ByteView idAndNumber() {
        WireWriter out = new WireWriter();
        new ProtoWriter(out).nodeId(1, ID).number(2, 5);
        return out.view();
    }

    @Test
    void aMessageInAMessageEndsWhereItsBytesEnd() throws MalformedFrame {
        ProtoReader in = new ProtoReader(nested(idAndNumber()));
        assertThat(in.next()).isTrue();
        ProtoReader inner = in.message("inner", 64);
        assertThat(inner.next()).isTrue();
        assertThat(inner.nodeId("id")).isEqualTo(ID);
        assertThat(inner.next()).isTrue();
        assertThat(inner.number("number")).isEqualTo(5);
        assertThat(inner.next()).isFalse();
        assertThat(inner.next()).isFalse();
        assertThat(in.next()).isTrue();
        assertThat(in.field()).isEqualTo(2);
        assertThat(in.number("after")).isEqualTo(77);
        assertThat(in.next()).isFalse();
    }

    @Test
    void aMessageCanBeLeftBeforeItsEndAndGivesAllItsBytes() throws MalformedFrame {
        ProtoReader in = new ProtoReader(nested(idAndNumber()));
        assertThat(in.next()).isTrue();
        ProtoReader inner = in.message("inner", 64);
        assertThat(inner.next()).isTrue();
        inner.end();
        assertThat(inner.next()).isFalse();
        assertThat(inner.whole()).isEqualTo(idAndNumber());
        assertThat(in.next()).isTrue();
        assertThat(in.number("after")).isEqualTo(77);
    }

    @Test
    void aFieldThatReachesBeyondItsMessageIsRefusedThoughTheFrameGoesOn() throws MalformedFrame {
        WireWriter cut = new WireWriter();
        cut.u8(1 << 3 | ProtoReader.LENGTH_DELIMITED).u8(NodeId.BYTES).u8(1).u8(2);
        WireWriter out = new WireWriter();
        new ProtoWriter(out).element(1, cut.view()).element(3, ByteView.of(new byte[32]));
        ProtoReader in = new ProtoReader(out.view());
        assertThat(in.next()).isTrue();
        ProtoReader inner = in.message("inner", 64);
        assertThat(inner.next()).isTrue();
        assertThatThrownBy(() -> inner.nodeId("id"))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("truncated");
    }

    @Test
    void aMessageLongerThanAllowedOrThanWhatIsLeftIsRefused() throws MalformedFrame {
        ProtoReader tooLong = new ProtoReader(nested(idAndNumber()));
        assertThat(tooLong.next()).isTrue();
        assertThatThrownBy(() -> tooLong.message("inner", 8)).isInstanceOf(MalformedFrame.class);
        ProtoReader cut = new ProtoReader(nested(idAndNumber()).slice(0, 10));
        assertThat(cut.next()).isTrue();
        assertThatThrownBy(() -> cut.message("inner", 64)).isInstanceOf(MalformedFrame.class);
    }

    @Test
    void aNodeIdHasSixteenBytes() throws MalformedFrame {
        WireWriter out = new WireWriter();
        new ProtoWriter(out).element(1, ByteView.of(new byte[15]));
        ProtoReader in = new ProtoReader(out.view());
        assertThat(in.next()).isTrue();
        assertThatThrownBy(() -> in.nodeId("id"))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("15");
    }
}
