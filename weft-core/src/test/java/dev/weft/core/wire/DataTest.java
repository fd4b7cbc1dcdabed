package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
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

    @Test
    void theRoomForWhatIsLaidOutIsEnoughAndHardlyMoreWhateverGoesTogether() {
        for (long seed = 1; seed <= 500; seed++) {
            Prng prng = new Prng(seed);
            List<List<ByteView>> parts = new ArrayList<>();
            int messages = 0;
            int apart = 0;
            while (messages < 2 || prng.chance(800_000) && messages < 100) {
                List<ByteView> part = new ArrayList<>();
                int packedBytes = 0;
                for (int left = 1 + prng.below(4); left > 0; left--) {
                    ByteView message = ByteView.of(new byte[prng.below(prng.chance(300_000) ? 4_000 : 200)]);
                    part.add(message);
                    packedBytes += Bundle.bytesOf(message.length());
                }
                messages += part.size();
                if (part.size() > 1 && prng.chance(500_000)) {
                    WireWriter packed = new WireWriter(packedBytes);
                    part.forEach(packed::lengthDelimited);
                    apart += packedBytes >= WireWriter.APART_BYTES_MIN ? packedBytes : 0;
                    parts.add(Bundle.of(packed.view(), part.size(), Bundle.payloadBytes(part)));
                } else {
                    for (ByteView message : part) {
                        apart += message.length() >= WireWriter.APART_BYTES_MIN ? message.length() : 0;
                    }
                    parts.add(part);
                }
            }
            Data data = Data.bundle(FlowRef.established(99), 300, 2, Bundle.join(parts));
            WireWriter whole = new WireWriter();
            data.encodeBody(whole);
            int laid = whole.length() - apart;
            assertThat(data.laidBytesAbout()).as("seed %d", seed).isBetween(laid, laid + (apart > 0 ? 64 : 128));
        }
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
