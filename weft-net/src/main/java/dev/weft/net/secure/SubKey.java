package dev.weft.net.secure;

import dev.weft.MeshKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key for one purpose, made of a mesh key and a label: HKDF-Expand (RFC 5869 §2.3) for one block. The mesh key is
 * uniformly random, so nothing has to be extracted first. What is done with one of these tells nothing of another.
 */
final class SubKey {
    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec key;

    private SubKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, HMAC);
    }

    static SubKey of(MeshKey meshKey, String label) {
        byte[] info = (label + "\u0001").getBytes(StandardCharsets.US_ASCII);
        return new SubKey(new SubKey(meshKey.secret()).mac(info));
    }

    byte[] mac(byte[] message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC, e);
        }
    }

    /** The bytes of the key, for another algorithm. */
    byte[] bytes() {
        return key.getEncoded();
    }
}
