package dev.weft.net.secure;

import dev.weft.core.base.ByteView;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.SealAnswer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The keys of one association.
 * <pre>
 *   secret (48):  key (16), salt (12), association (4), receipt (16)
 * </pre>
 * Used on the node's loop alone.
 */
final class AeadKeys implements Sealer.Keys {
    static final int SECRET_BYTES = 48;

    private final AeadCipher cipher;
    private final int association;
    private final ByteView receipt;

    AeadKeys(byte[] secret) {
        cipher = new AeadCipher(secret);
        association = ByteBuffer.wrap(secret).getInt(AeadCipher.KEY_BYTES + AeadCipher.SALT_BYTES);
        receipt = ByteView.of(Arrays.copyOfRange(secret, SECRET_BYTES - SealAnswer.RECEIPT_BYTES, SECRET_BYTES));
    }

    @Override
    public int association() {
        return association;
    }

    @Override
    public ByteView receipt() {
        return receipt;
    }

    @Override
    public ByteView seal(long counter, ByteView associated, ByteView plain) {
        return cipher.seal(counter, associated, plain);
    }

    @Override
    public Optional<ByteView> open(long counter, ByteView associated, ByteView sealed) {
        return cipher.open(counter, associated, sealed);
    }

    /** Nothing of what it holds. */
    @Override
    public String toString() {
        return "keys of an association";
    }
}
