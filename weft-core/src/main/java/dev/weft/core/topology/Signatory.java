package dev.weft.core.topology;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Lsa;

/**
 * Signs what this node advertises and judges the signatures of others. The cryptography is outside the core, and
 * another one in the simulator. Called on the engine's thread by {@link Flooding} and {@link Checks}; what takes long
 * is only begun by a call, and comes in later through {@link dev.weft.core.engine.Engine#handleChecked}.
 */
public interface Signatory {
    /** A node that signs nothing and believes everyone. */
    Signatory NONE = new Signatory() {
        @Override
        public Demand demand() {
            return Demand.NOTHING;
        }

        @Override
        public ByteView publicKey() {
            return ByteView.EMPTY;
        }

        @Override
        public ByteView sign(ByteView statement) {
            return ByteView.EMPTY;
        }

        @Override
        public Verdict check(long task, Lsa lsa) {
            return Verdict.GENUINE;
        }
    };

    /** Whether what is not signed is believed. */
    enum Demand {
        /** Everyone who can link to this node is believed. */
        NOTHING,
        /** Nothing is kept or passed on that its origin has not signed. */
        SIGNATURES
    }

    /** What came of a check. */
    enum Verdict {
        GENUINE,
        FORGED,
        /** It is under way; no final word. */
        LATER
    }

    /** The final word on a task. */
    record Checked(long task, Verdict verdict) {}

    Demand demand();

    /** {@value Lsa#ORIGIN_KEY_BYTES} bytes that this node's id is made of; empty where it signs nothing. */
    ByteView publicKey();

    /** {@value Lsa#SIGNATURE_BYTES} bytes. Takes about half a millisecond; advertisements are paced. */
    ByteView sign(ByteView statement);

    /**
     * Judges the signature of a signed advertisement: at once what takes no arithmetic, everything else later, with the
     * number given here. What is kept until then should be {@link Lsa#compact compact}.
     */
    Verdict check(long task, Lsa lsa);
}
