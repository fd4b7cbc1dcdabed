package dev.weft;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5), over a label and a content. Signatures are r and s of 32 bytes each, with s
 * in the lower half of the group: the other one is as valid to mathematics and refused here, so that nobody can make a
 * second signature of a first.
 */
final class Signing {
    static final int SIGNATURE_BYTES = 64;
    static final int KEY_BYTES_MAX = 128;

    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final int HALF = SIGNATURE_BYTES / 2;

    /** The number of points on P-256 (NIST SP 800-186 §3.2.1.3); no other curve has it. */
    private static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    private Signing() {}

    static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make P-256 keys", e);
        }
    }

    static byte[] sign(PrivateKey key, String label, byte[] content) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(label.getBytes(StandardCharsets.US_ASCII));
            signature.update(content);
            byte[] made = signature.sign();
            BigInteger s = scalar(made);
            if (s.compareTo(ORDER.shiftRight(1)) > 0) {
                byte[] lower = ORDER.subtract(s).toByteArray();
                Arrays.fill(made, HALF, SIGNATURE_BYTES, (byte) 0);
                int from = Math.max(0, lower.length - HALF);
                int count = lower.length - from;
                System.arraycopy(lower, from, made, SIGNATURE_BYTES - count, count);
            }
            return made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign with P-256 keys", e);
        }
    }

    static boolean verifies(PublicKey key, String label, byte[] content, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES || scalar(signature).compareTo(ORDER.shiftRight(1)) > 0) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(label.getBytes(StandardCharsets.US_ASCII));
            verifier.update(content);
            return verifier.verify(signature);
        } catch (GeneralSecurityException notEvenASignature) {
            return false;
        }
    }

    private static BigInteger scalar(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, HALF, SIGNATURE_BYTES));
    }

    /** @throws IllegalArgumentException if that is no public key on P-256, in the one form that it has */
    static PublicKey publicKey(byte[] encoded) {
        try {
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            return requireP256(key, encoded);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("that is no public key", e);
        }
    }

    static PublicKey requireP256(PublicKey key, byte[] encoded) {
        if (!(key instanceof ECPublicKey ec)
                || !ec.getParams().getOrder().equals(ORDER)
                || !Arrays.equals(key.getEncoded(), encoded)) {
            throw new IllegalArgumentException("that is no public key on P-256");
        }
        return key;
    }

    static PrivateKey privateKey(byte[] encoded) {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("that is no private key", e);
        }
    }

    static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(first.length + second.length);
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
