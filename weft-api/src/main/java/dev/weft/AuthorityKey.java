package dev.weft;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;

/** The public key of the authority of a mesh, by which everyone can tell what it has signed. No secret. Immutable. */
public final class AuthorityKey {
    /** The size of an authority's id: the beginning of the SHA-256 of its key. */
    static final int ID_BYTES = 16;

    private static final String LABEL = "AUTHORITY";

    private final PublicKey key;
    private final String fingerprint;

    private AuthorityKey(PublicKey key) {
        this.key = key;
        this.fingerprint = HexFormat.of().formatHex(Signing.sha256(key.getEncoded()), 0, ID_BYTES);
    }

    static AuthorityKey of(PublicKey key) {
        return new AuthorityKey(key);
    }

    /** @throws IllegalArgumentException if that is no key as {@link #text} writes it */
    public static AuthorityKey parse(String text) {
        return decode(Armour.unwrap(LABEL, text));
    }

    /**
     * Reads a public key.
     *
     * @param encoded as SubjectPublicKeyInfo
     * @throws IllegalArgumentException if that is no key on P-256
     */
    public static AuthorityKey decode(byte[] encoded) {
        if (encoded.length > Signing.KEY_BYTES_MAX) {
            throw new IllegalArgumentException("no key of an authority: " + encoded.length + " bytes");
        }
        return new AuthorityKey(Signing.publicKey(encoded));
    }

    /**
     * Reads the key from a file.
     *
     * @throws IllegalArgumentException if there is none in it
     */
    public static AuthorityKey readFile(Path file) throws IOException {
        try {
            return parse(Armour.read(file));
        } catch (IllegalArgumentException e) {
            throw Armour.in(file, e);
        }
    }

    /** To be given to everyone. */
    public String text() {
        return "# authority " + fingerprint + "\n" + Armour.wrap(LABEL, encoded());
    }

    /** As SubjectPublicKeyInfo. */
    public byte[] encoded() {
        return key.getEncoded();
    }

    /** 32 hexadecimal digits; the authority's id in what it signs. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Whether this authority has signed that. */
    public boolean vouchesFor(Credential credential) {
        return credential.grant().authority().equals(fingerprint)
                && Signing.verifies(key, Credential.SIGNATURE_LABEL, credential.content(), credential.signature());
    }

    /** Whether this authority has signed that. */
    public boolean vouchesFor(Revocations revocations) {
        return revocations.content().authority().equals(fingerprint)
                && Signing.verifies(
                        key, Revocations.SIGNATURE_LABEL, revocations.signedBytes(), revocations.signature());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AuthorityKey that && Arrays.equals(encoded(), that.encoded());
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }

    @Override
    public String toString() {
        return "authority " + fingerprint;
    }
}
