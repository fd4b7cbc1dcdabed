package dev.weft.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Turns a fuzzer's bytes into text. */
public final class Texts {
    private Texts() {}

    /** Any text at all: after an odd first byte the bytes are UTF-16, so that halves of characters occur. */
    public static String any(byte[] input) {
        if (input.length == 0) {
            return "";
        }
        ByteBuffer rest = ByteBuffer.wrap(input, 1, input.length - 1);
        boolean wide = (input[0] & 1) == 1;
        return (wide ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8)
                .decode(rest)
                .toString();
    }

    /** The lines of a file, as Java reads them from UTF-8. */
    public static List<String> lines(byte[] input) {
        return new String(input, StandardCharsets.UTF_8).lines().toList();
    }
}
