package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;

/**
 * What a node of a tree is there for: to pass the frame on only, or to take it as well. A stale label can lead a frame
 * to a node that was never meant, so a member is named by a check of who it is and which life it lives; only then is
 * "all below have it" proof for each of them.
 * <pre>
 *   +-------+---------------------+----------------------------+
 *   | flags | only for a member:  | only with flag 2:          |
 *   |   u8  | check (4)           | floor distance varint      |   flags: 1 member, 2 floor
 *   +-------+---------------------+----------------------------+
 * </pre>
 *
 * @param role whether the node takes the frame
 * @param check {@link #checkOf} the member
 * @param floorDistance how far below the frame's message the first one lies that the member must still wait for;
 *     {@link #UNSAID} where it is the same as for all
 */
public record TreeMark(Role role, int check, long floorDistance) {
    /** A floor that is not said. */
    public static final long UNSAID = -1;

    /** A node that passes the frame on. */
    public static final TreeMark RELAY = new TreeMark(Role.RELAY, 0, UNSAID);

    private static final int MEMBER_FLAG = 1;
    private static final int FLOOR_FLAG = 2;

    /** What a node does with a frame beside passing it on. */
    public enum Role {
        RELAY,
        MEMBER
    }

    public TreeMark {
        Check.that(role == Role.MEMBER || check == 0 && floorDistance == UNSAID, "a relay is told nothing");
    }

    public static TreeMark member(int check) {
        return new TreeMark(Role.MEMBER, check, UNSAID);
    }

    public TreeMark withFloorDistance(long distance) {
        return new TreeMark(role, check, distance);
    }

    /** 32 bits of who a node is and which life it lives. */
    public static int checkOf(NodeId node, long incarnation) {
        return (int) (Prng.mix(Prng.mix(node.high() ^ Prng.mix(node.low())) + incarnation) >>> 32);
    }

    static TreeMark decode(WireReader in) throws MalformedFrame {
        int flags = in.u8("tree flags");
        if (flags == 0) {
            return RELAY;
        }
        if (flags != MEMBER_FLAG && flags != (MEMBER_FLAG | FLOOR_FLAG)) {
            throw new MalformedFrame("tree flags", "unknown flags " + flags);
        }
        int check = in.u16("check") << 16 | in.u16("check");
        long distance = flags == MEMBER_FLAG ? UNSAID : in.varint("floor distance");
        return new TreeMark(Role.MEMBER, check, distance);
    }

    void encode(WireWriter out) {
        switch (role) {
            case RELAY -> out.u8(0);
            case MEMBER -> {
                out.u8(floorDistance == UNSAID ? MEMBER_FLAG : MEMBER_FLAG | FLOOR_FLAG);
                out.u16(check >>> 16).u16(check & 0xffff);
                if (floorDistance != UNSAID) {
                    out.varint(floorDistance);
                }
            }
        }
    }

    int bytes() {
        return switch (role) {
            case RELAY -> 1;
            case MEMBER -> 5 + (floorDistance == UNSAID ? 0 : WireWriter.varintBytes(floorDistance));
        };
    }
}
