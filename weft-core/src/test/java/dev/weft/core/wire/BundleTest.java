package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several messages under one number. */
class BundleTest {
    private static final List<ByteView> THREE = List.of(ByteView.utf8("one"), ByteView.EMPTY, ByteView.utf8("three"));

    @Test
    void messagesComeOutAsTheyWentInWhateverTheirSizes() throws MalformedFrame {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            List<ByteView> messages = new ArrayList<>();
            for (int left = 2 + prng.below(Bundle.MESSAGES_MAX - 1); left > 0; left--) {
                byte[] payload = new byte[prng.below(prng.chance(50_000) ? 4_000 : 200)];
                for (int i = 0; i < payload.length; i++) {
                    payload[i] = (byte) prng.below(256);
                }
                messages.add(ByteView.of(payload));
            }
            WireWriter out = new WireWriter();
            Bundle.encode(messages, out);
            assertThat(out.length()).as("seed %d", seed).isEqualTo(Bundle.bytesOf(messages));
            assertThat(Bundle.decode(new WireReader(out.view())))
                    .as("seed %d", seed)
                    .isEqualTo(messages);
        }
    }

    @Test
    void aBundleOnTheWireIsAsTheDocsSay() throws MalformedFrame {
        Data data = Data.bundle(FlowRef.established(99), 300, 2, THREE);
        WireWriter out = new WireWriter();
        data.encodeBody(out);
        assertThat(HexFormat.of().formatHex(out.view().toByteArray())).isEqualTo("63ac020b036f6e6500057468726565");
        assertThat(Data.decode(new WireReader(out.view()))).isEqualTo(data);
    }

    @Test
    void everyTruncationIsMalformedOrAShorterBundle() {
        Data data = Data.bundle(FlowRef.established(99), 300, 2, THREE);
        WireWriter out = new WireWriter();
        data.encodeBody(out);
        for (int length = 0; length < out.length(); length++) {
            ByteView cut = out.view().slice(0, length);
            try {
                Data shorter = Data.decode(new WireReader(cut));
                assertThat(shorter.messages()).hasSize(2);
            } catch (MalformedFrame expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void whatSeveralSendsHavePackedTravelsAsThoughItHadBeenPackedAtOnce() {
        ByteView large = ByteView.of(new byte[1_000]);
        WireWriter packed = new WireWriter();
        THREE.forEach(packed::lengthDelimited);
        List<List<ByteView>> parts =
                List.of(List.of(large), Bundle.of(packed.view(), 3, 8), List.of(ByteView.EMPTY), List.of(large, large));
        List<ByteView> all = new ArrayList<>();
        parts.forEach(all::addAll);
        List<ByteView> joined = Bundle.join(parts);
        assertThat(joined).isEqualTo(all).hasSize(7);
        assertThat(joined.get(3)).isEqualTo(THREE.get(2));
        assertThatThrownBy(() -> joined.get(7)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Bundle.bytesOf(joined)).isEqualTo(Bundle.bytesOf(all));
        assertThat(Bundle.payloadBytes(joined)).isEqualTo(3_008);
        assertThat(encoded(joined)).isEqualTo(encoded(all));
    }

    private static ByteView encoded(List<ByteView> messages) {
        return Data.bundle(FlowRef.established(99), 300, 2, messages)
                .encodeInPieces()
                .whole();
    }

    @Test
    void aMessageInPiecesIsOneWhoseBytesItsTakerPutsTogetherIntoAnArrayOfItsOwn() {
        Pieces message = new Pieces(List.of(THREE.get(2), ByteView.EMPTY, THREE.get(0)));
        assertThat(Bundle.payloadBytes(message)).isEqualTo(8);
        assertThat(Bundle.compact(message)).isSameAs(message);
        assertThat(message).containsExactly(ByteView.utf8("threeone"));
        ByteView whole = message.get(0);
        assertThat(whole.intoByteArray())
                .isSameAs(whole.intoByteArray())
                .isNotSameAs(message.get(0).intoByteArray());
        assertThatThrownBy(() -> message.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void whatCannotBeSoPackedIsNoBundle() {
        ByteView packed = ByteView.of(new byte[] {1, 7, 1, 8});
        assertThat(Bundle.of(packed, 2, 2)).containsExactly(packed.slice(1, 1), packed.slice(3, 1));
        for (int[] wrong : new int[][] {{1, 2}, {2, 3}, {2, -1}, {Bundle.MESSAGES_MAX + 1, 0}}) {
            assertThatThrownBy(() -> Bundle.of(packed, wrong[0], wrong[1])).hasMessageContaining("messages");
        }
    }

    @Test
    void oneMessageOrTooManyAreNoBundle() throws MalformedFrame {
        assertThatThrownBy(() -> decode(1)).isInstanceOf(MalformedFrame.class).hasMessageContaining("at least 2");
        assertThat(decode(Bundle.MESSAGES_MAX)).hasSize(Bundle.MESSAGES_MAX);
        assertThatThrownBy(() -> decode(Bundle.MESSAGES_MAX + 1))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("more than 256");
        assertThatThrownBy(() -> Data.bundle(
                        FlowRef.established(1), 0, 0, Collections.nCopies(Bundle.MESSAGES_MAX + 1, ByteView.EMPTY)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** So many empty messages. */
    private static List<ByteView> decode(int messages) throws MalformedFrame {
        return Bundle.decode(new WireReader(ByteView.of(new byte[messages])));
    }
}
