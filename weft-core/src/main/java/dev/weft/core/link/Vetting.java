package dev.weft.core.link;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.core.authority.Notary;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Hello;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges the peer of one link: whether what its Hello says can be true and suits this node, and whether what its Accept
 * shows proves it a member. Called by {@link Link}, on its thread; each judgement stands for the moment only, because
 * keys and credentials change while links are up.
 */
final class Vetting {
    private final LocalNode self;
    private final Connection connection;
    private final Hello greeting;

    /** The Accept whose proof of possession was found right. */
    private @Nullable Accept possessed;

    Vetting(LocalNode self, Connection connection, Hello greeting) {
        this.self = self;
        this.connection = connection;
        this.greeting = greeting;
    }

    /** What this end itself has against a peer. The texts suit both ends, and tell a stranger nothing of us. */
    Optional<Close> objection(Hello hello) {
        if (!connection.assurance().allows(hello.node())) {
            return refusal(
                    CloseReason.WRONG_IDENTITY, "node id " + hello.node() + " is not that of the key shown with it");
        }
        if (!hello.mesh().equals(self.mesh())) {
            return refusal(CloseReason.WRONG_MESH, "mesh " + hello.mesh() + " is not known here");
        }
        if (hello.node().equals(self.node())) {
            return hello.instance() == self.instance()
                    ? refusal(CloseReason.SELF, "node " + hello.node().brief() + " has dialled itself")
                    : refusal(
                            CloseReason.DUPLICATE_NODE_ID,
                            "two processes use node id " + hello.node()
                                    + ": was a state directory copied, or a node started twice?");
        }
        if (self.versions().highestCommon(hello.versions()).isEmpty()) {
            return refusal(
                    CloseReason.VERSION,
                    self.node().brief() + " speaks " + self.versions() + ", "
                            + hello.node().brief() + " " + hello.versions());
        }
        if (connection.direction() == Connection.Direction.ACCEPTED && hello.dialNumber() == 0) {
            return refusal(CloseReason.PROTOCOL_VIOLATION, "Hello without a dial number from the end that dialled");
        }
        Partners.Proof proof = self.register().isPresent() ? Partners.Proof.ASKED : Partners.Proof.NOT_ASKED;
        return self.security().partners().objection(connection, hello, proof);
    }

    private static Optional<Close> refusal(CloseReason reason, String text) {
        return Optional.of(Close.because(reason, text));
    }

    /** What this end shows a peer whose Hello it takes: its proofs of the keys and its credential, bound to both Hellos. */
    Accept acceptance(Hello hello) {
        int version = self.versions().highestCommon(hello.versions()).orElseThrow();
        ByteView transcript = Transcript.ofOurs(connection.assurance(), greeting, hello, version);
        List<ByteView> proofs = self.security().prover().prove(transcript);
        Notary notary = self.register().notary();
        Optional<Credential> credential = notary.credential();
        return credential.isEmpty()
                ? new Accept(hello.instance(), proofs, version)
                : new Accept(
                        hello.instance(),
                        proofs,
                        ByteView.of(credential.get().bytes()),
                        notary.possession(transcript),
                        version);
    }

    /** What speaks against the peer's being a member, by the latest Accept that it has sent. */
    Optional<Close> doubt(Hello peer, Accept accept) {
        return doubtOfKey(peer, accept).or(() -> doubtOfCredential(peer, accept));
    }

    private Optional<Close> doubtOfKey(Hello peer, Accept accept) {
        Prover prover = self.security().prover();
        boolean isOfThisUser = connection.assurance().kind() == Assurance.Kind.SAME_USER;
        boolean isShown = !accept.proofs().isEmpty();
        if (!prover.isKeyed() && !isShown || isOfThisUser && !(prover.isKeyed() && isShown)) {
            return Optional.empty();
        }
        if (!prover.isKeyed() || !isShown) {
            NodeId keyless = prover.isKeyed() ? peer.node() : self.node();
            return refusal(CloseReason.NOT_A_MEMBER, "node " + keyless.brief() + " has shown no key of the mesh");
        }
        ByteView transcript = Transcript.ofTheirs(connection.assurance(), greeting, peer, accept.version());
        boolean holds = false;
        for (ByteView proof : accept.proofs()) {
            holds |= prover.accepts(transcript, proof);
        }
        return holds
                ? Optional.empty()
                : refusal(
                        CloseReason.NOT_A_MEMBER,
                        "node " + peer.node().brief() + " has another mesh key than "
                                + self.node().brief() + ", or the handshake was altered on its way");
    }

    /** A process of the same user is let in without a credential, for it could take this node's; it may do nothing. */
    private Optional<Close> doubtOfCredential(Hello peer, Accept accept) {
        Register register = self.register();
        if (!register.isPresent()) {
            return Optional.empty();
        }
        if (accept.credential().isEmpty()) {
            Optional<Close> objection = register.objection(peer.node());
            boolean isOfThisUser = connection.assurance().kind() == Assurance.Kind.SAME_USER;
            return isOfThisUser || objection.isPresent()
                    ? objection
                    : refusal(
                            CloseReason.NO_CREDENTIAL,
                            "node " + peer.node().brief() + " has shown no credential of the mesh's authority");
        }
        Optional<Close> objection = register.objection(peer.node(), peer.name(), accept.credential());
        if (objection.isPresent() || accept == possessed) {
            return objection;
        }
        ByteView transcript = Transcript.ofTheirs(connection.assurance(), greeting, peer, accept.version());
        if (!register.notary().isPossessed(peer.node(), transcript, accept.possession())) {
            return refusal(
                    CloseReason.BAD_CREDENTIAL,
                    "node " + peer.node().brief()
                            + " has not shown the key of its credential, or the handshake was altered on its way");
        }
        possessed = accept;
        return Optional.empty();
    }
}
