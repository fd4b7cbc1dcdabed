package dev.weft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;

/** Bytes as text between two lines that say what they are (RFC 7468), and the files that hold such text. */
final class Armour {
    private static final long FILE_BYTES_MAX = 256 << 10;
    private static final int LINE_CHARS = 64;

    private Armour() {}

    static String wrap(String label, byte[] bytes) {
        String body = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN WEFT " + label + "-----\n" + body + "\n-----END WEFT " + label + "-----\n";
    }

    /**
     * What stands before and behind the armour is not looked at.
     *
     * @throws IllegalArgumentException if it is not there, or not whole
     */
    static byte[] unwrap(String label, String text) {
        String what = label.toLowerCase(java.util.Locale.ROOT);
        String begin = "-----BEGIN WEFT " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END WEFT " + label + "-----");
        if (from < 0 || to < from + begin.length()) {
            throw new IllegalArgumentException("no " + what + ": there is no '" + begin + "', or its end is missing");
        }
        String body = text.substring(from + begin.length(), to).replaceAll("\\s", "");
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no " + what + ": what is between its first and last line is damaged");
        }
        if (!Arrays.equals(Base64.getEncoder().encode(bytes), body.getBytes(StandardCharsets.ISO_8859_1))) {
            throw new IllegalArgumentException("no " + what + ": what is between its first and last line is damaged");
        }
        return bytes;
    }

    /** @throws IllegalArgumentException if it is too large for anything of ours */
    static String read(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IllegalArgumentException(file + " is larger than 256 KiB: that is no file of Weft");
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** @throws IllegalArgumentException if others than its owner may read or write it */
    static void requireOwnerOnly(String what, Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> allowed = Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            if (!allowed.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IllegalArgumentException(what + " " + file + " must be its owner's alone: chmod 600 " + file);
            }
        }
    }

    /** Says which file a problem is in. */
    static IllegalArgumentException in(Path file, IllegalArgumentException problem) {
        String message = String.valueOf(problem.getMessage());
        return message.contains(file.toString())
                ? problem
                : new IllegalArgumentException(file + ": " + message, problem);
    }
}
