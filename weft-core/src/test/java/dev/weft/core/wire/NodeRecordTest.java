package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

/** What a node may say of itself to people. */
class NodeRecordTest {
    @Test
    void aNameThatCouldDriveATerminalIsMalformed() throws MalformedFrame {
        assertThat(NodeRecord.decode(record("zoë")).name()).isEqualTo("zoë");
        assertThatThrownBy(() -> NodeRecord.decode(record("\u001b[2Jzoë")))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("name");
    }

    private static ByteView record(String name) {
        WireWriter out = new WireWriter();
        new ProtoWriter(out).text(1, name).bytes(2, ByteView.utf8("0123456789abcdef"));
        return out.view();
    }
}
