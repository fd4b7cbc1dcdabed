package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

/** What a fragment may claim of its message. */
class DataTest {
    @Test
    void noFragmentIsEmptyAndManyAreNotTiny() throws MalformedFrame {
        int[][] fitting = {{16, 16}, {17, 256}, {Data.FRAGMENTS_MAX, 256 * (Data.FRAGMENTS_MAX - 16)}};
        for (int[] most : fitting) {
            assertThat(Data.decode(fragment(most[0], most[1])).count()).isEqualTo(most[0]);
            assertThatThrownBy(() -> Data.decode(fragment(most[0], most[1] - 1)))
                    .isInstanceOf(MalformedFrame.class)
                    .hasMessageContaining("fragment count");
        }
    }

    @Test
    void anEndMaySayWhyNotAllWasTaken() throws MalformedFrame {
        assertThat(Data.decode(end()).endReason()).isEqualTo(Outcome.Reason.NONE);
        int reset = Outcome.Reason.CONNECTION_RESET.ordinal();
        assertThat(Data.decode(end(reset)).endReason()).isEqualTo(Outcome.Reason.CONNECTION_RESET);
        assertThat(Data.decode(end(255)).endReason())
                .as("a reason of a later version")
                .isEqualTo(Outcome.Reason.CONNECTION_RESET);
        for (int[] wrong : new int[][] {{0}, {reset, reset}}) {
            assertThatThrownBy(() -> Data.decode(end(wrong)))
                    .isInstanceOf(MalformedFrame.class)
                    .hasMessageContaining("form");
        }
    }

    /** Excerpts come from relays, which may say what they like. */
    @Test
    void theHeadOfAFrameHasASequenceNumberWithinBoundsOrIsMalformed() throws MalformedFrame {
        long last = (1L << 61) - 1;
        assertThat(Data.decodeHead(head(last)).sequence()).isEqualTo(last);
        assertThatThrownBy(() -> Data.decodeHead(head(last + 1)))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("sequence");
    }

    private static WireReader head(long sequence) {
        return new WireReader(new WireWriter().varint(9).varint(sequence).view());
    }

    private static WireReader end(int... reason) {
        WireWriter out = new WireWriter().varint(9).varint(0).varint(2);
        for (int one : reason) {
            out.u8(one);
        }
        return new WireReader(out.view());
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
