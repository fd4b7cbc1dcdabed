package dev.weft.net.secure;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;

/** A key that makes no node, with a certificate like that of a node. For tests of what is turned away. */
public record OtherCurve(KeyPair keys, X509Certificate certificate) {
    /** On P-384. */
    public static OtherCurve generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp384r1"));
            KeyPair keys = generator.generateKeyPair();
            return new OtherCurve(keys, SelfSigned.certificate(keys));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
