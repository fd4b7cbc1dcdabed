package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The one place where received bytes are read. Every read is checked against the end, so no frame can forget to; all
 * integers are big-endian, varints are LEB128 as in Protocol Buffers. Single-threaded, one frame long.
 */
public final class WireReader {
    private final ByteView view;
    private int at;
    /** The end of what is being read: of all of it, or of a part that {@link #narrow} began. */
    private int limit;

    public WireReader(ByteView view) {
        this.view = view;
        this.limit = view.length();
    }

    public int remaining() {
        return limit - at;
    }

    public boolean hasMore() {
        return at < limit;
    }

    /** From here on only the next bytes can be read, so many, until {@link #widen}; returns where the end was. */
    int narrow(String field, int count) throws MalformedFrame {
        need(field, count);
        int outer = limit;
        limit = at + count;
        return outer;
    }

    /** Leaves a part, whatever of it has been read. */
    void widen(int outer) {
        at = limit;
        limit = outer;
    }

    int position() {
        return at;
    }

    ByteView between(int from, int to) {
        return view.slice(from, to - from);
    }

    public int u8(String field) throws MalformedFrame {
        need(field, 1);
        return view.at(at++) & 0xff;
    }

    public int u16(String field) throws MalformedFrame {
        return u8(field) << 8 | u8(field);
    }

    public long u64(String field) throws MalformedFrame {
        need(field, 8);
        long value = view.longAt(at);
        at += Long.BYTES;
        return value;
    }

    /** An unsigned LEB128 number of at most 63 bits: none of ours is larger, and a sign never surprises. */
    public long varint(String field) throws MalformedFrame {
        long value = rawVarint(field);
        if (value < 0) {
            throw new MalformedFrame(field, "varint beyond 63 bits");
        }
        return value;
    }

    /** An unsigned LEB128 number of up to 64 bits in its shortest form. */
    public long rawVarint(String field) throws MalformedFrame {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8(field);
            if (shift == 63 && b > 1) {
                break;
            }
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw new MalformedFrame(field, "varint not in its shortest form");
                }
                return value;
            }
        }
        throw new MalformedFrame(field, "varint longer than 64 bits");
    }

    public int varintWithin(String field, int min, int max) throws MalformedFrame {
        long value = varint(field);
        if (value < min || value > max) {
            throw new MalformedFrame(field, value + " is not from " + min + " to " + max);
        }
        return (int) value;
    }

    public NodeId nodeId(String field) throws MalformedFrame {
        return new NodeId(u64(field), u64(field));
    }

    public ByteView bytes(String field, int count) throws MalformedFrame {
        need(field, count);
        ByteView slice = view.slice(at, count);
        at += count;
        return slice;
    }

    public void skip(String field, int count) throws MalformedFrame {
        need(field, count);
        at += count;
    }

    /** A length as varint, then that many bytes. */
    public ByteView lengthDelimited(String field, int bytesMax) throws MalformedFrame {
        return bytes(field, varintWithin(field, 0, bytesMax));
    }

    /** A length as varint, then UTF-8; anything that is not UTF-8 is refused. */
    public String text(String field, int bytesMax) throws MalformedFrame {
        return decodeUtf8(field, lengthDelimited(field, bytesMax));
    }

    public ByteView rest() {
        ByteView slice = view.slice(at, limit - at);
        at = limit;
        return slice;
    }

    /** Bytes left over are an error, not room for the future: hand-laid frames grow by a new type. */
    public void expectEnd(FrameType type) throws MalformedFrame {
        if (hasMore()) {
            throw new MalformedFrame(type.name(), remaining() + " bytes too many");
        }
    }

    static String decodeUtf8(String field, ByteView bytes) throws MalformedFrame {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrame(field, "not UTF-8");
        }
    }

    private void need(String field, int count) throws MalformedFrame {
        if (count > limit - at) {
            throw new MalformedFrame(field, "truncated: " + count + " bytes wanted, " + remaining() + " left");
        }
    }
}
