package dev.weft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The secret that the members of a mesh share: 32 random bytes. Whoever has it can join and read; whoever has not can
 * do neither. Never shown by {@link #toString}.
 *
 * <p>Written as {@code weft-key-1-} and 58 letters and digits of base 32 (RFC 4648, lower case), the last bytes of
 * which are a checksum. Hyphens in it, case and blanks around it do not matter.
 */
public final class MeshKey {
    /** How many keys can be valid at a time: the one in use and the one that is to follow, or to go. */
    public static final int KEYS_MAX = 2;

    private static final int SECRET_BYTES = 32;
    private static final int CHECK_BYTES = 4;
    private static final int GROUP_CHARS = 10;
    private static final int FILE_BYTES_MAX = 64 << 10;
    private static final String PREFIX = "weft-key-1-";
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

    private final byte[] secret;

    private MeshKey(byte[] secret) {
        this.secret = secret;
    }

    /** A new key. */
    public static MeshKey random() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return new MeshKey(secret);
    }

    /**
     * Reads what {@link #text} has written.
     *
     * @throws IllegalArgumentException if that is no key; the message says what is wrong with it, and not what it is
     */
    public static MeshKey parse(String text) {
        String plain = text.strip().toLowerCase(java.util.Locale.ROOT);
        if (!plain.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a mesh key begins with '" + PREFIX + "': make one by 'weft key new'");
        }
        byte[] bytes = decode(plain.substring(PREFIX.length()).replace("-", ""));
        byte[] secret = Arrays.copyOf(bytes, SECRET_BYTES);
        byte[] check = Arrays.copyOfRange(bytes, SECRET_BYTES, bytes.length);
        if (!MessageDigest.isEqual(check, checksum(secret))) {
            throw new IllegalArgumentException("the checksum of the mesh key does not fit: it was mistyped or cut");
        }
        return new MeshKey(secret);
    }

    /**
     * Reads the keys of a file: one a line, at most {@value #KEYS_MAX}; empty lines and lines that begin with
     * {@code #} do not count.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if it holds no key or too many, or if others than its owner may read it
     */
    public static List<MeshKey> readFile(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> allowed = Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            if (!allowed.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IllegalArgumentException(
                        "key file " + file + " must be its owner's alone: chmod 600 " + file);
            }
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IllegalArgumentException("key file " + file + " is larger than 64 KiB: that is no file of keys");
        }
        List<MeshKey> keys = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    keys.add(parse(line));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("key file " + file + ", line " + number + ": " + e.getMessage());
                }
            }
        }
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new IllegalArgumentException("key file " + file + " holds " + keys.size() + " keys: it must be 1, or "
                    + KEYS_MAX + " while the key is changed");
        }
        return keys;
    }

    /** The whole key, to be stored where only its owner can read. */
    public String text() {
        byte[] bytes = Arrays.copyOf(secret, SECRET_BYTES + CHECK_BYTES);
        System.arraycopy(checksum(secret), 0, bytes, SECRET_BYTES, CHECK_BYTES);
        String digits = encode(bytes);
        StringBuilder text = new StringBuilder(PREFIX);
        for (int at = 0; at < digits.length(); at += GROUP_CHARS) {
            text.append(at == 0 ? "" : "-").append(digits, at, Math.min(at + GROUP_CHARS, digits.length()));
        }
        return text.toString();
    }

    /** The 32 bytes; a copy. */
    public byte[] secret() {
        return secret.clone();
    }

    /** Eight hexadecimal digits that tell keys apart and give nothing of the key away. */
    public String fingerprint() {
        return java.util.HexFormat.of().formatHex(digest("weft key fingerprint", secret), 0, 4);
    }

    /** Takes equally long for all keys. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MeshKey that && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return fingerprint().hashCode();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "mesh key " + fingerprint();
    }

    private static byte[] checksum(byte[] secret) {
        return Arrays.copyOf(digest("weft key checksum", secret), CHECK_BYTES);
    }

    private static byte[] digest(String label, byte[] secret) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(label.getBytes(StandardCharsets.US_ASCII));
            return sha256.digest(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static String encode(byte[] bytes) {
        StringBuilder digits = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte b : bytes) {
            held = held << 8 | b & 0xff;
            for (bits += 8; bits >= 5; bits -= 5) {
                digits.append(DIGITS.charAt(held >>> bits - 5 & 31));
            }
            held &= (1 << bits) - 1;
        }
        return bits == 0
                ? digits.toString()
                : digits.append(DIGITS.charAt(held << 5 - bits & 31)).toString();
    }

    private static byte[] decode(String digits) {
        int bytesMax = SECRET_BYTES + CHECK_BYTES;
        int wanted = (bytesMax * 8 + 4) / 5;
        if (digits.length() != wanted) {
            throw new IllegalArgumentException("a mesh key has " + wanted + " letters and digits behind '" + PREFIX
                    + "', this one " + digits.length());
        }
        byte[] bytes = new byte[bytesMax];
        int at = 0;
        int held = 0;
        int bits = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = DIGITS.indexOf(digits.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException(
                        "a mesh key has only the letters a to z and the digits 2 to 7 behind '" + PREFIX
                                + "'; character " + (i + 1) + " is another");
            }
            held = held << 5 | digit;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (held >>> bits);
                held &= (1 << bits) - 1;
            }
        }
        if (held != 0) {
            throw new IllegalArgumentException("the last letter of the mesh key is wrong: it was mistyped or cut");
        }
        return bytes;
    }
}
