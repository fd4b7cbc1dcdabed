package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.Check;

/**
 * Names a flow at full length, as the origin does until the destination has given it a handle.
 * <pre>
 *   +--------------------+-------------+-------------+--------------------+-------------+------+------------------+
 *   | origin node id (16)| origin      | flow number | destination id (16)| destination | form | endpoint         |
 *   |                    | incarnation |             |                    | incarnation |  u8  | varint + UTF-8   |
 *   +--------------------+-------------+-------------+--------------------+-------------+------+------------------+
 *   | answers (varint)   |   only where form says so
 *   +--------------------+
 *
 *   form   bits 0-3 kind, bit 4: refuse what finds no room, bit 5: answers follows,
 *          bit 6: each frame of it is sealed
 * </pre>
 *
 * @param origin the sending node
 * @param originIncarnation which life of it
 * @param number the origin's number for the flow, never used twice in that life
 * @param destination the receiving node
 * @param destinationIncarnation which life of it the flow is bound to
 * @param kind the guarantees
 * @param whenFull what becomes of a message that finds no room
 * @param endpoint 1 to 128 bytes of UTF-8
 * @param answers 0, or the destination's number of the flow that this one is the other direction of
 * @param secrecy SEALED where the origin sends no frame of it that is not sealed
 */
public record FlowLabel(
        NodeId origin,
        long originIncarnation,
        long number,
        NodeId destination,
        long destinationIncarnation,
        SocketKind kind,
        WhenFull whenFull,
        String endpoint,
        long answers,
        Secrecy secrecy) {
    /** The longest endpoint name, in bytes of UTF-8. */
    public static final int ENDPOINT_BYTES_MAX = 128;

    private static final SocketKind[] KINDS = SocketKind.values();
    private static final int KIND_MASK = 0x0f;
    private static final int REFUSE_BIT = 0x10;
    private static final int ANSWERS_BIT = 0x20;
    private static final int SEALED_BIT = 0x40;

    public FlowLabel {
        Check.that(!endpoint.isEmpty(), "an endpoint without a name");
        Check.that(answers == 0 || kind.isConnected(), "an answer to no connection");
    }

    /** Of no secrecy of its own. */
    public FlowLabel(
            NodeId origin,
            long originIncarnation,
            long number,
            NodeId destination,
            long destinationIncarnation,
            SocketKind kind,
            WhenFull whenFull,
            String endpoint,
            long answers) {
        this(
                origin,
                originIncarnation,
                number,
                destination,
                destinationIncarnation,
                kind,
                whenFull,
                endpoint,
                answers,
                Secrecy.BY_POLICY);
    }

    /**
     * What tells a flow from every other of the mesh.
     *
     * @param number the origin's
     */
    public record Name(NodeId origin, long originIncarnation, long number) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            int byOrigin = origin.compareTo(other.origin);
            int byLife = byOrigin != 0 ? byOrigin : Long.compare(originIncarnation, other.originIncarnation);
            return byLife != 0 ? byLife : Long.compare(number, other.number);
        }
    }

    public Name name() {
        return new Name(origin, originIncarnation, number);
    }

    static FlowLabel decode(WireReader in) throws MalformedFrame {
        NodeId origin = in.nodeId("origin");
        long originIncarnation = in.varint("origin incarnation");
        long number = in.varint("flow number");
        NodeId destination = in.nodeId("destination");
        long destinationIncarnation = in.varint("destination incarnation");
        int form = in.u8("form");
        int kind = form & KIND_MASK;
        if (kind >= KINDS.length || form >= 2 * SEALED_BIT) {
            throw new MalformedFrame("form", "unknown code " + form);
        }
        String endpoint = in.text("endpoint", ENDPOINT_BYTES_MAX);
        if (endpoint.isEmpty()) {
            throw new MalformedFrame("endpoint", "empty");
        }
        long answers = 0;
        if ((form & ANSWERS_BIT) != 0) {
            answers = in.varint("answers");
            if (answers == 0 || !KINDS[kind].isConnected()) {
                throw new MalformedFrame("answers", "flow " + answers + " of kind " + KINDS[kind]);
            }
        }
        return new FlowLabel(
                origin,
                originIncarnation,
                number,
                destination,
                destinationIncarnation,
                KINDS[kind],
                (form & REFUSE_BIT) == 0 ? WhenFull.WAIT : WhenFull.REFUSE,
                endpoint,
                answers,
                (form & SEALED_BIT) == 0 ? Secrecy.BY_POLICY : Secrecy.SEALED);
    }

    void encode(WireWriter out) {
        out.nodeId(origin).varint(originIncarnation).varint(number);
        out.nodeId(destination).varint(destinationIncarnation);
        out.u8(kind.ordinal()
                | (whenFull == WhenFull.REFUSE ? REFUSE_BIT : 0)
                | (answers == 0 ? 0 : ANSWERS_BIT)
                | (secrecy == Secrecy.SEALED ? SEALED_BIT : 0));
        out.text(endpoint);
        if (answers != 0) {
            out.varint(answers);
        }
    }
}
