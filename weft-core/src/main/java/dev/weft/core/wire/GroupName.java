package dev.weft.core.wire;

import dev.weft.SocketKind;

/**
 * What a flow to many is, told until every member has answered once.
 * <pre>
 *   +---------+---------+------------+------------+---------------+
 *   | scope u8| kind u8 | sealing u8 | group text | endpoint text |   text: bytes varint, UTF-8; at most 128 bytes
 *   +---------+---------+------------+------------+---------------+
 * </pre>
 *
 * @param scope who is addressed
 * @param kind the guarantees
 * @param sealing whether its messages are {@link GroupSeal}s
 * @param group its name; empty for everyone and for a list
 * @param endpoint the endpoint at each member; empty for the group's own inbox
 */
public record GroupName(Scope scope, SocketKind kind, Sealing sealing, String group, String endpoint)
        implements Comparable<GroupName> {
    /** The longest name of a group, in bytes of UTF-8. */
    public static final int GROUP_BYTES_MAX = NodeRecord.WORD_BYTES_MAX;

    private static final Scope[] SCOPES = Scope.values();
    private static final SocketKind[] KINDS = SocketKind.values();
    private static final Sealing[] SEALINGS = Sealing.values();

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

    /** One that is not sealed. */
    public GroupName(Scope scope, SocketKind kind, String group, String endpoint) {
        this(scope, kind, Sealing.PLAIN, group, endpoint);
    }

    public boolean isSealed() {
        return sealing == Sealing.SEALED;
    }

    public GroupName with(Sealing other) {
        return new GroupName(scope, kind, other, group, endpoint);
    }

    /** The longest message, sealed or not. */
    public int messageBytesMax() {
        return isSealed() ? GroupData.MESSAGE_BYTES_MAX : Data.MESSAGE_BYTES_MAX;
    }

    static GroupName decode(WireReader in) throws MalformedFrame {
        int scope = in.u8("scope");
        int kind = in.u8("kind");
        int sealing = in.u8("sealing");
        if (scope >= SCOPES.length) {
            throw new MalformedFrame("scope", "unknown code " + scope);
        }
        if (kind >= KINDS.length || KINDS[kind] == SocketKind.STREAM) {
            throw new MalformedFrame("kind", "unknown code " + kind);
        }
        if (sealing >= SEALINGS.length) {
            throw new MalformedFrame("sealing", "unknown code " + sealing);
        }
        return new GroupName(
                SCOPES[scope],
                KINDS[kind],
                SEALINGS[sealing],
                in.text("group", GROUP_BYTES_MAX),
                in.text("endpoint", FlowLabel.ENDPOINT_BYTES_MAX));
    }

    void encode(WireWriter out) {
        out.u8(scope.ordinal())
                .u8(kind.ordinal())
                .u8(sealing.ordinal())
                .text(group)
                .text(endpoint);
    }

    @Override
    public int compareTo(GroupName other) {
        int byScope = scope.compareTo(other.scope);
        int byKind = byScope != 0 ? byScope : kind.compareTo(other.kind);
        int bySealing = byKind != 0 ? byKind : sealing.compareTo(other.sealing);
        int byGroup = bySealing != 0 ? bySealing : group.compareTo(other.group);
        return byGroup != 0 ? byGroup : endpoint.compareTo(other.endpoint);
    }
}
