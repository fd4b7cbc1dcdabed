package dev.weft.core.authority;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Permission;
import dev.weft.Revocations;
import dev.weft.Role;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.WireWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Authorities are numbers, signatures are hashes that nobody here inverts, and the clock is set by hand. */
public final class FakeNotary implements Notary {
    /** What the clock of a new one shows. */
    public static final long EPOCH_SECONDS = 1_800_000_000L;

    public final long authority;
    public long epochSeconds = EPOCH_SECONDS;
    public int checked;

    private final ByteView keyHash;
    private @Nullable Credential own;

    public FakeNotary(long authority, ByteView keyHash) {
        this.authority = authority;
        this.keyHash = keyHash;
    }

    public void own(Credential credential) {
        own = credential;
    }

    public void strip() {
        own = null;
    }

    /** A month from the day before {@link #EPOCH_SECONDS}. */
    public static Credential credential(
            long authority, String mesh, NodeId node, String name, long serial, Object... may) {
        return lasting(authority, mesh, node, name, serial, EPOCH_SECONDS - 86_400, EPOCH_SECONDS + 30 * 86_400, may);
    }

    public static Credential lasting(
            long authority, String mesh, NodeId node, String name, long serial, long from, long to, Object... may) {
        List<Role> roles = java.util.Arrays.stream(may)
                .filter(Role.class::isInstance)
                .map(Role.class::cast)
                .toList();
        List<Permission> permissions = java.util.Arrays.stream(may)
                .filter(String.class::isInstance)
                .map(text -> Permission.parse((String) text))
                .toList();
        Credential.Grant grant = new Credential.Grant(
                fingerprint(authority),
                mesh,
                node,
                name,
                serial,
                Instant.ofEpochSecond(from),
                Instant.ofEpochSecond(to),
                roles,
                permissions);
        Credential unsigned = Credential.of(grant, new byte[Credential.SIGNATURE_BYTES]);
        return Credential.of(grant, signature(authority, unsigned.content()));
    }

    public static Revocations revocations(long authority, String mesh, long number, NodeId... nodes) {
        List<Revocations.Entry> entries = java.util.Arrays.stream(nodes)
                .sorted()
                .map(node -> new Revocations.Entry(node, Revocations.Entry.ALL))
                .toList();
        Revocations.Content content = new Revocations.Content(
                fingerprint(authority), mesh, number, Instant.ofEpochSecond(EPOCH_SECONDS), entries);
        Revocations unsigned = Revocations.of(content, new byte[64]);
        return Revocations.of(content, signature(authority, unsigned.signedBytes()));
    }

    static String fingerprint(long authority) {
        return "%032x".formatted(authority);
    }

    private static byte[] signature(long authority, byte[] content) {
        return words(new WireWriter().u64(authority).bytes(ByteView.of(content)).view(), 8);
    }

    private static byte[] words(ByteView seed, int count) {
        Prng prng = new Prng(seed.hash64());
        WireWriter out = new WireWriter();
        for (int i = 0; i < count; i++) {
            out.u64(prng.nextLong());
        }
        return out.view().toByteArray();
    }

    @Override
    public boolean isPresent() {
        return true;
    }

    @Override
    public String authority() {
        return fingerprint(authority);
    }

    @Override
    public Optional<Credential> credential() {
        return Optional.ofNullable(own);
    }

    @Override
    public ByteView possession(ByteView transcript) {
        return new WireWriter()
                .bytes(keyHash)
                .bytes(ByteView.of(words(
                        new WireWriter().u64(1).bytes(keyHash).bytes(transcript).view(), 8)))
                .view();
    }

    @Override
    public boolean isPossessed(NodeId node, ByteView transcript, ByteView possession) {
        ByteView shown = possession.slice(0, 32);
        byte[] expected =
                words(new WireWriter().u64(1).bytes(shown).bytes(transcript).view(), 8);
        return NodeId.fromDigest(shown.toByteArray()).equals(node)
                && possession.slice(32, 64).equals(ByteView.of(expected));
    }

    @Override
    public boolean vouchesFor(Credential credential) {
        checked++;
        return java.util.Arrays.equals(credential.signature(), signature(authority, credential.content()));
    }

    @Override
    public boolean vouchesFor(Revocations revocations) {
        checked++;
        return java.util.Arrays.equals(revocations.signature(), signature(authority, revocations.signedBytes()));
    }

    @Override
    public long epochSeconds() {
        return epochSeconds;
    }
}
