package dev.weft.sim;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.Role;
import dev.weft.core.authority.Notary;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.WireWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The authority of a simulated mesh. In place of signatures stand hashes that no node of the simulation inverts; all
 * around them is the real thing. Every node has the clock of the world.
 */
final class Chancery {
    private static final String FINGERPRINT = "00112233445566778899aabbccddeeff";
    private static final long EPOCH_SECONDS = 1_800_000_000L;
    private static final long SECRET = 0x5ec2e7L;
    private static final long FORGER = 0xf0c6e2L;
    private static final int HASH_BYTES = 32;

    private final EventHeap events;
    private final TreeMap<NodeId, Revocations.Entry> revoked = new TreeMap<>();
    private long serial;
    private long number;

    Chancery(EventHeap events) {
        this.events = events;
    }

    private static long epochSeconds(long nowNanos) {
        return EPOCH_SECONDS + nowNanos / 1_000_000_000L;
    }

    private Credential credential(Community community, NodeId node, String name) {
        serial++;
        Credential.Grant grant = new Credential.Grant(
                FINGERPRINT,
                community.mesh(),
                node,
                name,
                serial,
                Instant.ofEpochSecond(EPOCH_SECONDS - 1_000),
                Instant.ofEpochSecond(EPOCH_SECONDS + 1_000_000),
                List.of(Role.MEMBER),
                List.of());
        Credential blank = Credential.of(grant, new byte[Credential.SIGNATURE_BYTES]);
        return Credential.of(
                grant,
                community.equals(Community.IMPOSTORS)
                        ? words(FORGER, ByteView.of(blank.content())).toByteArray()
                        : signature(blank.content()));
    }

    /** A list that somebody else has signed. */
    Revocations forged(Community community, NodeId node) {
        Revocations.Content content = new Revocations.Content(
                FINGERPRINT,
                community.mesh(),
                number + 1,
                Instant.ofEpochSecond(epochSeconds(events.nowNanos())),
                List.of(new Revocations.Entry(node, Revocations.Entry.ALL)));
        Revocations blank = Revocations.of(content, new byte[Credential.SIGNATURE_BYTES]);
        return Revocations.of(
                content, words(FORGER, ByteView.of(blank.signedBytes())).toByteArray());
    }

    /** Takes a node back, beside those taken back before. */
    Revocations revoke(Community community, NodeId node) {
        number++;
        revoked.put(node, new Revocations.Entry(node, Revocations.Entry.ALL));
        Revocations.Content content = new Revocations.Content(
                FINGERPRINT,
                community.mesh(),
                number,
                Instant.ofEpochSecond(epochSeconds(events.nowNanos())),
                List.copyOf(revoked.values()));
        Revocations blank = Revocations.of(content, new byte[Credential.SIGNATURE_BYTES]);
        return Revocations.of(content, signature(blank.signedBytes()));
    }

    private static byte[] signature(byte[] content) {
        return words(SECRET, ByteView.of(content)).toByteArray();
    }

    private static ByteView words(long key, ByteView content) {
        long seed = new WireWriter(8 + content.length())
                .u64(key)
                .bytes(content)
                .view()
                .hash64();
        return Community.words(new Prng(seed), Credential.SIGNATURE_BYTES / 8);
    }

    /** What a node knows of this authority; it has a credential from it. */
    Notary notary(Community community, NodeId node, ByteView key, String name, Timeline clock) {
        Credential own = credential(community, node, name);
        return new Notary() {
            @Override
            public boolean isPresent() {
                return true;
            }

            @Override
            public String authority() {
                return FINGERPRINT;
            }

            @Override
            public Optional<Credential> credential() {
                return Optional.of(own);
            }

            @Override
            public ByteView possession(ByteView transcript) {
                ByteView proof = words(key.hash64(), transcript);
                return new WireWriter(HASH_BYTES + proof.length())
                        .bytes(key)
                        .bytes(proof)
                        .view();
            }

            @Override
            public boolean isPossessed(NodeId other, ByteView transcript, ByteView possession) {
                if (possession.length() != HASH_BYTES + Credential.SIGNATURE_BYTES) {
                    return false;
                }
                ByteView shown = possession.slice(0, HASH_BYTES);
                return NodeId.fromDigest(shown.toByteArray()).equals(other)
                        && possession
                                .slice(HASH_BYTES, Credential.SIGNATURE_BYTES)
                                .equals(words(shown.hash64(), transcript));
            }

            @Override
            public boolean vouchesFor(Credential shown) {
                return java.util.Arrays.equals(shown.signature(), signature(shown.content()));
            }

            @Override
            public boolean vouchesFor(Revocations shown) {
                return java.util.Arrays.equals(shown.signature(), signature(shown.signedBytes()));
            }

            @Override
            public long epochSeconds() {
                return Chancery.epochSeconds(clock.nowNanos());
            }
        };
    }
}
