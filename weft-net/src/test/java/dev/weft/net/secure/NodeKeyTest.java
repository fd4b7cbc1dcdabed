package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Instant;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;

class NodeKeyTest {
    @Test
    void theIdIsMadeOfTheHashOfThePublicKey() throws Exception {
        NodeKey key = NodeKey.generate();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(key.publicKey().getEncoded());
        assertThat(key.id()).isEqualTo(NodeId.fromDigest(digest));
        assertThat(key.id().uuid().version()).isEqualTo(8);
        assertThat(key.hash().toByteArray()).isEqualTo(digest);
    }

    @Test
    void theCertificateIsWhatTwoOtherReadersTakeItFor() throws Exception {
        for (int i = 0; i < 50; i++) {
            NodeKey key = NodeKey.generate();
            byte[] bytes = key.certificate().getEncoded();
            Certificate read = Certificate.getInstance(bytes);
            // Written anew by another library it is the same: it was canonical.
            assertThat(read.getEncoded(ASN1Encoding.DER)).isEqualTo(bytes);
            assertThat(read.getSubjectPublicKeyInfo().getEncoded())
                    .isEqualTo(key.publicKey().getEncoded());
            assertThat(read.getSignatureAlgorithm().getAlgorithm()).isEqualTo(X9ObjectIdentifiers.ecdsa_with_SHA256);
            assertThat(read.getVersionNumber()).isEqualTo(3);
            assertThat(read.getSubject()).hasToString("CN=weft").isEqualTo(read.getIssuer());

            key.certificate().verify(key.publicKey());
            assertThat(key.certificate().getNotBefore().toInstant()).isEqualTo(Instant.EPOCH);
            assertThat(key.certificate().getNotAfter().toInstant()).isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
            assertThat(bytes.length).isLessThan(300);
        }
    }

    @Test
    void halvesOfTwoKeysMakeNoNode() {
        NodeKey one = NodeKey.generate();
        NodeKey other = NodeKey.generate();
        assertThatThrownBy(() -> NodeKey.of(new KeyPair(one.publicKey(), other.privateKey())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not belong together");
    }

    @Test
    void theKeyIsNotShown() {
        NodeKey key = NodeKey.generate();
        assertThat(key).hasToString("key of node " + key.id());
    }
}
