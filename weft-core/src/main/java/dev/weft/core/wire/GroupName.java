package dev.weft.core.wire;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;

/**
 * What a flow to many is, told until every member has answered once.
 * <pre>
 *   +---------+---------+------------+---------------+
 *   | scope u8| kind u8 | group text | endpoint text |   text: bytes varint, UTF-8; at most 128 bytes
 *   +---------+---------+------------+---------------+
 * </pre>
 * The kind's byte has 16 more where what finds no room at a member is to be refused, and 32 more where messages are sealed.
 *
 * @param scope who is addressed
 * @param kind the guarantees
 * @param whenFull what becomes of a message that finds no room
 * @param sealing whether its messages are {@link GroupSeal}s
 * @param group its name; empty for everyone and for a list
 * @param endpoint the endpoint at each member; empty for the group's own inbox
 */
public record GroupName(Scope scope, SocketKind kind, WhenFull whenFull, Sealing sealing, String group, String endpoint)
        implements Comparable<GroupName> {
    /** The longest name of a group, in bytes of UTF-8. */
    public static final int GROUP_BYTES_MAX = NodeRecord.WORD_BYTES_MAX;

    private static final Scope[] SCOPES = Scope.values();
    private static final SocketKind[] KINDS = SocketKind.values();
    private static final int REFUSE_BIT = 0x10;
    private static final int SEALED_BIT = 0x20;

    /** Who is addressed. */
    public enum Scope {
        /** The members of a named group, or of the group {@code ""}, in which everyone is. */
        GROUP,
        /** Nodes that the origin has listed. */
        LIST
    }

    /** Who can read the messages. */
    public enum Sealing {
        /** Every node that they pass. */
        PLAIN,
        /** Those whom their sender gives the key. */
        SEALED
    }

    /** One whose messages wait for room, and are not sealed. */
    public GroupName(Scope scope, SocketKind kind, String group, String endpoint) {
        this(scope, kind, WhenFull.WAIT, Sealing.PLAIN, group, endpoint);
    }

    public GroupName withWhenFull(WhenFull other) {
        return new GroupName(scope, kind, other, sealing, group, endpoint);
    }

    public GroupName with(Sealing other) {
        return new GroupName(scope, kind, whenFull, other, group, endpoint);
    }

    public boolean isSealed() {
        return sealing == Sealing.SEALED;
    }

    /** Whether what is lost goes again. */
    public boolean isReliable() {
        return kind != SocketKind.DGRAM;
    }

    /** Whether a member has the messages in the order in which they were sent. */
    public boolean isOrdered() {
        return kind == SocketKind.SEQPACKET;
    }

    /** What a member says to a message that it has no room for. */
    public Verdict noRoom() {
        return !isReliable() || whenFull == WhenFull.REFUSE ? Verdict.refused(Outcome.Reason.QUEUE_FULL) : Verdict.HELD;
    }

    /** Whether its sender keeps for a member that has detached what that member puts back. */
    public boolean isKeptForDetached() {
        return isReliable() && whenFull == WhenFull.WAIT;
    }

    static GroupName decode(WireReader in) throws MalformedFrame {
        int scope = in.u8("scope");
        int form = in.u8("kind");
        int kind = form & ~(REFUSE_BIT | SEALED_BIT);
        if (scope >= SCOPES.length) {
            throw new MalformedFrame("scope", "unknown code " + scope);
        }
        if (kind >= KINDS.length || KINDS[kind] == SocketKind.STREAM) {
            throw new MalformedFrame("kind", "unknown code " + kind);
        }
        return new GroupName(
                SCOPES[scope],
                KINDS[kind],
                (form & REFUSE_BIT) == 0 ? WhenFull.WAIT : WhenFull.REFUSE,
                (form & SEALED_BIT) == 0 ? Sealing.PLAIN : Sealing.SEALED,
                in.text("group", GROUP_BYTES_MAX),
                in.text("endpoint", FlowLabel.ENDPOINT_BYTES_MAX));
    }

    void encode(WireWriter out) {
        out.u8(scope.ordinal())
                .u8(kind.ordinal() | (whenFull == WhenFull.REFUSE ? REFUSE_BIT : 0) | (isSealed() ? SEALED_BIT : 0))
                .text(group)
                .text(endpoint);
    }

    @Override
    public int compareTo(GroupName other) {
        int byScope = scope.compareTo(other.scope);
        int byKind = byScope != 0 ? byScope : kind.compareTo(other.kind);
        int byGroup = byKind != 0 ? byKind : group.compareTo(other.group);
        int byEndpoint = byGroup != 0 ? byGroup : endpoint.compareTo(other.endpoint);
        int byWhenFull = byEndpoint != 0 ? byEndpoint : whenFull.compareTo(other.whenFull);
        return byWhenFull != 0 ? byWhenFull : sealing.compareTo(other.sealing);
    }
}
