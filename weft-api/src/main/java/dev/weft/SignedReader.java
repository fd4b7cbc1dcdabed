package dev.weft;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads what {@link SignedWriter} has written. Every length is checked before anything is made of it. */
final class SignedReader {
    private final String what;
    private final ByteBuffer in;

    /** @throws IllegalArgumentException if the bytes are too many, or do not begin as they must */
    SignedReader(String what, byte[] bytes, int bytesMax, char letter) {
        this.what = what;
        if (bytes.length > bytesMax) {
            throw new IllegalArgumentException(
                    "no " + what + ": " + bytes.length + " bytes, at most " + bytesMax + " can be");
        }
        this.in = ByteBuffer.wrap(bytes);
        if (number(1) != 'W' || number(1) != letter) {
            throw new IllegalArgumentException("no " + what + ": it begins otherwise");
        }
        long version = number(1);
        if (version != SignedWriter.VERSION) {
            throw new IllegalArgumentException("a " + what + " of version " + version + " is not understood here");
        }
    }

    /** An unsigned number of so many bytes. */
    long number(int bytes) {
        need(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | in.get() & 0xff;
        }
        if (value < 0) {
            throw new IllegalArgumentException("no " + what + ": a number is beyond 63 bits");
        }
        return value;
    }

    NodeId node() {
        need(NodeId.BYTES);
        return new NodeId(in.getLong(), in.getLong());
    }

    byte[] bytes(int count) {
        need(count);
        byte[] bytes = new byte[count];
        in.get(bytes);
        return bytes;
    }

    String text() {
        int length = (int) number(1);
        need(length);
        try {
            ByteBuffer part = in.slice(in.position(), length);
            in.position(in.position() + length);
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("no " + what + ": a text is not UTF-8", e);
        }
    }

    /** The signature, which is the end. */
    byte[] signature() {
        byte[] signature = bytes(Signing.SIGNATURE_BYTES);
        if (in.hasRemaining()) {
            throw new IllegalArgumentException("no " + what + ": " + in.remaining() + " bytes too many");
        }
        return signature;
    }

    private void need(int count) {
        if (count > in.remaining()) {
            throw new IllegalArgumentException("no " + what + ": it is cut short");
        }
    }
}
