package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class MeshProverTest {
    private static final ByteView TRANSCRIPT = ByteView.utf8("all that was said");

    private final MeshKey key = MeshKey.random();
    private final MeshKey other = MeshKey.random();

    @Test
    void aProofIsAnHmacUnderAKeyForLinksAlone() throws Exception {
        byte[] linkKey = hmac(key.secret(), "weft/1 link\u0001".getBytes(StandardCharsets.US_ASCII));
        byte[] expected = hmac(linkKey, TRANSCRIPT.toByteArray());
        assertThat(new MeshProver(List.of(key)).prove(TRANSCRIPT)).containsExactly(ByteView.of(expected));
    }

    @Test
    void onlyAProofOfTheSameTextWithTheSameKeyIsAccepted() {
        ByteView proof = new MeshProver(List.of(key)).prove(TRANSCRIPT).get(0);
        assertThat(new MeshProver(List.of(key)).accepts(TRANSCRIPT, proof)).isTrue();
        assertThat(new MeshProver(List.of(other)).accepts(TRANSCRIPT, proof)).isFalse();
        assertThat(new MeshProver(List.of(key)).accepts(ByteView.utf8("all that was sald"), proof))
                .isFalse();
        assertThat(new MeshProver(List.of(key)).accepts(TRANSCRIPT, ByteView.EMPTY))
                .isFalse();
        for (int bit = 0; bit < 256; bit++) {
            byte[] flipped = proof.toByteArray();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(new MeshProver(List.of(key)).accepts(TRANSCRIPT, ByteView.of(flipped)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void anyOverlapOfTwoSetsOfKeysIsEnough() {
        MeshProver both = new MeshProver(List.of(key, other));
        for (MeshKey one : List.of(key, other)) {
            MeshProver single = new MeshProver(List.of(one));
            assertThat(both.prove(TRANSCRIPT)).anyMatch(proof -> single.accepts(TRANSCRIPT, proof));
            assertThat(single.prove(TRANSCRIPT)).anyMatch(proof -> both.accepts(TRANSCRIPT, proof));
        }
    }

    @Test
    void aReplacedKeyIsWorthNothingFromThenOn() {
        MeshProver prover = new MeshProver(List.of(key));
        ByteView before = prover.prove(TRANSCRIPT).get(0);
        prover.replace(List.of(other));
        assertThat(prover.accepts(TRANSCRIPT, before)).isFalse();
        assertThat(prover.prove(TRANSCRIPT)).doesNotContain(before);
    }

    @Test
    void withoutAKeyNothingIsProvedAndNothingAccepted() {
        MeshProver keyless = new MeshProver(List.of());
        assertThat(keyless.isKeyed()).isFalse();
        assertThat(keyless.prove(TRANSCRIPT)).isEmpty();
        assertThatThrownBy(() -> new MeshProver(List.of(key, key, key))).hasMessageContaining("at most 2");
    }

    @Test
    void noncesDoNotRepeat() {
        TreeSet<String> nonces = new TreeSet<>();
        MeshProver prover = new MeshProver(List.of(key));
        for (int i = 0; i < 10_000; i++) {
            nonces.add(prover.nonce().toString());
        }
        assertThat(nonces).hasSize(10_000);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }
}
