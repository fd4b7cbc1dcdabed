package dev.weft.core.link;

import dev.weft.Locator;
import dev.weft.MeshConfig.Partner;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Hello;
import java.util.List;
import java.util.Optional;

/**
 * What is demanded of single partners beyond what is demanded of all: that they are one certain node, or that the
 * connection to them is encrypted where others need not be. Asked by {@link Link}; immutable.
 */
public final class Partners {
    /** Nothing is demanded of anybody in particular. */
    public static final Partners ANY = new Partners(List.of());

    /** Whether peers prove in the handshake that they have the key that their id is made of. */
    enum Proof {
        ASKED,
        NOT_ASKED
    }

    private final List<Partner> partners;

    public Partners(List<Partner> partners) {
        this.partners = List.copyOf(partners);
    }

    /** What speaks against a connection before anything was said on it. */
    Optional<Close> objection(Connection connection) {
        for (Partner partner : partners) {
            if (isAt(partner, connection) && !isCarried(partner, connection.assurance())) {
                return notEncrypted(partner);
            }
        }
        return Optional.empty();
    }

    /**
     * What speaks against a peer.
     *
     * @param proof whether the peer must prove its key in the handshake, whatever carries it
     */
    Optional<Close> objection(Connection connection, Hello hello, Proof proof) {
        for (Partner partner : partners) {
            if (!isAt(partner, connection) && !partner.isNamed(hello.name())) {
                continue;
            }
            if (!isCarried(partner, connection.assurance())) {
                return notEncrypted(partner);
            }
            if (partner.node().isEmpty()) {
                continue;
            }
            if (!partner.node().get().equals(hello.node())) {
                return Optional.of(Close.because(
                        CloseReason.WRONG_IDENTITY,
                        "partner " + partner.where() + " is to be another node than "
                                + hello.node().brief()));
            }
            if (!connection.assurance().vouches() && proof == Proof.NOT_ASKED) {
                return Optional.of(Close.because(
                        CloseReason.WRONG_IDENTITY,
                        "partner " + partner.where() + " is pinned, and nothing vouches for its key"));
            }
        }
        return Optional.empty();
    }

    private static boolean isAt(Partner partner, Connection connection) {
        return connection
                .observed()
                .map(Locator::toString)
                .filter(partner::isAt)
                .isPresent();
    }

    private static boolean isCarried(Partner partner, Assurance assurance) {
        return partner.carriage() != Partner.Carriage.ENCRYPTED || assurance.vouches();
    }

    private static Optional<Close> notEncrypted(Partner partner) {
        return Optional.of(Close.because(
                CloseReason.NOT_ENCRYPTED, "the link to partner " + partner.where() + " must be encrypted"));
    }
}
