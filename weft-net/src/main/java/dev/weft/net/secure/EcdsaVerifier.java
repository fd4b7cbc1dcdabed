package dev.weft.net.secure;

import dev.weft.core.base.ByteView;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * Checks ECDSA signatures on P-256 with SHA-256, given as r and s of 32 bytes each. Few by the JDK, which needs nothing
 * loaded; where there are many, by Bouncy Castle, which takes 0.1 s to load and then a third of the time. Nothing here
 * is secret. Used on one thread at a time.
 */
final class EcdsaVerifier {
    private static final String ECDSA = "SHA256withECDSAinP1363Format";
    private static final int NUMBER_BYTES = 32;

    /** So many in a process's life are many. */
    private static final int FEW = 100;

    private int count;

    /**
     * @param point of the curve: whoever calls has looked, so that both ways come to the same verdict
     */
    boolean isBy(ByteView point, ByteView statement, ByteView signature) {
        BigInteger r = new BigInteger(1, signature.slice(0, NUMBER_BYTES).toByteArray());
        BigInteger s =
                new BigInteger(1, signature.slice(NUMBER_BYTES, NUMBER_BYTES).toByteArray());
        if (!isInRange(r) || !isInRange(s)) {
            return false;
        }
        try {
            return count++ < FEW ? isByTheJdk(point, statement, signature) : isByTheOther(point, statement, r, s);
        } catch (GeneralSecurityException | IllegalArgumentException refused) {
            return false;
        }
    }

    private static boolean isInRange(BigInteger number) {
        return number.signum() > 0 && number.compareTo(NodeKey.P256_ORDER) < 0;
    }

    static boolean isByTheJdk(ByteView point, ByteView statement, ByteView signature) throws GeneralSecurityException {
        Signature verifying = Signature.getInstance(ECDSA);
        verifying.initVerify(P256Point.keyOf(point));
        verifying.update(statement.toByteArray());
        return verifying.verify(signature.toByteArray());
    }

    static boolean isByTheOther(ByteView point, ByteView statement, BigInteger r, BigInteger s)
            throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(statement.toByteArray());
        return BouncyCastle.isBy(point.toByteArray(), digest, r, s);
    }

    /** Loaded when it is first needed, so nothing outside of it may name its types: the JVM would look at them. */
    private static final class BouncyCastle {
        private static final X9ECParameters P256 = CustomNamedCurves.getByName("secp256r1");
        private static final ECDomainParameters DOMAIN =
                new ECDomainParameters(P256.getCurve(), P256.getG(), P256.getN(), P256.getH());

        private static boolean isBy(byte[] point, byte[] digest, BigInteger r, BigInteger s) {
            ECDSASigner verifying = new ECDSASigner();
            verifying.init(false, new ECPublicKeyParameters(DOMAIN.getCurve().decodePoint(point), DOMAIN));
            return verifying.verifySignature(digest, r, s);
        }
    }
}
