package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.nio.ByteBuffer;

/**
 * A frame as it goes out: the bytes that were laid out for it, and between them payloads that stay where they lie until
 * the carrier copies all of it to where it writes. So a relay copies no payload, and an origin copies it once.
 *
 * <p>Made by {@link WireWriter}, queued for a link, written by its connection. Immutable; the payloads are not to change.
 */
public final class EncodedFrame {
    private static final byte[] NONE = {};
    private static final int[] AT_START = {0};

    /** The bytes between payloads, without a gap. */
    private final byte[] laid;

    private final int laidBytes;
    /** How many of the bytes laid out stand before each payload. */
    private final int[] cuts;

    private final ByteView[] payloads;
    private final int payloadCount;
    private final int length;

    /** The arrays are not to change any more. */
    EncodedFrame(byte[] laid, int laidBytes, int[] cuts, ByteView[] payloads, int payloadCount, int length) {
        this.laid = laid;
        this.laidBytes = laidBytes;
        this.cuts = cuts;
        this.payloads = payloads;
        this.payloadCount = payloadCount;
        this.length = length;
    }

    /** One that is in one piece. */
    public static EncodedFrame of(ByteView whole) {
        return new EncodedFrame(NONE, 0, AT_START, new ByteView[] {whole}, 1, whole.length());
    }

    public int length() {
        return length;
    }

    /** The frame in one piece; a copy where it is not. */
    public ByteView whole() {
        if (payloadCount == 0) {
            return ByteView.of(laid, 0, laidBytes).compact();
        }
        if (payloadCount == 1 && laidBytes == 0) {
            return payloads[0];
        }
        byte[] whole = new byte[length];
        copyTo(0, length, ByteBuffer.wrap(whole), 0);
        return ByteView.of(whole);
    }

    /** Copies a part to an absolute place in a buffer, whose position stays. */
    public void copyTo(int from, int count, ByteBuffer target, int at) {
        Check.that(from >= 0 && count >= 0 && from <= length - count, "a copy from beyond its frame");
        int end = from + count;
        int shift = at - from;
        int begin = 0;
        int laidFrom = 0;
        for (int i = 0; i <= payloadCount && begin < end; i++) {
            int laidTo = i < payloadCount ? cuts[i] : laidBytes;
            int first = Math.max(from - begin, 0);
            int last = Math.min(end - begin, laidTo - laidFrom);
            if (first < last) {
                target.put(shift + begin + first, laid, laidFrom + first, last - first);
            }
            begin += laidTo - laidFrom;
            laidFrom = laidTo;
            if (i < payloadCount) {
                ByteView payload = payloads[i];
                first = Math.max(from - begin, 0);
                last = Math.min(end - begin, payload.length());
                if (first < last) {
                    payload.copyTo(first, last - first, target, shift + begin + first);
                }
                begin += payload.length();
            }
        }
    }

    @Override
    public String toString() {
        return whole().toString();
    }
}
