package dev.weft.net.secure;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The key of a node, on P-256, and what follows from it: its id, and the certificate under which TLS shows the key.
 * Used from any thread.
 */
public final class NodeKey {
    /** The number of points on P-256 (NIST SP 800-186 §3.2.1.3); no other curve has it. */
    static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    private final KeyPair keys;
    private final ByteView hash;
    /** Made when TLS first asks for it: a node that stays on its host needs none. Guarded by this. */
    private @Nullable X509Certificate certificate;

    private NodeKey(KeyPair keys) {
        this.keys = keys;
        this.hash = hashOf(keys.getPublic());
    }

    public static NodeKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new NodeKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make P-256 keys", e);
        }
    }

    /** @throws IllegalArgumentException if that is no P-256 key, or if the halves do not belong together */
    public static NodeKey of(KeyPair keys) {
        if (!isP256(keys.getPublic())) {
            throw new IllegalArgumentException("a node's key must be on P-256");
        }
        NodeKey key = new NodeKey(keys);
        // Whether the halves belong together shows where one signs and the other checks.
        key.certificate();
        return key;
    }

    public NodeId id() {
        return NodeId.fromDigest(hash.toByteArray());
    }

    /** SHA-256 of the public key as SubjectPublicKeyInfo. */
    public ByteView hash() {
        return hash;
    }

    public PublicKey publicKey() {
        return keys.getPublic();
    }

    /** To be handed to TLS and to the state directory, to nobody else. */
    public PrivateKey privateKey() {
        return keys.getPrivate();
    }

    public synchronized X509Certificate certificate() {
        X509Certificate made = certificate;
        if (made == null) {
            made = SelfSigned.certificate(keys);
            certificate = made;
        }
        return made;
    }

    public static ByteView hashOf(PublicKey key) {
        try {
            return ByteView.of(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    public static boolean isP256(PublicKey key) {
        return key instanceof ECPublicKey ec && ec.getParams().getOrder().equals(P256_ORDER);
    }

    /** The id alone. */
    @Override
    public String toString() {
        return "key of node " + id();
    }
}
