package dev.weft.core.link;

import dev.weft.core.authority.Notary;

/**
 * What this node demands of its links. Made once per engine.
 *
 * @param carriage which connections are used at all
 * @param prover the keys of the mesh; where there are any, whoever cannot prove one is refused, but for processes of
 *     the same user that show none
 * @param notary the authority of the mesh; where there is one, whoever has no credential of it is refused, but for
 *     processes of the same user, which then may do nothing
 * @param partners what is demanded of single ones
 */
public record Security(Carriage carriage, Prover prover, Notary notary, Partners partners) {
    /** Demands nothing: for tests, and where {@code --plaintext} was said and no key given. */
    public static final Security OPEN = new Security(Carriage.ANY, Prover.KEYLESS);

    /** In a mesh without an authority. */
    public Security(Carriage carriage, Prover prover) {
        this(carriage, prover, Notary.NONE);
    }

    /** Where nothing is demanded of single partners. */
    public Security(Carriage carriage, Prover prover, Notary notary) {
        this(carriage, prover, notary, Partners.ANY);
    }

    /** Which connections are used. */
    public enum Carriage {
        ANY,
        /** None that is {@link Assurance.Kind#PLAIN}: not a byte is sent on one. */
        PROTECTED
    }

    boolean permits(Assurance assurance) {
        return carriage == Carriage.ANY || assurance.kind() != Assurance.Kind.PLAIN;
    }
}
