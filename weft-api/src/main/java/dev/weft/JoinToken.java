package dev.weft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Everything that a node must know of a mesh before it can ask to join: its name, its authority, and where members are.
 * One word, to be pasted. No secret: whoever has it can ask, and whoever has altered it can only mislead the one who
 * takes it from him; compare the fingerprint.
 *
 * @param locators at most {@value #LOCATORS_MAX}
 */
public record JoinToken(String mesh, AuthorityKey authority, List<Locator> locators) {
    public static final int LOCATORS_MAX = 16;

    private static final String PREFIX = "weft-join-1-";
    private static final int CHARS_MAX = 8_192;
    private static final int CHECK_BYTES = 4;

    public JoinToken {
        Credential.requireHeading(authority.fingerprint(), mesh);
        locators = List.copyOf(locators);
        if (locators.size() > LOCATORS_MAX) {
            throw new IllegalArgumentException(locators.size() + " locators: at most " + LOCATORS_MAX + " can be");
        }
    }

    /** @throws IllegalArgumentException if that is no token, or was mistyped or cut */
    public static JoinToken parse(String text) {
        String plain = text.strip();
        if (!plain.startsWith(PREFIX) || plain.length() > CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a token begins with '" + PREFIX + "': the authority makes one by 'weft authority token'");
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(plain.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the token was mistyped", e);
        }
        int length = bytes.length - CHECK_BYTES;
        if (length < 0
                || !Arrays.equals(
                        Arrays.copyOfRange(bytes, length, bytes.length),
                        Arrays.copyOf(Signing.sha256(Arrays.copyOf(bytes, length)), CHECK_BYTES))) {
            throw new IllegalArgumentException("the checksum of the token does not fit: it was mistyped or cut");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        String mesh = new String(part(in), StandardCharsets.UTF_8);
        AuthorityKey authority = AuthorityKey.decode(part(in));
        List<Locator> locators = new ArrayList<>();
        while (in.hasRemaining()) {
            locators.add(Locator.parse(new String(part(in), StandardCharsets.UTF_8)));
        }
        return new JoinToken(mesh, authority, locators);
    }

    private static byte[] part(ByteBuffer in) {
        int length = in.remaining() < 2 ? -1 : in.getShort() & 0xffff;
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("the token is no token");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    public String text() {
        byte[] content = {};
        content = with(content, mesh.getBytes(StandardCharsets.UTF_8));
        content = with(content, authority.encoded());
        for (Locator locator : locators) {
            content = with(content, locator.toString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] check = Arrays.copyOf(Signing.sha256(content), CHECK_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(Signing.join(content, check));
    }

    private static byte[] with(byte[] content, byte[] part) {
        byte[] length = {(byte) (part.length >>> 8), (byte) part.length};
        return Signing.join(Signing.join(content, length), part);
    }
}
