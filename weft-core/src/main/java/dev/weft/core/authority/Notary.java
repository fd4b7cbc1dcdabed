package dev.weft.core.authority;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.core.base.ByteView;
import java.util.Optional;

/**
 * Knows the key of the mesh's authority and the key of this node: judges signatures of the one, and makes and judges
 * proofs that a node has its key. The cryptography is outside the core, and another one in the simulator. Called by
 * {@link Register}, on the engine's thread; what it holds may change between two calls.
 */
public interface Notary {
    /** The longest proof of possession. */
    int POSSESSION_BYTES_MAX = 256;

    /** A node of a mesh without an authority. */
    Notary NONE = new Notary() {
        @Override
        public boolean isPresent() {
            return false;
        }

        @Override
        public String authority() {
            return "";
        }

        @Override
        public Optional<Credential> credential() {
            return Optional.empty();
        }

        @Override
        public ByteView possession(ByteView transcript) {
            return ByteView.EMPTY;
        }

        @Override
        public boolean isPossessed(NodeId node, ByteView transcript, ByteView possession) {
            return false;
        }

        @Override
        public boolean vouchesFor(Credential credential) {
            return false;
        }

        @Override
        public boolean vouchesFor(Revocations revocations) {
            return false;
        }

        @Override
        public long epochSeconds() {
            return 0;
        }
    };

    /** Whether the mesh has an authority. */
    boolean isPresent();

    /** The authority's fingerprint. */
    String authority();

    /** This node's own, the newest. */
    Optional<Credential> credential();

    /** Shows that this node has its key; at most {@value #POSSESSION_BYTES_MAX} bytes. */
    ByteView possession(ByteView transcript);

    /** Whether that was made of that transcript by who has the key that this id is made of. */
    boolean isPossessed(NodeId node, ByteView transcript, ByteView possession);

    boolean vouchesFor(Credential credential);

    boolean vouchesFor(Revocations revocations);

    /** Seconds since 1970, by which credentials begin and end. */
    long epochSeconds();
}
