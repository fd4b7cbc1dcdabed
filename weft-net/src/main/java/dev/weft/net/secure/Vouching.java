package dev.weft.net.secure;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * By what the sender of a message for many vouches to each member: the first 8 bytes of HMAC-SHA256 (RFC 2104) over a
 * SHA-256 of the message, under a key that HKDF-SHA256 (RFC 5869) makes of a secret of the sender's and the member's id.
 * docs/decisions/0015-sealing-for-many.md.
 *
 * <p>Called by {@link HpkeSealer} on the node's loop alone.
 */
final class Vouching {
    private static final String HMAC = "HmacSHA256";
    private static final String SHA = "SHA-256";
    private static final String LABEL = "weft/1 group member";
    /** What HKDF-Extract takes where nothing public is drawn for it: as many zeros as a hash has bytes. */
    private static final byte[] NO_SALT = new byte[32];

    private final MessageDigest sha;
    private final Mac hmac;

    Vouching() {
        try {
            sha = MessageDigest.getInstance(SHA);
            hmac = Mac.getInstance(HMAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + SHA, e);
        }
    }

    ByteView memberKey(ByteView master, NodeId member) {
        byte[] extracted = mac(NO_SALT, master.toByteArray());
        byte[] info = new WireWriter(64)
                .bytes(ByteView.of(LABEL.getBytes(StandardCharsets.US_ASCII)))
                .nodeId(member)
                .u8(1)
                .view()
                .toByteArray();
        return ByteView.of(mac(extracted, info));
    }

    /** The length keeps what is authenticated and what is encrypted apart. */
    ByteView digest(ByteView associated, ByteView sealed) {
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, associated.length()));
        sha.update(associated.toByteArray());
        sha.update(sealed.toByteArray());
        return ByteView.of(sha.digest());
    }

    long tag(ByteView memberKey, ByteView digest) {
        return ByteBuffer.wrap(mac(memberKey.toByteArray(), digest.intoByteArray()))
                .getLong();
    }

    private byte[] mac(byte[] key, byte[] message) {
        try {
            hmac.init(new SecretKeySpec(key, HMAC));
            return hmac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC, e);
        }
    }
}
