package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A sealer without secrets: keys follow from the opening, so that a test can play every other node, and what is sealed is
 * scrambled and marked, so that an altered byte and another key show. Tasks wait until {@link #work} is called. The
 * fuzzers use it too; the simulator's has secrets, for there no node may be able to play another.
 */
public final class FakeSealer implements Sealer {
    private static final int WAITING_MAX = 1_024;

    private final NodeId self;
    private final long incarnation;
    private final Terms terms;
    private final ArrayDeque<Made> made = new ArrayDeque<>();
    private final TreeSet<Long> prekeys = new TreeSet<>();
    private long draws;

    public FakeSealer(NodeId self, long incarnation, Terms terms) {
        this.self = self;
        this.incarnation = incarnation;
        this.terms = terms;
    }

    /** What has been made, oldest first. */
    public Optional<Made> work() {
        return Optional.ofNullable(made.poll());
    }

    private void make(Made next) {
        if (made.size() >= WAITING_MAX) {
            throw new AssertionError("more is asked of a sealer than may wait");
        }
        made.add(next);
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public void makePrekey(long task, long number, SealRecord.Manner manner) {
        prekeys.add(number);
        make(Made.prekey(task, record(self, manner, number)));
    }

    public static SealRecord record(NodeId node, SealRecord.Manner manner, long number) {
        return new SealRecord(
                ByteView.utf8(node.toString()), manner, number, ByteView.utf8("prekey"), ByteView.utf8("signed"));
    }

    @Override
    public void forgetPrekey(long number) {
        prekeys.remove(number);
    }

    @Override
    public void begin(long task, Draft draft) {
        if (!draft.record().nodeKey().equals(ByteView.utf8(draft.destination().toString()))) {
            make(Made.failed(task, "another node's record"));
            return;
        }
        SealOpening opening = opening(
                self,
                incarnation,
                draft.number(),
                draft.destination(),
                draft.destinationIncarnation(),
                draft.record().number(),
                draws++);
        make(Made.begun(task, opening, keys(opening)));
    }

    public static SealOpening opening(
            NodeId origin,
            long originIncarnation,
            long number,
            NodeId destination,
            long destinationIncarnation,
            long prekey,
            long encapsulated) {
        return new SealOpening(
                origin,
                ByteView.utf8(origin.toString()),
                originIncarnation,
                number,
                destination,
                destinationIncarnation,
                prekey,
                ByteView.utf8("encapsulated " + encapsulated));
    }

    @Override
    public void accept(long task, SealOpening opening) {
        make(
                prekeys.contains(opening.prekey())
                        ? Made.accepted(task, keys(opening))
                        : Made.failed(task, "no such prekey"));
    }

    @Override
    public ByteView secret() {
        return new WireWriter(GroupKey.SECRET_BYTES)
                .nodeId(self)
                .u64(draws++)
                .u16(7)
                .u16(7)
                .view();
    }

    @Override
    public Cipher cipher(ByteView secret) {
        return new FakeKeys(secret.hash64());
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

    public static Keys keys(SealOpening opening) {
        return new FakeKeys(new WireWriter()
                .nodeId(opening.origin())
                .varint(opening.originIncarnation())
                .varint(opening.number())
                .nodeId(opening.destination())
                .varint(opening.destinationIncarnation())
                .varint(opening.prekey())
                .bytes(opening.encapsulated())
                .view()
                .hash64());
    }

    private record FakeKeys(long secret) implements Keys {
        @Override
        public int association() {
            return (int) secret;
        }

        @Override
        public ByteView receipt() {
            return new WireWriter(SealAnswer.RECEIPT_BYTES).u64(secret).u64(7).view();
        }

        @Override
        public ByteView seal(long counter, ByteView associated, ByteView plain) {
            byte[] bytes = plain.toByteArray();
            scramble(counter, bytes);
            ByteView scrambled = ByteView.of(bytes);
            return new WireWriter()
                    .bytes(scrambled)
                    .u64(mark(counter, associated, scrambled))
                    .u64(0)
                    .view();
        }

        @Override
        public Optional<ByteView> open(long counter, ByteView associated, ByteView sealed) {
            byte[] bytes = sealed.slice(0, sealed.length() - Sealed.TAG_BYTES).toByteArray();
            ByteView tag = new WireWriter()
                    .u64(mark(counter, associated, ByteView.of(bytes)))
                    .u64(0)
                    .view();
            if (!tag.equals(sealed.slice(bytes.length, Sealed.TAG_BYTES))) {
                return Optional.empty();
            }
            byte[] plain = bytes.clone();
            scramble(counter, plain);
            return Optional.of(ByteView.of(plain));
        }

        private void scramble(long counter, byte[] bytes) {
            Prng words = new Prng(secret).fork(counter);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= (byte) words.nextLong();
            }
        }

        private long mark(long counter, ByteView associated, ByteView scrambled) {
            return Prng.mix(secret ^ Prng.mix(counter + associated.hash64()) ^ scrambled.hash64());
        }
    }
}
