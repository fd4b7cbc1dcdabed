package dev.weft.core.wire;

import java.nio.charset.StandardCharsets;

/**
 * Text for people that crosses the wire. It ends up in logs and terminals, so control characters (which could drive a
 * terminal) are neither sent nor taken, and its size is limited in bytes of UTF-8.
 */
final class PlainText {
    private PlainText() {}

    /** @throws IllegalArgumentException if the text is too long or holds a control character */
    static void check(String name, String text, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new IllegalArgumentException(name + " of " + bytes + " bytes, at most " + bytesMax);
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(name + " holds a control character");
        }
    }

    /** The text with spaces for control characters, cut between two characters where it is too long. */
    static String fit(String text, int bytesMax) {
        StringBuilder fitted = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            int shown = Character.isISOControl(character) ? ' ' : character;
            bytes += utf8Bytes(shown);
            if (bytes > bytesMax) {
                break;
            }
            fitted.appendCodePoint(shown);
        }
        return fitted.toString();
    }

    private static int utf8Bytes(int character) {
        if (character < 0x80) {
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
