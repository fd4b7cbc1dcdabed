package dev.weft.core.wire;

import dev.weft.SocketKind;

/**
 * What a flow to many is, told until every member has answered once.
 * <pre>
 *   +---------+-------------+----------------+------------------+
 *   | scope u8| kind u8     | group text     | endpoint text    |   text: bytes varint, UTF-8; at most 128 bytes
 *   +---------+-------------+----------------+------------------+
 * </pre>
 *
 * @param scope who is addressed
 * @param kind the guarantees
 * @param group its name; empty for everyone and for a list
 * @param endpoint the endpoint at each member; empty for the group's own inbox
 */
public record GroupName(Scope scope, SocketKind kind, String group, String endpoint) implements Comparable<GroupName> {
    /** The longest name of a group, in bytes of UTF-8. */
    public static final int GROUP_BYTES_MAX = NodeRecord.WORD_BYTES_MAX;

    private static final Scope[] SCOPES = Scope.values();
    private static final SocketKind[] KINDS = SocketKind.values();

    /** Who is addressed. */
    public enum Scope {
        /** The members of a named group, or of the group {@code ""}, in which everyone is. */
        GROUP,
        /** Nodes that the origin has listed. */
        LIST
    }

    static GroupName decode(WireReader in) throws MalformedFrame {
        int scope = in.u8("scope");
        int kind = in.u8("kind");
        if (scope >= SCOPES.length) {
            throw new MalformedFrame("scope", "unknown code " + scope);
        }
        if (kind >= KINDS.length || KINDS[kind] == SocketKind.STREAM) {
            throw new MalformedFrame("kind", "unknown code " + kind);
        }
        return new GroupName(
                SCOPES[scope],
                KINDS[kind],
                in.text("group", GROUP_BYTES_MAX),
                in.text("endpoint", FlowLabel.ENDPOINT_BYTES_MAX));
    }

    void encode(WireWriter out) {
        out.u8(scope.ordinal()).u8(kind.ordinal()).text(group).text(endpoint);
    }

    @Override
    public int compareTo(GroupName other) {
        int byScope = scope.compareTo(other.scope);
        int byKind = byScope != 0 ? byScope : kind.compareTo(other.kind);
        int byGroup = byKind != 0 ? byKind : group.compareTo(other.group);
        return byGroup != 0 ? byGroup : endpoint.compareTo(other.endpoint);
    }
}
