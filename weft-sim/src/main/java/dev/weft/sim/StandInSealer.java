package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Assurance;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The arithmetic of seals over numbers that are far too small, for the simulator: keys are agreed as Diffie and Hellman
 * did, modulo 2^61 - 1, in the pattern of RFC 9180's Auth mode, and what is sealed is scrambled and marked, so a missing
 * seal, a wrong key and an altered byte show. Nobody in the simulation computes a logarithm.
 */
final class StandInSealer implements Sealer {
    /** A node's lasting key. */
    record Identity(long secret) {
        ByteView publicKey() {
            return number(power(GENERATOR, secret));
        }

        /** Stands for the hash of the public key; the node id is made of it. */
        ByteView hash() {
            return hashOf(publicKey());
        }
    }

    private static final long PRIME = (1L << 61) - 1;
    private static final long GENERATOR = 37;
    private static final int SECRETS_KEPT = 64;

    private final Identity identity;
    private final NodeId self;
    private final long incarnation;
    private final String mesh;
    private final Terms terms;
    private final Prng prng;
    private final Consumer<Made> later;
    private final TreeMap<Long, Long> prekeys = new TreeMap<>();
    /** The oldest first. */
    private final ArrayDeque<ByteView> secrets = new ArrayDeque<>();

    /** @param later hands what was made to the engine, after this turn */
    StandInSealer(Identity identity, long incarnation, String mesh, Terms terms, Prng prng, Consumer<Made> later) {
        this.identity = identity;
        this.self = NodeId.fromDigest(identity.hash().toByteArray());
        this.incarnation = incarnation;
        this.mesh = mesh;
        this.terms = terms;
        this.prng = prng;
        this.later = later;
    }

    /** What this node knows of what it shares with others, the newest few: what it could lie with. */
    List<ByteView> secretsOfMany() {
        return List.copyOf(secrets);
    }

    static ByteView hashOf(ByteView publicKey) {
        return Community.words(new Prng(publicKey.hash64()), Assurance.KEY_HASH_BYTES / 8);
    }

    static long secret(Prng prng) {
        return prng.between(2, PRIME - 2);
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public void makePrekey(long task, long number, SealRecord.Manner manner) {
        long secret = secret(prng);
        prekeys.put(number, secret);
        ByteView prekey = number(power(GENERATOR, secret));
        ByteView signed = SealRecord.signed(mesh, identity.publicKey(), incarnation, manner, number, prekey);
        later.accept(Made.prekey(
                task, new SealRecord(identity.publicKey(), manner, number, prekey, number(signed.hash64()))));
    }

    @Override
    public void forgetPrekey(long number) {
        prekeys.remove(number);
    }

    @Override
    public void begin(long task, Draft draft) {
        SealRecord record = draft.record();
        ByteView signed = SealRecord.signed(
                mesh,
                record.nodeKey(),
                draft.destinationIncarnation(),
                record.manner(),
                record.number(),
                record.prekey());
        if (!isKeyOf(record.nodeKey(), draft.destination())
                || !record.signature().equals(number(signed.hash64()))) {
            later.accept(Made.failed(task, "the record is not that node's"));
            return;
        }
        long ephemeral = secret(prng);
        long theirs = valueOf(record.prekey());
        SealOpening opening = new SealOpening(
                self,
                identity.publicKey(),
                incarnation,
                draft.number(),
                draft.destination(),
                draft.destinationIncarnation(),
                record.number(),
                number(power(GENERATOR, ephemeral)));
        long secret = agreed(power(theirs, ephemeral), power(theirs, identity.secret()), opening);
        later.accept(Made.begun(task, opening, new StandInKeys(secret)));
    }

    @Override
    public void accept(long task, SealOpening opening) {
        Long prekey = prekeys.get(opening.prekey());
        if (prekey == null || !isKeyOf(opening.originKey(), opening.origin())) {
            later.accept(Made.failed(task, "no such prekey, or not that node's key"));
            return;
        }
        long secret = agreed(
                power(valueOf(opening.encapsulated()), prekey), power(valueOf(opening.originKey()), prekey), opening);
        later.accept(Made.accepted(task, new StandInKeys(secret)));
    }

    @Override
    public ByteView secret() {
        byte[] bytes = new byte[GroupKey.SECRET_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) prng.nextLong();
        }
        return ByteView.of(bytes);
    }

    @Override
    public Cipher cipher(ByteView secret) {
        if (secrets.size() >= SECRETS_KEPT) {
            secrets.remove();
        }
        secrets.add(secret);
        return new StandInKeys(secret.hash64());
    }

    @Override
    public ByteView memberKey(ByteView master, NodeId member) {
        Prng words =
                new Prng(new WireWriter(64).bytes(master).nodeId(member).view().hash64());
        WireWriter key = new WireWriter(GroupKey.OWN_BYTES);
        for (int i = 0; i < GroupKey.OWN_BYTES / Long.BYTES; i++) {
            key.u64(words.nextLong());
        }
        return key.view();
    }

    @Override
    public ByteView digest(ByteView associated, ByteView sealed) {
        return new WireWriter(16).u64(associated.hash64()).u64(sealed.hash64()).view();
    }

    @Override
    public long tag(ByteView memberKey, ByteView digest) {
        return Prng.mix(Prng.mix(memberKey.hash64()) ^ digest.hash64());
    }

    private static boolean isKeyOf(ByteView publicKey, NodeId node) {
        return publicKey.length() == 8
                && NodeId.fromDigest(hashOf(publicKey).toByteArray()).equals(node);
    }

    private long agreed(long withEphemeral, long withIdentity, SealOpening opening) {
        return new WireWriter(512)
                .text(mesh)
                .u64(withEphemeral)
                .u64(withIdentity)
                .nodeId(opening.origin())
                .u64(opening.originIncarnation())
                .u64(opening.number())
                .nodeId(opening.destination())
                .u64(opening.destinationIncarnation())
                .u64(opening.prekey())
                .bytes(opening.encapsulated())
                .view()
                .hash64();
    }

    private static ByteView number(long value) {
        return new WireWriter(8).u64(value).view();
    }

    private static long valueOf(ByteView bytes) {
        long value = 0;
        for (int i = 0; i < bytes.length(); i++) {
            value = value << 8 | bytes.at(i) & 0xff;
        }
        return Math.floorMod(value, PRIME);
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long left = exponent; left > 0; left >>= 1) {
            if ((left & 1) != 0) {
                result = times(result, square);
            }
            square = times(square, square);
        }
        return result;
    }

    private static long times(long a, long b) {
        long low = a * b;
        long product = (low & PRIME) + (Math.multiplyHigh(a, b) << 3 | low >>> 61);
        long once = (product & PRIME) + (product >>> 61);
        return once >= PRIME ? once - PRIME : once;
    }

    /** Scrambles with words of a generator and marks with a hash. */
    private record StandInKeys(long secret) implements Keys {
        @Override
        public int association() {
            return (int) Prng.mix(secret + 1);
        }

        @Override
        public ByteView receipt() {
            return Community.words(new Prng(secret + 2), SealAnswer.RECEIPT_BYTES / 8);
        }

        @Override
        public ByteView seal(long counter, ByteView associated, ByteView plain) {
            byte[] bytes = new byte[plain.length() + Sealed.TAG_BYTES];
            plain.copyTo(bytes, 0);
            scramble(counter, bytes, plain.length());
            ByteView.of(mark(counter, associated, bytes, plain.length())).copyTo(bytes, plain.length());
            return ByteView.of(bytes);
        }

        @Override
        public Optional<ByteView> open(long counter, ByteView associated, ByteView sealed) {
            int length = sealed.length() - Sealed.TAG_BYTES;
            byte[] bytes = sealed.toByteArray();
            ByteView shown = sealed.slice(length, Sealed.TAG_BYTES);
            if (length < 0 || !shown.equals(ByteView.of(mark(counter, associated, bytes, length)))) {
                return Optional.empty();
            }
            scramble(counter, bytes, length);
            return Optional.of(ByteView.of(bytes, 0, length));
        }

        private void scramble(long counter, byte[] bytes, int length) {
            Prng words = new Prng(secret).fork(counter);
            long word = 0;
            for (int i = 0; i < length; i++) {
                word = (i & 7) == 0 ? words.nextLong() : word >>> 8;
                bytes[i] ^= (byte) word;
            }
        }

        private byte[] mark(long counter, ByteView associated, byte[] bytes, int length) {
            long hash = Prng.mix(secret + 3) ^ Prng.mix(counter) ^ associated.hash64();
            Prng words = new Prng(Prng.mix(hash) ^ ByteView.of(bytes, 0, length).hash64());
            return Community.words(words, Sealed.TAG_BYTES / 8).toByteArray();
        }
    }
}
