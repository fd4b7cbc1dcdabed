package dev.weft.net.secure;

import dev.weft.core.base.ByteView;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.Sealed;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-128-GCM (NIST SP 800-38D) with the nonce of RFC 9180 §5.2, a salt of 96 bits xor the counter, so that none is used
 * twice. Used on the node's loop alone.
 */
final class AeadCipher implements Sealer.Cipher {
    static final int KEY_BYTES = 16;
    static final int SALT_BYTES = 12;

    private static final String AES_GCM = "AES/GCM/NoPadding";
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final byte[] salt;
    private final Cipher cipher;

    /** @param secret begins with the key and the salt */
    AeadCipher(byte[] secret) {
        key = new SecretKeySpec(secret, 0, KEY_BYTES, "AES");
        salt = Arrays.copyOfRange(secret, KEY_BYTES, GroupKey.SECRET_BYTES);
        try {
            cipher = Cipher.getInstance(AES_GCM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + AES_GCM, e);
        }
    }

    @Override
    public ByteView seal(long counter, ByteView associated, ByteView plain) {
        try {
            return ByteView.of(run(Cipher.ENCRYPT_MODE, counter, associated, plain));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot seal with " + AES_GCM, e);
        }
    }

    @Override
    public Optional<ByteView> open(long counter, ByteView associated, ByteView sealed) {
        if (sealed.length() < Sealed.TAG_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(ByteView.of(run(Cipher.DECRYPT_MODE, counter, associated, sealed)));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot open with " + AES_GCM, e);
        }
    }

    private byte[] run(int mode, long counter, ByteView associated, ByteView input) throws GeneralSecurityException {
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce(counter)));
        cipher.updateAAD(associated.toByteArray());
        return cipher.doFinal(input.toByteArray());
    }

    private byte[] nonce(long counter) {
        byte[] nonce = salt.clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[SALT_BYTES - 1 - i] ^= (byte) (counter >>> 8 * i);
        }
        return nonce;
    }

    /** Nothing of what it holds. */
    @Override
    public String toString() {
        return "a cipher";
    }
}
