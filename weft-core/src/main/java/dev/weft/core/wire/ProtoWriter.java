package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * Writes the Protocol Buffers wire format canonically: fields in ascending order, numbers as varints, everything else
 * length-delimited, and a number of 0 or an empty text left out as proto3 does. Equal contents give equal bytes,
 * which is what makes them fit to be signed.
 */
public final class ProtoWriter {
    private final WireWriter out;
    private int lastField;

    public ProtoWriter(WireWriter out) {
        this.out = out;
    }

    public ProtoWriter number(int field, long value) {
        if (value != 0) {
            tag(field, ProtoReader.VARINT);
            out.varint(value);
        }
        return this;
    }

    public ProtoWriter text(int field, String value) {
        return bytes(field, ByteView.utf8(value));
    }

    public ProtoWriter nodeId(int field, NodeId value) {
        tag(field, ProtoReader.LENGTH_DELIMITED);
        out.varint(NodeId.BYTES).nodeId(value);
        return this;
    }

    public ProtoWriter bytes(int field, ByteView value) {
        return value.isEmpty() ? this : element(field, value);
    }

    /** One element of a repeated field; written even when empty, for its place counts. */
    public ProtoWriter element(int field, ByteView value) {
        tag(field, ProtoReader.LENGTH_DELIMITED);
        out.lengthDelimited(value);
        return this;
    }

    /** Begins an element of a repeated field that is a message of so many bytes; its fields are written next, by another. */
    public ProtoWriter message(int field, int bytes) {
        tag(field, ProtoReader.LENGTH_DELIMITED);
        out.varint(bytes);
        return this;
    }

    /** How many bytes {@link #number} takes for a field below 16. */
    static int numberBytes(long value) {
        return value == 0 ? 0 : 1 + WireWriter.varintBytes(value);
    }

    /** How many bytes {@link #nodeId} takes for a field below 16. */
    static final int NODE_ID_BYTES = 2 + NodeId.BYTES;

    private void tag(int field, int wireType) {
        Check.that(field >= lastField, "field %d after field %d", field, lastField);
        lastField = field;
        out.varint((long) field << 3 | wireType);
    }
}
