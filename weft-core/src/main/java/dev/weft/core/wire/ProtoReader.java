package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;

/**
 * Reads the Protocol Buffers wire format with hard limits. The caller asks {@link #next}, switches on {@link #field}
 * and reads the value; fields it does not know it leaves unread, and they are skipped. Fields must ascend (a repeated
 * one may repeat), so each content has one encoding that we take.
 */
public final class ProtoReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    /** The end of a message that is in no other. */
    private static final int NO_OUTER = -1;

    private final WireReader in;
    private final int begin;
    private final int end;
    /** Where the message around this one ends. */
    private final int outerEnd;

    private boolean ended;
    private int field;
    private int wireType;
    private boolean unread;

    public ProtoReader(WireReader in) {
        this(in, NO_OUTER);
    }

    private ProtoReader(WireReader in, int outerEnd) {
        this.in = in;
        this.begin = in.position();
        this.end = begin + in.remaining();
        this.outerEnd = outerEnd;
    }

    public ProtoReader(ByteView body) {
        this(new WireReader(body));
    }

    /** Moves to the next field, skipping the value of the present one if nobody read it. */
    public boolean next() throws MalformedFrame {
        if (ended) {
            return false;
        }
        if (unread) {
            skip();
        }
        if (!in.hasMore()) {
            end();
            return false;
        }
        int tag = in.varintWithin("tag", 1 << 3, Integer.MAX_VALUE);
        int next = tag >>> 3;
        if (next < field) {
            throw new MalformedFrame("field " + next, "comes after field " + field);
        }
        field = next;
        wireType = tag & 7;
        unread = true;
        return true;
    }

    public int field() {
        return field;
    }

    public long number(String name) throws MalformedFrame {
        take(name, VARINT);
        return in.varint(name);
    }

    /** A number that uses all 64 bits. */
    public long number64(String name) throws MalformedFrame {
        take(name, VARINT);
        return in.rawVarint(name);
    }

    public int numberWithin(String name, int min, int max) throws MalformedFrame {
        take(name, VARINT);
        return in.varintWithin(name, min, max);
    }

    public ByteView bytes(String name, int bytesMax) throws MalformedFrame {
        take(name, LENGTH_DELIMITED);
        return in.lengthDelimited(name, bytesMax);
    }

    /**
     * A message in this one. It is to be read to its end, or left by {@link #end}, before this one is read on.
     */
    public ProtoReader message(String name, int bytesMax) throws MalformedFrame {
        take(name, LENGTH_DELIMITED);
        return new ProtoReader(in, in.narrow(name, in.varintWithin(name, 0, bytesMax)));
    }

    /** Leaves a message, whatever of it has been read; {@link #next} does so where it ends. */
    void end() {
        if (!ended && outerEnd != NO_OUTER) {
            in.widen(outerEnd);
        }
        ended = true;
    }

    /** All bytes of this message, read or not. */
    ByteView whole() {
        return in.between(begin, end);
    }

    public String text(String name, int bytesMax) throws MalformedFrame {
        return WireReader.decodeUtf8(name, bytes(name, bytesMax));
    }

    public NodeId nodeId(String name) throws MalformedFrame {
        take(name, LENGTH_DELIMITED);
        int length = in.varintWithin(name, 0, NodeId.BYTES);
        if (length != NodeId.BYTES) {
            throw new MalformedFrame(name, "a node id has 16 bytes, not " + length);
        }
        return in.nodeId(name);
    }

    private void take(String name, int expected) throws MalformedFrame {
        if (wireType != expected) {
            throw new MalformedFrame(name, "wire type " + wireType + " instead of " + expected);
        }
        unread = false;
    }

    private void skip() throws MalformedFrame {
        switch (wireType) {
            case VARINT -> in.rawVarint("unknown field");
            case FIXED64 -> in.bytes("unknown field", 8);
            case LENGTH_DELIMITED -> in.lengthDelimited("unknown field", Integer.MAX_VALUE);
            case FIXED32 -> in.bytes("unknown field", 4);
            default -> throw new MalformedFrame("field " + field, "unknown wire type " + wireType);
        }
    }
}
