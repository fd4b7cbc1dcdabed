package dev.weft.core.wire;

/** Why a link was refused or ended. The codes are part of the protocol and never given out twice. */
public enum CloseReason {
    /** A code that this version does not know: the peer is newer. */
    UNKNOWN(1, "a reason this version does not know"),
    WRONG_MESH(2, "the nodes belong to different meshes"),
    SELF(3, "the node has dialled itself"),
    VERSION(4, "the nodes have no protocol version in common"),
    DUPLICATE_NODE_ID(5, "two processes use the same node id"),
    DUPLICATE_LINK(6, "another link between the two nodes stands"),
    STALE_INCARNATION(7, "a later start of the node is known"),
    LIMIT(8, "a limit is reached"),
    MALFORMED(9, "a frame could not be read"),
    TIMEOUT(10, "the handshake took too long"),
    SILENT(11, "the peer fell silent"),
    SHUTDOWN(12, "the node is leaving"),
    FORBIDDEN(13, "the link is not allowed by configuration"),
    PROTOCOL_VIOLATION(14, "a frame came out of turn"),
    NOT_NEEDED(15, "neither node needs the link"),
    CARRIER_LOST(16, "the connection below broke"),
    WRONG_IDENTITY(17, "the node id is not that of the key shown"),
    NOT_ENCRYPTED(18, "the connection is not encrypted"),
    NOT_A_MEMBER(19, "the mesh key is not the same"),
    SHUT_OUT(20, "the node has misbehaved and is shut out for a while"),
    NO_CREDENTIAL(21, "the mesh has an authority, and no credential was shown"),
    BAD_CREDENTIAL(22, "the credential is forged, damaged, or shown by who has not its key"),
    WRONG_AUTHORITY(23, "the credential is of another authority"),
    NOT_YET_VALID(24, "the credential is not valid yet"),
    EXPIRED(25, "the credential is not valid any more"),
    REVOKED(26, "the credential was taken back"),
    WRONG_NAME(27, "the node goes by another name than its credential"),
    OVER_BUDGET(28, "the node says more than a neighbor may");

    /** The largest code there can be. */
    static final int CODE_MAX = 65_535;

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    /** What it means, for people. */
    public String text() {
        return text;
    }

    static CloseReason ofCode(int code) {
        for (CloseReason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        return UNKNOWN;
    }
}
