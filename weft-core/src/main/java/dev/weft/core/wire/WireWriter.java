package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encodes into a byte array that grows. Cannot fail: what exists can be encoded. Reusable after {@link #reset}.
 * Single-threaded.
 */
public final class WireWriter {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Shorter payloads are copied: that costs less than to keep them apart. */
    static final int APART_BYTES_MIN = 512;

    /** What is kept apart keeps at most so many times its size alive. */
    private static final int APART_TIMES_MAX = 8;

    private static final int APART_FIRST = 4;

    private static final int[] NO_CUTS = {};
    private static final ByteView[] NO_PAYLOADS = {};

    private byte[] buffer;
    private int length;
    /** Where payloads are kept apart: how much stands before each of them, and they themselves. */
    private int @Nullable [] cuts;

    private ByteView[] payloads = NO_PAYLOADS;
    private int payloadCount;
    private int payloadBytes;

    public WireWriter() {
        this(256);
    }

    public WireWriter(int capacityBytes) {
        buffer = new byte[capacityBytes];
    }

    /** One that leaves large payloads where they lie; its result is {@link #encoded}. */
    static WireWriter inPieces(int capacityBytes) {
        WireWriter writer = new WireWriter(capacityBytes);
        writer.cuts = NO_CUTS;
        return writer;
    }

    public int length() {
        return length + payloadBytes;
    }

    public void reset() {
        Check.that(cuts == null, "a writer in pieces is used once");
        length = 0;
    }

    public WireWriter u8(int value) {
        room(1);
        buffer[length++] = (byte) value;
        return this;
    }

    public WireWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    public WireWriter u64(long value) {
        room(8);
        LONGS.set(buffer, length, value);
        length += 8;
        return this;
    }

    /** Unsigned LEB128 in its shortest form. */
    public WireWriter varint(long value) {
        room(10);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            buffer[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        buffer[length++] = (byte) left;
        return this;
    }

    public WireWriter nodeId(NodeId id) {
        return u64(id.high()).u64(id.low());
    }

    public WireWriter bytes(ByteView view) {
        if (cuts != null && staysApart(view)) {
            keepApart(view);
            return this;
        }
        room(view.length());
        view.copyTo(buffer, length);
        length += view.length();
        return this;
    }

    public WireWriter lengthDelimited(ByteView view) {
        return varint(view.length()).bytes(view);
    }

    public WireWriter text(String text) {
        return lengthDelimited(ByteView.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    static boolean staysApart(ByteView view) {
        return view.length() >= APART_BYTES_MIN && view.keepsAtMost(APART_TIMES_MAX);
    }

    /** How many bytes of what is written are left where they lie, in a writer in pieces. */
    static int bytesApart(ByteView view) {
        return staysApart(view) ? view.length() : 0;
    }

    private void keepApart(ByteView view) {
        int[] before = Objects.requireNonNull(cuts);
        if (payloadCount == before.length) {
            int room = Math.max(APART_FIRST, 4 * payloadCount);
            before = Arrays.copyOf(before, room);
            payloads = Arrays.copyOf(payloads, room);
            cuts = before;
        }
        before[payloadCount] = length;
        payloads[payloadCount] = view;
        payloadCount++;
        payloadBytes += view.length();
    }

    /** What was written in pieces; this writer is not to be used again. */
    EncodedFrame encoded() {
        return new EncodedFrame(
                buffer, length, Objects.requireNonNull(cuts), payloads, payloadCount, length + payloadBytes);
    }

    /** A copy of what was written. */
    public ByteView view() {
        Check.that(payloadCount == 0, "some of it is kept apart");
        return ByteView.of(Arrays.copyOf(buffer, length));
    }

    /** What was written, without copying it where it fills most of the buffer; this writer is not to be used again. */
    public ByteView taken() {
        Check.that(payloadCount == 0, "some of it is kept apart");
        return ByteView.of(buffer, 0, length).compact();
    }

    /** How many bytes {@link #varint} takes for a value. */
    public static int varintBytes(long value) {
        return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
    }

    private void room(int count) {
        if (count > buffer.length - length) {
            long wanted = Math.max((long) length + count, 2L * buffer.length);
            Check.that(wanted <= Integer.MAX_VALUE - 8, "a frame of %d bytes", wanted);
            buffer = Arrays.copyOf(buffer, (int) wanted);
        }
    }
}
