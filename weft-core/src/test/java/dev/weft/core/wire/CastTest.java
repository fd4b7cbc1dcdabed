package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CastTest {
    private static final NodeId ONE = new NodeId(0x1111_1111_1111_8111L, 0x9111_1111_1111_1111L);
    private static final NodeId TWO = new NodeId(0x2222_2222_2222_8222L, 0x9222_2222_2222_2222L);
    private static final NodeId THREE = new NodeId(0x3333_3333_3333_8333L, 0x9333_3333_3333_3333L);
    private static final int TWOS = TreeMark.checkOf(TWO, 4);
    private static final int THREES = TreeMark.checkOf(THREE, 5);

    private static List<Cast.Branch> branches() {
        TreeLayout layout = TreeLayout.of(
                new int[] {0, 0, 0},
                new int[] {0, 5, 7},
                List.of(TreeMark.RELAY, TreeMark.member(TWOS), TreeMark.member(THREES)));
        WireWriter body = new WireWriter();
        new GroupData(3, 7, 2, Optional.empty(), 0, 1, 5, ByteView.utf8("hello")).encodeBody(body);
        List<Cast.Branch> branches = new ArrayList<>();
        for (int at = 1; at <= 2; at++) {
            TreeHeader header = TreeHeader.first(new TreeHeader.TreeOrigin(ONE, 3, 300), 40, layout, at);
            branches.add(
                    new Cast.Branch(at == 1 ? TWOS : THREES, new TreeFrame(FrameType.GROUP_DATA, header, body.view())));
        }
        return branches;
    }

    private static ByteView datagram() {
        return new Cast(0x0102_0304_0506_0708L, ONE, 3, 42, List.of(Cast.entry(branches()))).encode();
    }

    @Test
    void theDatagramIsTheOneOfTheDocs() {
        assertThat(datagram()).isEqualTo(GoldenVectors.bytes("CAST"));
    }

    @Test
    void eachReaderFindsItsOwnFrameAsItWouldHaveComeOverItsLink() throws MalformedFrame {
        Cast cast = Cast.decode(datagram());
        assertThat(cast.sender()).isEqualTo(ONE);
        assertThat(cast.number()).isEqualTo(42);
        ByteView entry = cast.entries().get(0);
        assertThat(Cast.frameFor(TWOS, entry)).contains(branches().get(0).frame());
        assertThat(Cast.frameFor(THREES, entry)).contains(branches().get(1).frame());
        assertThat(Cast.frameFor(1, entry)).isEmpty();
        assertThat(cast.encode()).isEqualTo(datagram());
    }

    @Test
    void noTruncationAndNoFlippedBitIsMoreThanMalformed() {
        byte[] whole = datagram().toByteArray();
        for (int i = 0; i < whole.length; i++) {
            byte[] cut = java.util.Arrays.copyOf(whole, i);
            for (int bit = 0; bit < 8; bit++) {
                byte[] altered = whole.clone();
                altered[i] ^= (byte) (1 << bit);
                read(altered);
            }
            read(cut);
        }
        assertThatThrownBy(() -> Cast.decode(ByteView.of(java.util.Arrays.copyOf(whole, 40))))
                .isInstanceOf(MalformedFrame.class);
    }

    private static void read(byte[] bytes) {
        try {
            for (ByteView entry : Cast.decode(ByteView.of(bytes)).entries()) {
                Cast.frameFor(TWOS, entry);
            }
        } catch (MalformedFrame expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        }
    }
}
