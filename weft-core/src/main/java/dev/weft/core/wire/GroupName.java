package dev.weft.core.wire;

import dev.weft.SocketKind;
import dev.weft.WhenFull;

/**
 * What a flow to many is, told until every member has answered once.
 * <pre>
 *   +---------+-------------+----------------+------------------+
 *   | scope u8| kind u8     | group text     | endpoint text    |   text: bytes varint, UTF-8; at most 128 bytes
 *   +---------+-------------+----------------+------------------+
 * </pre>
 * The kind's byte has 16 more where what finds no room at a member is to be refused.
 *
 * @param scope who is addressed
 * @param kind the guarantees
 * @param whenFull what becomes of a message that finds no room
 * @param group its name; empty for everyone and for a list
 * @param endpoint the endpoint at each member; empty for the group's own inbox
 */
public record GroupName(Scope scope, SocketKind kind, WhenFull whenFull, String group, String endpoint)
        implements Comparable<GroupName> {
    /** The longest name of a group, in bytes of UTF-8. */
    public static final int GROUP_BYTES_MAX = NodeRecord.WORD_BYTES_MAX;

    private static final Scope[] SCOPES = Scope.values();
    private static final SocketKind[] KINDS = SocketKind.values();
    private static final int REFUSE_BIT = 0x10;

    /** Who is addressed. */
    public enum Scope {
        /** The members of a named group, or of the group {@code ""}, in which everyone is. */
        GROUP,
        /** Nodes that the origin has listed. */
        LIST
    }

    /** One whose messages wait for room. */
    public GroupName(Scope scope, SocketKind kind, String group, String endpoint) {
        this(scope, kind, WhenFull.WAIT, group, endpoint);
    }

    public GroupName withWhenFull(WhenFull other) {
        return new GroupName(scope, kind, other, group, endpoint);
    }

    static GroupName decode(WireReader in) throws MalformedFrame {
        int scope = in.u8("scope");
        int form = in.u8("kind");
        int kind = form & ~REFUSE_BIT;
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
                in.text("group", GROUP_BYTES_MAX),
                in.text("endpoint", FlowLabel.ENDPOINT_BYTES_MAX));
    }

    void encode(WireWriter out) {
        out.u8(scope.ordinal())
                .u8(kind.ordinal() | (whenFull == WhenFull.REFUSE ? REFUSE_BIT : 0))
                .text(group)
                .text(endpoint);
    }

    @Override
    public int compareTo(GroupName other) {
        int byScope = scope.compareTo(other.scope);
        int byKind = byScope != 0 ? byScope : kind.compareTo(other.kind);
        int byGroup = byKind != 0 ? byKind : group.compareTo(other.group);
        int byEndpoint = byGroup != 0 ? byGroup : endpoint.compareTo(other.endpoint);
        return byEndpoint != 0 ? byEndpoint : whenFull.compareTo(other.whenFull);
    }
}
