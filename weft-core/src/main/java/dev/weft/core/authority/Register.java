package dev.weft.core.authority;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Policy;
import dev.weft.Revocations;
import dev.weft.Right;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the word of its mesh's authority: the credentials of others, each checked once, and the newest
 * list of revocations. Where the mesh has no authority everyone may do everything.
 *
 * <p>A credential that was flooded is checked when it is first needed, for a signature costs a millisecond and a mesh may
 * have a thousand nodes. Until then the one known before it holds, so what somebody floods in another's name changes
 * nothing. Owned by the engine; used by links and by whoever delivers.
 */
public final class Register {
    /** By how much clocks may differ. */
    public static final long SKEW_SECONDS = 60;

    /** The most nodes of which a credential is kept. */
    static final int NODES_MAX = 16_384;

    /** How long a message may wait for its origin's credential, which is on its way by another path. */
    static final long PATIENCE_NANOS = 3_000_000_000L;

    private static final int STRANGERS_MAX = 4_096;

    /** What became of a list of revocations. */
    public enum Adoption {
        ADOPTED,
        /** It is not newer than what is known. */
        KNOWN,
        /** It is not of this mesh's authority, or not written as it must be. */
        REFUSED
    }

    private static final class Standing {
        /** What was found right. */
        private @Nullable Credential credential;

        private Policy policy = Policy.NOTHING;
        /** What has come since and was not looked at. */
        private @Nullable ByteView unread;
    }

    private final String mesh;
    private final NodeId self;
    private final Notary notary;
    private final TreeMap<NodeId, Standing> standings = new TreeMap<>();
    /** Nodes without a credential that have asked for something, and when they did first. */
    private final TreeMap<NodeId, Long> strangers = new TreeMap<>();

    private @Nullable Revocations revocations;
    private long checkedCount;
    private long forgedCount;
    private long deniedCount;

    public Register(String mesh, NodeId self, Notary notary) {
        this.mesh = mesh;
        this.self = self;
        this.notary = notary;
    }

    /** Whether the mesh has an authority. */
    public boolean isPresent() {
        return notary.isPresent();
    }

    public Notary notary() {
        return notary;
    }

    public Optional<Revocations> revocations() {
        return Optional.ofNullable(revocations);
    }

    // ------------------------------------------------------------------ at a link

    /**
     * What speaks against a neighbor that has shown a credential. The texts suit both ends.
     *
     * @param name that it goes by
     */
    public Optional<Close> objection(NodeId node, String name, ByteView shown) {
        Credential credential;
        try {
            credential = Credential.decode(shown.toByteArray());
        } catch (IllegalArgumentException e) {
            return refusal(CloseReason.BAD_CREDENTIAL, "node " + node.brief() + ": " + e.getMessage());
        }
        Optional<Close> plain = objection(node, credential);
        if (plain.isPresent()) {
            return plain;
        }
        if (!credential.grant().name().equals(name)) {
            return refusal(
                    CloseReason.WRONG_NAME,
                    "node " + node.brief() + " calls itself '" + name + "', its credential '"
                            + credential.grant().name() + "'");
        }
        if (!isVouchedFor(credential)) {
            return refusal(
                    CloseReason.BAD_CREDENTIAL,
                    "the credential of node " + node.brief() + " was not signed by authority "
                            + brief(notary.authority()));
        }
        keep(credential);
        return Optional.empty();
    }

    /** What speaks against a credential before its signature is looked at: cheap, so it comes first. */
    private Optional<Close> objection(NodeId node, Credential credential) {
        Credential.Grant grant = credential.grant();
        String whose = "the credential of node " + node.brief();
        if (!grant.authority().equals(notary.authority())) {
            return refusal(
                    CloseReason.WRONG_AUTHORITY,
                    whose + " is of authority " + brief(grant.authority()) + ", not " + brief(notary.authority()));
        }
        if (!grant.mesh().equals(mesh)) {
            return refusal(CloseReason.WRONG_MESH, whose + " is for mesh " + grant.mesh());
        }
        if (!grant.node().equals(node)) {
            return refusal(
                    CloseReason.WRONG_IDENTITY,
                    "node " + node.brief() + " shows the credential of node "
                            + grant.node().brief());
        }
        long now = notary.epochSeconds();
        if (now < grant.notBefore().getEpochSecond() - SKEW_SECONDS) {
            return refusal(CloseReason.NOT_YET_VALID, whose + " is not valid before " + grant.notBefore());
        }
        if (isOver(grant, now)) {
            return refusal(CloseReason.EXPIRED, whose + " was valid until " + grant.notAfter());
        }
        Revocations known = revocations;
        if (known != null && known.revokes(node, grant.serial())) {
            return refusal(
                    CloseReason.REVOKED,
                    whose + " is revoked by list " + known.content().number());
        }
        return Optional.empty();
    }

    /** What speaks against a neighbor that need not show a credential. */
    public Optional<Close> objection(NodeId node) {
        Revocations known = revocations;
        return known != null && known.revokes(node)
                ? refusal(
                        CloseReason.REVOKED,
                        "node " + node.brief() + " is revoked by list "
                                + known.content().number())
                : Optional.empty();
    }

    private static Optional<Close> refusal(CloseReason reason, String text) {
        return Optional.of(Close.because(reason, text));
    }

    private static String brief(String authority) {
        return authority.substring(0, Math.min(8, authority.length()));
    }

    // ------------------------------------------------------------------ what is flooded

    /** A node has told of its credential, by flooding; it is looked at when it is needed. */
    public void learn(NodeId node, ByteView shown) {
        Standing standing = isPresent() ? standing(node) : null;
        if (standing != null) {
            standing.unread = shown;
        }
    }

    /** Nothing is known of a node any more. */
    public void forget(NodeId node) {
        standings.remove(node);
        strangers.remove(node);
    }

    /** A list of revocations, from wherever. */
    public Adoption adopt(ByteView bytes) {
        if (!isPresent()) {
            return Adoption.REFUSED;
        }
        try {
            return adopt(Revocations.decode(bytes.toByteArray()));
        } catch (IllegalArgumentException unreadable) {
            forgedCount++;
            return Adoption.REFUSED;
        }
    }

    public Adoption adopt(Revocations list) {
        Revocations known = revocations;
        if (known != null && list.content().number() <= known.content().number()) {
            return Adoption.KNOWN;
        }
        boolean isOurs = list.content().authority().equals(notary.authority())
                && list.content().mesh().equals(mesh);
        checkedCount++;
        if (!isPresent() || !isOurs || !notary.vouchesFor(list)) {
            forgedCount++;
            return Adoption.REFUSED;
        }
        revocations = list;
        return Adoption.ADOPTED;
    }

    /** The number of the newest list; 0 where there is none. */
    public long revocationsNumber() {
        Revocations known = revocations;
        return known == null ? 0 : known.content().number();
    }

    // ------------------------------------------------------------------ what a node may do

    /** Whether a node may do that now; what is refused is counted. */
    public boolean permits(NodeId node, Right right, String subject) {
        boolean permitted = !isPresent() || node.equals(self) || policyOf(node).permits(right, subject);
        if (!permitted) {
            deniedCount++;
        }
        return permitted;
    }

    /** Whether a node may do that now, where nothing hangs on it yet. */
    public boolean wouldPermit(NodeId node, Right right, String subject) {
        return !isPresent() || node.equals(self) || policyOf(node).permits(right, subject);
    }

    /** What a node may do now; nothing where no credential of it is known that holds. */
    public Policy policyOf(NodeId node) {
        if (!isPresent()) {
            return Policy.OPEN;
        }
        Standing standing = standings.get(node);
        if (standing == null) {
            return Policy.NOTHING;
        }
        read(node, standing);
        Credential credential = standing.credential;
        return credential != null && objection(node, credential).isEmpty() ? standing.policy : Policy.NOTHING;
    }

    /** The credential of a node that was found right, be it over or revoked by now. */
    public Optional<Credential> credentialOf(NodeId node) {
        Standing standing = standings.get(node);
        if (standing == null) {
            return Optional.empty();
        }
        read(node, standing);
        return Optional.ofNullable(standing.credential);
    }

    /**
     * True where a node has no credential here, but one may be on its way: its messages are to be left unanswered, and
     * will come again.
     */
    public boolean isAwaited(NodeId node, long nowNanos) {
        if (!isPresent() || node.equals(self) || standings.containsKey(node)) {
            return false;
        }
        Long since = strangers.get(node);
        if (since == null) {
            if (strangers.size() >= STRANGERS_MAX) {
                strangers.pollFirstEntry();
            }
            strangers.put(node, nowNanos);
            return true;
        }
        return nowNanos - since < PATIENCE_NANOS;
    }

    private void read(NodeId node, Standing standing) {
        ByteView unread = standing.unread;
        if (unread == null) {
            return;
        }
        standing.unread = null;
        try {
            Credential credential = Credential.decode(unread.toByteArray());
            Credential present = standing.credential;
            boolean isNews = present == null
                    || credential.grant().serial() > present.grant().serial()
                    || objection(node, present).isPresent();
            if (isNews && objection(node, credential).isEmpty() && isVouchedFor(credential)) {
                keep(credential);
            }
        } catch (IllegalArgumentException unreadable) {
            forgedCount++;
        }
    }

    private boolean isVouchedFor(Credential credential) {
        Standing standing = standings.get(credential.grant().node());
        Credential known = standing == null ? null : standing.credential;
        if (known != null && known.equals(credential)) {
            return true;
        }
        checkedCount++;
        boolean vouched = notary.vouchesFor(credential);
        if (!vouched) {
            forgedCount++;
        }
        return vouched;
    }

    private void keep(Credential credential) {
        Standing standing = standing(credential.grant().node());
        if (standing == null) {
            return;
        }
        Credential present = standing.credential;
        if (present == null
                || credential.grant().serial() >= present.grant().serial()
                || objection(credential.grant().node(), present).isPresent()) {
            standing.credential = credential;
            standing.policy = credential.grant().policy();
        }
    }

    /** The place of a node; null where there is no room for one more. */
    private @Nullable Standing standing(NodeId node) {
        Standing standing = standings.get(node);
        if (standing == null && standings.size() >= NODES_MAX) {
            // What nobody has vouched for makes room first.
            standings.values().removeIf(any -> any.credential == null);
        }
        if (standing == null && standings.size() < NODES_MAX) {
            standing = new Standing();
            standings.put(node, standing);
            strangers.remove(node);
        }
        return standing;
    }

    private static boolean isOver(Credential.Grant grant, long nowSeconds) {
        return nowSeconds > grant.notAfter().getEpochSecond() + SKEW_SECONDS;
    }

    // ------------------------------------------------------------------ questions

    public int knownCount() {
        return standings.size();
    }

    /** Signatures of the authority that were looked at. */
    public long checkedCount() {
        return checkedCount;
    }

    /** What claimed to be of the authority and was not, or could not be read. */
    public long forgedCount() {
        return forgedCount;
    }

    /** What was refused for want of a right. */
    public long deniedCount() {
        return deniedCount;
    }
}
