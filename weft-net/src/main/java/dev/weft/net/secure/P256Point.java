package dev.weft.net.secure;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Lsa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Public keys on P-256 as uncompressed points (SEC 1 §2.3.3), and the node ids that are made of them. Used from any
 * thread.
 */
final class P256Point {
    private static final int COORDINATE_BYTES = 32;

    /** What stands before a point in a SubjectPublicKeyInfo of this curve (RFC 5480 §2). */
    private static final byte[] KEY_INFO =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    /** NIST SP 800-186 §3.2.1.3. */
    private static final BigInteger PRIME =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final BigInteger B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

    private P256Point() {}

    /** Uncompressed. */
    static ByteView of(PublicKey key) {
        if (!(key instanceof ECPublicKey point)) {
            throw new IllegalStateException("a P-256 key that is none");
        }
        byte[] bytes = new byte[Lsa.ORIGIN_KEY_BYTES];
        bytes[0] = 4;
        put(point.getW().getAffineX(), bytes, 1);
        put(point.getW().getAffineY(), bytes, 1 + COORDINATE_BYTES);
        return ByteView.of(bytes);
    }

    private static void put(BigInteger coordinate, byte[] to, int at) {
        byte[] signed = coordinate.toByteArray();
        int length = Math.min(signed.length, COORDINATE_BYTES);
        System.arraycopy(signed, signed.length - length, to, at + COORDINATE_BYTES - length, length);
    }

    /** The node whose key that is; empty where it is no point of the curve. */
    static Optional<NodeId> nodeIdOf(ByteView point) {
        return isOnCurve(point) ? Optional.of(NodeId.fromDigest(digest(keyInfo(point)))) : Optional.empty();
    }

    /**
     * Looked at here, and not left to the libraries that check signatures: nodes with different ones must come to the
     * same verdict, or a node that passes something on would be accused of it.
     */
    private static boolean isOnCurve(ByteView point) {
        if (point.length() != Lsa.ORIGIN_KEY_BYTES || point.at(0) != 4) {
            return false;
        }
        BigInteger x = new BigInteger(1, point.slice(1, COORDINATE_BYTES).toByteArray());
        BigInteger y = new BigInteger(
                1, point.slice(1 + COORDINATE_BYTES, COORDINATE_BYTES).toByteArray());
        if (x.compareTo(PRIME) >= 0 || y.compareTo(PRIME) >= 0) {
            return false;
        }
        BigInteger curve = x.multiply(x).subtract(THREE).multiply(x).add(B);
        return y.multiply(y).subtract(curve).mod(PRIME).signum() == 0;
    }

    /** @throws GeneralSecurityException if that is no key */
    static PublicKey keyOf(ByteView point) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(keyInfo(point)));
    }

    private static byte[] keyInfo(ByteView point) {
        byte[] encoded = new byte[KEY_INFO.length + point.length()];
        System.arraycopy(KEY_INFO, 0, encoded, 0, KEY_INFO.length);
        point.copyTo(encoded, KEY_INFO.length);
        return encoded;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
