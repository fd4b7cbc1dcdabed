package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

/** What a fragment may claim of its message. */
class DataTest {
    @Test
    void aMessageOfFewerBytesThanFragmentsIsMalformed() throws MalformedFrame {
        assertThat(Data.decode(fragment(Data.FRAGMENTS_MAX, Data.FRAGMENTS_MAX)).count())
                .isEqualTo(Data.FRAGMENTS_MAX);
        assertThatThrownBy(() -> Data.decode(fragment(Data.FRAGMENTS_MAX, Data.FRAGMENTS_MAX - 1)))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("fragment count");
    }

    private static WireReader fragment(int count, int messageBytes) {
        return new WireReader(new WireWriter()
                .varint(9)
                .varint(0)
                .varint(1)
                .varint(0)
                .varint(count)
                .varint(messageBytes)
                .bytes(ByteView.utf8("x"))
                .view());
    }
}
