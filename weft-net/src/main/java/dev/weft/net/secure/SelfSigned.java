package dev.weft.net.secure;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * A certificate (RFC 5280) that does nothing but show a P-256 key to TLS: its name, its dates and its signature are
 * looked at by nobody. In DER, written by hand, because a library for it would be larger than the rest of the node.
 * The dates are those that RFC 5280 §4.1.2.5 gives to what has no end: a node's clock must not decide whether it has
 * links.
 */
final class SelfSigned {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int VERSION = 0xa0;

    /** 1.2.840.10045.4.3.2 */
    private static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02};
    /** 2.5.4.3 */
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};

    private SelfSigned() {}

    /** @throws IllegalArgumentException if the private key does not belong to the public one */
    static X509Certificate certificate(KeyPair keys) {
        byte[] content = content(keys.getPublic().getEncoded());
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] whole = der(SEQUENCE, content, algorithm(), der(BIT_STRING, new byte[1], signature.sign()));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
            certificate.verify(keys.getPublic());
            return certificate;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the halves of the key do not belong together, or are no P-256 key", e);
        }
    }

    /** The part that is signed: version 3, serial number 1, from 1970 to 9999. */
    private static byte[] content(byte[] publicKey) {
        byte[] name = der(
                SEQUENCE,
                der(SET, der(SEQUENCE, der(OBJECT_IDENTIFIER, COMMON_NAME), der(UTF8_STRING, ascii("weft")))));
        byte[] dates =
                der(SEQUENCE, der(UTC_TIME, ascii("700101000000Z")), der(GENERALIZED_TIME, ascii("99991231235959Z")));
        byte[] version = der(VERSION, der(INTEGER, BigInteger.TWO.toByteArray()));
        byte[] serial = der(INTEGER, BigInteger.ONE.toByteArray());
        return der(SEQUENCE, version, serial, algorithm(), name, dates, name, publicKey);
    }

    private static byte[] algorithm() {
        return der(SEQUENCE, der(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Tag, length in its shortest form, and the parts one behind the other (X.690 §8.1). */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >>> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
