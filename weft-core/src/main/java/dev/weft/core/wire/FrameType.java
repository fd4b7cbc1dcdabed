package dev.weft.core.wire;

import org.jspecify.annotations.Nullable;

/** The first byte of every frame, and the class of traffic it belongs to. Codes are never given out twice. */
public enum FrameType {
    HELLO(1, Scope.LINK),
    ACCEPT(2, Scope.LINK),
    CLOSE(3, Scope.LINK),
    PING(4, Scope.LINK),
    PONG(5, Scope.LINK),
    PEERS(6, Scope.LINK),
    FLOOD(8, Scope.LINK),
    FLOOD_ACK(9, Scope.LINK),
    DIGEST(10, Scope.LINK),
    REVOKED(11, Scope.LINK),
    FLOOD_WANT(12, Scope.LINK),
    CAST_HEARD(13, Scope.LINK),
    DATA(16, Scope.ROUTED),
    ACK(17, Scope.ROUTED),
    ADVANCE(18, Scope.ROUTED),
    ROUTE_ERROR(19, Scope.ROUTED),
    PROBE(20, Scope.ROUTED),
    PROBE_REPLY(21, Scope.ROUTED),
    RESET(22, Scope.ROUTED),
    GROUP_DATA(23, Scope.TREE),
    GROUP_ACK(24, Scope.ROUTED),
    GROUP_ADVANCE(25, Scope.TREE),
    GROUP_KEY(26, Scope.ROUTED),
    GROUP_KEY_WANT(27, Scope.ROUTED),
    ABORT(28, Scope.ROUTED),
    /** A {@link #DATA} from end to end: its true type and body are inside. */
    SEALED(29, Scope.ROUTED),
    /** Any other routed frame from end to end. */
    SEALED_CONTROL(30, Scope.ROUTED),
    SEAL_ANSWER(31, Scope.ROUTED);

    /** How far a frame of this type travels. */
    public enum Scope {
        /** From one end of a link to the other. */
        LINK,
        /** Along a source route: a {@link RouteHeader} follows the type byte. */
        ROUTED,
        /** Along the branches of a tree: a {@link TreeHeader} follows the type byte. */
        TREE
    }

    private static final @Nullable FrameType[] BY_CODE = byCode();

    private final int code;
    private final Scope scope;

    FrameType(int code, Scope scope) {
        this.code = code;
        this.scope = scope;
    }

    public int code() {
        return code;
    }

    public Scope scope() {
        return scope;
    }

    public static FrameType decode(WireReader in) throws MalformedFrame {
        int code = in.u8("frame type");
        FrameType type = code < BY_CODE.length ? BY_CODE[code] : null;
        if (type == null) {
            throw new MalformedFrame("frame type", "unknown code " + code);
        }
        return type;
    }

    private static @Nullable FrameType[] byCode() {
        @Nullable FrameType[] table = new FrameType[32];
        for (FrameType type : values()) {
            table[type.code] = type;
        }
        return table;
    }
}
