package dev.weft;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;

/**
 * What a node asks the authority of its mesh with: its public key and the name that it would like, signed with the key,
 * so that nobody asks for a key that is not his. No secret. Immutable.
 *
 * @param mesh that it would join
 * @param node the id that follows from the key
 * @param name that it would like
 */
public record CredentialRequest(String mesh, NodeId node, String name, String text) {
    private static final String LABEL = "CREDENTIAL REQUEST";
    private static final String SIGNATURE_LABEL = "weft/1 credential request";
    private static final int BYTES_MAX = 1_024;

    /** Asks with a key on P-256. */
    public static CredentialRequest of(String mesh, String name, KeyPair key) {
        Credential.requireHeading("0".repeat(2 * AuthorityKey.ID_BYTES), mesh);
        Credential.requireName(name);
        byte[] encoded = key.getPublic().getEncoded();
        Signing.requireP256(key.getPublic(), encoded);
        byte[] content = new SignedWriter('Q')
                .text(mesh)
                .text(name)
                .number(encoded.length, 1)
                .bytes(encoded)
                .toByteArray();
        byte[] signature = Signing.sign(key.getPrivate(), SIGNATURE_LABEL, content);
        NodeId node = NodeId.fromDigest(Signing.sha256(encoded));
        return new CredentialRequest(
                mesh,
                node,
                name,
                "# request of " + name + ", node " + node + ", mesh " + mesh + "\n"
                        + Armour.wrap(LABEL, Signing.join(content, signature)));
    }

    /** @throws IllegalArgumentException if that is no request, or whoever made it has not the key */
    public static CredentialRequest parse(String text) {
        byte[] bytes = Armour.unwrap(LABEL, text);
        SignedReader in = new SignedReader("request", bytes, BYTES_MAX, 'Q');
        String mesh = in.text();
        String name = in.text();
        PublicKey key = Signing.publicKey(in.bytes((int) in.number(1)));
        byte[] signature = in.signature();
        Credential.requireHeading("0".repeat(2 * AuthorityKey.ID_BYTES), mesh);
        Credential.requireName(name);
        byte[] content = java.util.Arrays.copyOf(bytes, bytes.length - signature.length);
        if (!Signing.verifies(key, SIGNATURE_LABEL, content, signature)) {
            throw new IllegalArgumentException("the request is not signed with the key that it names");
        }
        return new CredentialRequest(mesh, NodeId.fromDigest(Signing.sha256(key.getEncoded())), name, text);
    }

    /**
     * Reads a request from a file.
     *
     * @throws IllegalArgumentException if there is none in it
     */
    public static CredentialRequest readFile(Path file) throws IOException {
        try {
            return parse(Armour.read(file));
        } catch (IllegalArgumentException e) {
            throw Armour.in(file, e);
        }
    }
}
