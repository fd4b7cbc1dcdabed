package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Authority;
import dev.weft.core.base.ByteView;
import dev.weft.net.secure.AuthorityNotary;
import dev.weft.net.secure.NodeKey;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a stranger shows as proof that it has the key of a credential: a key and a signature, decoded and checked before
 * it is let in. Whatever it is, it is refused without an exception, unless the node has made it.
 */
class PossessionFuzz {
    private static final NodeKey KEY = NodeKey.generate();
    private static final AuthorityNotary NOTARY =
            new AuthorityNotary(Authority.generate().key(), KEY, "demo", () -> 1_790_000_000_000L);
    private static final ByteView TRANSCRIPT = ByteView.utf8("what both have said");
    private static final byte[] PROOF = NOTARY.possession(TRANSCRIPT).toByteArray();

    /** Where the key begins, behind the signature. */
    private static final int KEY_AT = 64;

    @MethodSource("proofs")
    @FuzzTest
    void bytesAreNoPossessionUnlessTheNodeHasMadeThem(byte[] input) {
        judge(input);
    }

    @Test
    void theNodesOwnIsOne() {
        assertThat(NOTARY.isPossessed(KEY.id(), TRANSCRIPT, ByteView.of(PROOF))).isTrue();
        proofs().forEach(PossessionFuzz::judge);
    }

    static Stream<byte[]> proofs() {
        return Stream.of(PROOF, new byte[0], new byte[PROOF.length], Arrays.copyOf(PROOF, KEY_AT));
    }

    private static void judge(byte[] input) {
        check(input);
        // The right key with another signature, and the right signature with another key.
        byte[] withKey = PROOF.clone();
        System.arraycopy(input, 0, withKey, 0, Math.min(input.length, KEY_AT));
        check(withKey);
        byte[] withSignature = Arrays.copyOf(PROOF, KEY_AT + input.length);
        System.arraycopy(input, 0, withSignature, KEY_AT, input.length);
        check(withSignature);
        byte[] longer = Arrays.copyOf(PROOF, PROOF.length + input.length);
        System.arraycopy(input, 0, longer, PROOF.length, input.length);
        check(longer);
    }

    private static void check(byte[] shown) {
        boolean possessed = NOTARY.isPossessed(KEY.id(), TRANSCRIPT, ByteView.of(shown));
        // An ECDSA signature can be written with the negative of its second half, too; that is no forgery.
        if (possessed) {
            assertThat(Arrays.copyOfRange(shown, KEY_AT, shown.length))
                    .isEqualTo(Arrays.copyOfRange(PROOF, KEY_AT, PROOF.length));
            assertThat(Arrays.copyOf(shown, KEY_AT / 2)).isEqualTo(Arrays.copyOf(PROOF, KEY_AT / 2));
        }
    }
}
