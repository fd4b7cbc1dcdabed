package dev.weft;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes what is to be signed: two letters, a version, then fields in one order, numbers big-endian, texts behind a byte
 * that holds their length. There is one way to write each content, so a signature has one meaning.
 */
final class SignedWriter {
    static final int VERSION = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    SignedWriter(char letter) {
        number('W', 1).number(letter, 1).number(VERSION, 1);
    }

    SignedWriter number(long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
        return this;
    }

    SignedWriter node(NodeId node) {
        return number(node.high(), 8).number(node.low(), 8);
    }

    SignedWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    SignedWriter text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return number(bytes.length, 1).bytes(bytes);
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
