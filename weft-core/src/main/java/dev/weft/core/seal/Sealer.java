package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import java.util.Optional;

/**
 * The cryptography of seals, which is outside the core, and another one in the simulator. Called by {@link Seals} on
 * the engine's thread. What takes public-key arithmetic is only begun by a call: what came of it comes in later as a
 * {@link Made}, through {@link dev.weft.core.engine.Engine#handleSealing}, never during the call.
 */
public interface Sealer {
    /** A node that takes no part in seals. */
    Sealer NONE = new Sealer() {
        @Override
        public Terms terms() {
            return Terms.NONE;
        }

        @Override
        public void makePrekey(long task, long number, SealRecord.Manner manner) {}

        @Override
        public void forgetPrekey(long number) {}

        @Override
        public void begin(long task, Draft draft) {}

        @Override
        public void accept(long task, SealOpening opening) {}

        @Override
        public ByteView secret() {
            throw new InvariantError("a node that takes no part in seals wants a secret");
        }

        @Override
        public Cipher cipher(ByteView secret) {
            throw new InvariantError("a node that takes no part in seals has a secret");
        }

        @Override
        public ByteView memberKey(ByteView master, NodeId member) {
            throw new InvariantError("a node that takes no part in seals vouches for something");
        }

        @Override
        public ByteView digest(ByteView associated, ByteView sealed) {
            throw new InvariantError("a node that takes no part in seals vouches for something");
        }

        @Override
        public long tag(ByteView memberKey, ByteView words) {
            throw new InvariantError("a node that takes no part in seals vouches for something");
        }
    };

    /** When a node seals, and demands that others do. */
    enum Policy {
        /** Never, and no word of it: there is nothing to seal with. */
        NONE,
        /** Never, by its user's word; such nodes and those that seal do not link. */
        NEVER,
        /** From when another node shows that it does: a process of the same user without a key of its own. */
        AS_OTHERS,
        /** Whatever passes over a relay. */
        RELAYED,
        /** Over links too. */
        ALWAYS
    }

    /**
     * How long keys are used.
     *
     * @param prekeyNanos how long a prekey is given out
     * @param graceNanos how long it is still accepted after the next has been given out
     * @param associationNanos how long an association is used before another is begun
     * @param framesMax how many frames of one association
     * @param bytesMax how many bytes in them
     */
    record Terms(
            Policy policy, long prekeyNanos, long graceNanos, long associationNanos, long framesMax, long bytesMax) {
        private static final long MINUTE = 60_000_000_000L;

        public static final Terms NONE = of(Policy.NONE);

        /**
         * An hour each. AES-GCM with counted nonces may seal 2^24.5 frames of 16 KiB under one key and leave an
         * attacker no more than a chance of 2^-57 (RFC 8446 §5.5), which is stricter than the counts of NIST
         * SP 800-38D §8; so many frames, or a quarter of their bytes.
         */
        public static Terms of(Policy policy) {
            return new Terms(policy, 60 * MINUTE, 5 * MINUTE, 60 * MINUTE, 1L << 24, 64L << 30);
        }

        public Terms {
            Check.within("seal.grace", graceNanos, 1, prekeyNanos);
            Check.within("seal.association", associationNanos, 1, 24 * 60 * MINUTE);
            Check.within("seal.frames-max", framesMax, 1, 1L << 32);
            Check.within("seal.bytes-max", bytesMax, 1, 64L << 30);
        }

        SealRecord.Manner manner() {
            return policy == Policy.ALWAYS ? SealRecord.Manner.ALWAYS : SealRecord.Manner.RELAYED;
        }
    }

    /**
     * An association that is wanted.
     *
     * @param number grows with each
     * @param record whose signature has not been looked at
     */
    record Draft(NodeId destination, long destinationIncarnation, SealRecord record, long number) {}

    /** One key and what it does. Used on the engine's thread; counters may be opened in any order. */
    interface Cipher {
        /** Each counter once. Longer by {@value dev.weft.core.wire.Sealed#TAG_BYTES} bytes. */
        ByteView seal(long counter, ByteView associated, ByteView plain);

        /** Empty where it is not what a holder of the key has sealed. */
        Optional<ByteView> open(long counter, ByteView associated, ByteView sealed);
    }

    /** The keys of one association, at either end. */
    interface Keys extends Cipher {
        /** By which frames name the association: both ends derive it, nobody chooses it. */
        int association();

        /** {@value dev.weft.core.wire.SealAnswer#RECEIPT_BYTES} bytes that nobody else knows before they are said. */
        ByteView receipt();
    }

    /**
     * What came of a task: one of the three, or none and a reason.
     *
     * @param record a new prekey of this node, signed
     * @param opening what the destination needs, where this node has begun the association
     * @param why for people, where nothing came of it
     */
    record Made(
            long task, Optional<SealRecord> record, Optional<SealOpening> opening, Optional<Keys> keys, String why) {
        public static Made prekey(long task, SealRecord record) {
            return new Made(task, Optional.of(record), Optional.empty(), Optional.empty(), "");
        }

        public static Made begun(long task, SealOpening opening, Keys keys) {
            return new Made(task, Optional.empty(), Optional.of(opening), Optional.of(keys), "");
        }

        public static Made accepted(long task, Keys keys) {
            return new Made(task, Optional.empty(), Optional.empty(), Optional.of(keys), "");
        }

        public static Made failed(long task, String why) {
            return new Made(task, Optional.empty(), Optional.empty(), Optional.empty(), why);
        }
    }

    Terms terms();

    /** Makes a prekey and signs for it; the earlier ones stay until they are to be forgotten. */
    void makePrekey(long task, long number, SealRecord.Manner manner);

    /** From now on nothing that is sealed to it can be read by anyone. */
    void forgetPrekey(long number);

    /** Derives the keys of an association to another node, whose record is checked first. */
    void begin(long task, Draft draft);

    /** Derives the keys of an association from another node. That it is that node, the first frame shows. */
    void accept(long task, SealOpening opening);

    /** {@value dev.weft.core.wire.GroupKey#SECRET_BYTES} bytes that nobody can guess, for what goes to many. */
    ByteView secret();

    /** What such a secret is the key of. */
    Cipher cipher(ByteView secret);

    /**
     * The {@value dev.weft.core.wire.GroupKey#OWN_BYTES} bytes by which the sender vouches to one member.
     *
     * @param master a {@link #secret} that no member is told
     */
    ByteView memberKey(ByteView master, NodeId member);

    /**
     * Of all that a seal covers, so that nobody finds something else with the same one. The cipher's own tag would not
     * do: who has its key can make another text for any tag.
     */
    ByteView digest(ByteView associated, ByteView sealed);

    /**
     * The first 8 bytes of what authenticates some words between the sender and the member that has the key: a
     * {@link #digest} of what the sender has sealed, or an answer of the member's, which is never as long as one.
     */
    long tag(ByteView memberKey, ByteView words);
}
