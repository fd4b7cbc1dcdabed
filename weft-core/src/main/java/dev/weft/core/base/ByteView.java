package dev.weft.core.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A read-only window on bytes that nobody changes any more. Slicing copies nothing. A view that is kept for long and
 * covers little of a large array should be replaced by its {@link #compact()}.
 */
public final class ByteView {
    public static final ByteView EMPTY = new ByteView(new byte[0], 0, 0);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] array;
    private final int offset;
    private final int length;

    private ByteView(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** The caller promises not to change {@code array} any more. */
    public static ByteView of(byte[] array) {
        return new ByteView(array, 0, array.length);
    }

    /** The caller promises not to change that part of {@code array} any more. */
    public static ByteView of(byte[] array, int offset, int length) {
        Check.that(offset >= 0 && length >= 0 && offset <= array.length - length, "a view beyond its array");
        return new ByteView(array, offset, length);
    }

    public static ByteView utf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte at(int index) {
        Check.that(index >= 0 && index < length, "index %d of a view of %d bytes", index, length);
        return array[offset + index];
    }

    /** Eight bytes as a number, the first the highest. */
    public long longAt(int index) {
        Check.that(index >= 0 && index <= length - Long.BYTES, "eight bytes from %d of a view of %d", index, length);
        return (long) LONGS.get(array, offset + index);
    }

    public ByteView slice(int from, int count) {
        Check.that(from >= 0 && count >= 0 && from <= length - count, "a slice beyond its view");
        return new ByteView(array, offset + from, count);
    }

    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    /** Copies a part to an absolute place in a buffer, whose position stays. */
    public void copyTo(int from, int count, ByteBuffer target, int at) {
        Check.that(from >= 0 && count >= 0 && from <= length - count, "a copy from beyond its view");
        target.put(at, array, offset + from, count);
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /**
     * The bytes as an array that the caller may keep and change: the view's own where the view is all of it. Whoever asks
     * for it has to be the last to use the view.
     */
    public byte[] intoByteArray() {
        return length == array.length ? array : toByteArray();
    }

    /** False where this view would keep an array of more than twice its size alive. */
    public boolean isCompact() {
        return array.length <= 2 * length + 64;
    }

    /** Whether the array that this view keeps alive is at most so many times its size. */
    public boolean keepsAtMost(int times) {
        return array.length <= (long) times * length;
    }

    /** This view, or a copy of it where it is not compact. */
    public ByteView compact() {
        return isCompact() ? this : of(toByteArray());
    }

    /** Where this view begins in one that it was sliced from. */
    public int offsetIn(ByteView whole) {
        int at = offset - whole.offset;
        Check.that(array == whole.array && at >= 0 && at + length <= whole.length, "a view of something else");
        return at;
    }

    public String utf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    /** Equal for equal bytes, on every JVM. */
    public long hash64() {
        long hash = length;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ array[offset + i]) * 0x100000001b3L;
        }
        return Prng.mix(hash);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteView that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        return (int) hash64();
    }

    /** Hexadecimal, at most the first 64 bytes. */
    @Override
    public String toString() {
        String hex = HexFormat.of().formatHex(array, offset, offset + Math.min(length, 64));
        return length > 64 ? hex + "… (" + length + " bytes)" : hex;
    }
}
