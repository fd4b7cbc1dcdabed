package dev.weft.core.link;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.Optional;

/**
 * What the connection below a link vouches for. Made by whoever opens connections: a transport from what TLS or the
 * system told it, the simulator from a stand-in. A link takes it as a fact.
 *
 * @param ownKey SHA-256 of the public key (SubjectPublicKeyInfo) that this end has shown; empty unless AUTHENTICATED
 * @param peerKey the same of the other end, which has proved that it holds the private key
 */
public record Assurance(Kind kind, ByteView ownKey, ByteView peerKey) {
    public static final int KEY_HASH_BYTES = 32;

    /** Whoever is there may be anyone, and anyone on the way can read and write. */
    public static final Assurance PLAIN = new Assurance(Kind.PLAIN, ByteView.EMPTY, ByteView.EMPTY);

    /** The system vouches that the other end is a process of this user on this host. */
    public static final Assurance SAME_USER = new Assurance(Kind.SAME_USER, ByteView.EMPTY, ByteView.EMPTY);

    /** In plain, on a way that configuration trusts: whoever is on that way can read and write. */
    public static final Assurance TRUSTED = new Assurance(Kind.TRUSTED, ByteView.EMPTY, ByteView.EMPTY);

    /** How much is vouched for. */
    public enum Kind {
        PLAIN,
        TRUSTED,
        SAME_USER,
        /** Encrypted, and each end has proved its key to the other. */
        AUTHENTICATED
    }

    public Assurance {
        int bytes = kind == Kind.AUTHENTICATED ? KEY_HASH_BYTES : 0;
        Check.that(ownKey.length() == bytes && peerKey.length() == bytes, "key hashes that do not fit " + kind);
    }

    public static Assurance authenticated(ByteView ownKey, ByteView peerKey) {
        return new Assurance(Kind.AUTHENTICATED, ownKey.compact(), peerKey.compact());
    }

    /** Who is at the other end, where the connection vouches for a key. */
    public Optional<NodeId> node() {
        return kind == Kind.AUTHENTICATED ? Optional.of(NodeId.fromDigest(peerKey.toByteArray())) : Optional.empty();
    }

    /** Whether who is at the other end is known by more than his own word. */
    public boolean vouches() {
        return kind == Kind.AUTHENTICATED || kind == Kind.SAME_USER;
    }

    /** Whether the node at the other end may bear that id, as far as this connection knows. */
    boolean allows(NodeId claimed) {
        return node().map(claimed::equals).orElse(true);
    }
}
