package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AcceptTest extends FrameContract<Accept> {
    private static final ByteView PROOF =
            ByteView.of(HexFormat.of().parseHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"));

    @Override
    Accept golden() {
        return new Accept(
                0xfedcba9876543210L, List.of(PROOF), ByteView.utf8("credential"), ByteView.utf8("possession"), 1);
    }

    @Override
    Accept decode(WireReader in) throws MalformedFrame {
        return Accept.decode(in);
    }

    @Test
    void instanceZeroIsNoInstance() {
        assertThatThrownBy(() -> new Accept(0, List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreThanTwoProofsAreRefusedOnBothSides() {
        assertThatThrownBy(() -> new Accept(1, List.of(PROOF, PROOF, PROOF), 1))
                .isInstanceOf(IllegalArgumentException.class);
        WireWriter body = new WireWriter();
        new ProtoWriter(body)
                .number(1, 1)
                .element(2, PROOF)
                .element(2, PROOF)
                .element(2, PROOF)
                .number(5, 1);
        assertThatThrownBy(() -> Accept.decode(new WireReader(body.view())))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("more than 2");
    }

    @Test
    void aCredentialComesWithAProofOfItsKey() {
        ByteView some = ByteView.utf8("some");
        assertThatThrownBy(() -> new Accept(1, List.of(), some, ByteView.EMPTY, 1))
                .isInstanceOf(IllegalArgumentException.class);
        WireWriter body = new WireWriter();
        new ProtoWriter(body).number(1, 1).bytes(4, some).number(5, 1);
        assertThatThrownBy(() -> Accept.decode(new WireReader(body.view()))).isInstanceOf(MalformedFrame.class);
    }

    @Test
    void aProofOfAnotherLengthIsNoProof() {
        ByteView cut = PROOF.slice(0, 31);
        assertThatThrownBy(() -> new Accept(1, List.of(cut), 1)).isInstanceOf(IllegalArgumentException.class);
        WireWriter body = new WireWriter();
        new ProtoWriter(body).number(1, 1).element(2, cut).number(5, 1);
        assertThatThrownBy(() -> Accept.decode(new WireReader(body.view()))).isInstanceOf(MalformedFrame.class);
    }
}
