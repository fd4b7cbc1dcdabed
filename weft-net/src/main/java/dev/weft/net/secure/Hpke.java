package dev.weft.net.secure;

import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContext;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * The Auth mode of HPKE (RFC 9180 §5.1.3) as Bouncy Castle implements it: DHKEM(P-256, HKDF-SHA256) with HKDF-SHA256, and
 * of its context nothing but a secret that is exported (§5.3).
 *
 * <p>Used by {@link HpkeSealer} alone, on its thread, and apart from it for what loading costs: Bouncy Castle's jar is
 * signed, so its first class has the JVM read and check the signatures of the whole jar. A node that seals nothing
 * never comes here.
 */
final class Hpke {
    /**
     * What both ends know and nobody else.
     *
     * @param encapsulated for the other end to find it out
     */
    record Secret(ByteView encapsulated, ByteView exported) {}

    private Hpke() {}

    /** SetupAuthS: to whoever has the private half of the prekey, from whoever has the private key. */
    static Secret begin(ByteView prekey, byte[] info, PublicKey ownKey, PrivateKey ownSecret, byte[] label)
            throws IOException, InvalidCipherTextException {
        HPKE hpke = hpke();
        AsymmetricKeyParameter to = hpke.deserializePublicKey(prekey.toByteArray());
        HPKEContextWithEncapsulation context = hpke.setupAuthS(to, info, pair(ownKey, ownSecret));
        return new Secret(ByteView.of(context.getEncapsulation()), exported(context, label));
    }

    /** SetupAuthR: what {@link #begin} has made for the prekey, by the owner of the key that is shown. */
    static Secret accept(ByteView encapsulated, byte[] info, KeyPair prekey, ByteView originKey, byte[] label)
            throws IOException, InvalidCipherTextException {
        HPKEContext context = hpke().setupAuthR(
                        encapsulated.toByteArray(),
                        pair(prekey.getPublic(), prekey.getPrivate()),
                        info,
                        PublicKeyFactory.createKey(originKey.toByteArray()));
        return new Secret(encapsulated, exported(context, label));
    }

    private static HPKE hpke() {
        return new HPKE(HPKE.mode_auth, HPKE.kem_P256_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
    }

    private static ByteView exported(HPKEContext context, byte[] label) {
        return ByteView.of(context.export(label, AeadKeys.SECRET_BYTES));
    }

    private static AsymmetricCipherKeyPair pair(PublicKey shown, PrivateKey secret) throws IOException {
        return new AsymmetricCipherKeyPair(
                PublicKeyFactory.createKey(shown.getEncoded()), PrivateKeyFactory.createKey(secret.getEncoded()));
    }
}
