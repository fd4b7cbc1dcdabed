package dev.weft;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.Arrays;

/**
 * The authority of a mesh: a key that says who belongs to it and what each may do, by signing credentials and
 * revocations. Whoever has it can be anyone; it belongs on a machine that is no node. Immutable.
 */
public final class Authority {
    private static final String LABEL = "AUTHORITY PRIVATE KEY";

    private final PrivateKey secret;
    private final AuthorityKey key;

    private Authority(PrivateKey secret, AuthorityKey key) {
        this.secret = secret;
        this.key = key;
    }

    /** A new one. */
    public static Authority generate() {
        KeyPair pair = Signing.generate();
        return new Authority(pair.getPrivate(), AuthorityKey.of(pair.getPublic()));
    }

    /**
     * Reads what {@link #text} has written.
     *
     * @throws IllegalArgumentException if that is no authority; what it is does not show in the message
     */
    public static Authority parse(String text) {
        PrivateKey secret = Signing.privateKey(Armour.unwrap(LABEL, text));
        AuthorityKey key = AuthorityKey.parse(text);
        byte[] probe = {1};
        if (!Signing.verifies(Signing.publicKey(key.encoded()), "probe", probe, Signing.sign(secret, "probe", probe))) {
            throw new IllegalArgumentException("the halves of the authority's key do not belong together");
        }
        return new Authority(secret, key);
    }

    /**
     * Reads an authority from a file.
     *
     * @throws IllegalArgumentException if there is none in it, or if others than its owner may read it
     */
    public static Authority readFile(Path file) throws IOException {
        Armour.requireOwnerOnly("the authority's key", file);
        try {
            return parse(Armour.read(file));
        } catch (IllegalArgumentException e) {
            throw Armour.in(file, e);
        }
    }

    /** All of it, to be stored where only its owner can read. */
    public String text() {
        return key.text() + Armour.wrap(LABEL, secret.getEncoded());
    }

    public AuthorityKey key() {
        return key;
    }

    /** @throws IllegalArgumentException if the grant names another authority */
    public Credential sign(Credential.Grant grant) {
        requireOurs(grant.authority());
        byte[] content = grant.encode();
        return Credential.of(grant, Signing.sign(secret, Credential.SIGNATURE_LABEL, content));
    }

    /** @throws IllegalArgumentException if the list names another authority */
    public Revocations sign(Revocations.Content content) {
        requireOurs(content.authority());
        return Revocations.of(content, Signing.sign(secret, Revocations.SIGNATURE_LABEL, content.encode()));
    }

    private void requireOurs(String authority) {
        if (!authority.equals(key.fingerprint())) {
            throw new IllegalArgumentException("that names authority " + authority + ", not " + key.fingerprint());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Authority that && Arrays.equals(key.encoded(), that.key.encoded());
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return key.toString();
    }
}
