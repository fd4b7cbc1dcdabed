package dev.weft.net;

import dev.weft.core.base.ByteView;
import java.util.Arrays;

/**
 * Cuts a stream into frames: each is preceded by its length as a varint of 1 to 4 bytes in the shortest form. Whatever
 * way the stream is cut into reads, the frames are the same. Frames that lie whole in a read are views of it.
 */
public final class FrameSplitter {
    /** The longest frame, in bytes. */
    public static final int FRAME_BYTES_MAX = 1 << 20;

    static final int PREFIX_BYTES_MAX = 4;

    /** Takes the frames. */
    public interface Sink {
        void frame(ByteView frame);
    }

    /** The stream is not one of frames. */
    public static final class BadLength extends Exception {
        private static final long serialVersionUID = 1L;

        BadLength(String message) {
            super(message, null, false, false);
        }
    }

    private byte[] partial = new byte[0];
    private int partialLength;

    /** @param chunk what was read; not to be changed afterwards */
    public void feed(byte[] chunk, Sink sink) throws BadLength {
        int at = 0;
        while (partialLength > 0 && at < chunk.length) {
            int wanted = partialNeeds();
            int take = Math.min(wanted, chunk.length - at);
            append(chunk, at, take);
            at += take;
            int total = partialTotal();
            if (total > 0 && partialLength == total) {
                int prefix = prefixBytes(partial, 0, partialLength);
                sink.frame(ByteView.of(Arrays.copyOfRange(partial, prefix, partialLength)));
                partialLength = 0;
            }
        }
        while (at < chunk.length) {
            int prefix = prefixBytes(chunk, at, chunk.length);
            int length = prefix == 0 ? -1 : length(chunk, at, prefix);
            if (length < 0 || length > chunk.length - at - prefix) {
                append(chunk, at, chunk.length - at);
                return;
            }
            sink.frame(ByteView.of(chunk, at + prefix, length));
            at += prefix + length;
        }
    }

    /** How many more bytes the partial frame can take before it must be looked at again. */
    private int partialNeeds() throws BadLength {
        int total = partialTotal();
        return total < 0 ? 1 : total - partialLength;
    }

    /** The size of the partial frame with its prefix, -1 while the prefix is not whole. */
    private int partialTotal() throws BadLength {
        int prefix = prefixBytes(partial, 0, partialLength);
        return prefix == 0 ? -1 : prefix + length(partial, 0, prefix);
    }

    private void append(byte[] source, int from, int count) throws BadLength {
        if (partialLength + count > partial.length) {
            int room = Math.max(partialLength + count, 2 * partial.length);
            partial = Arrays.copyOf(partial, Math.min(room, FRAME_BYTES_MAX + PREFIX_BYTES_MAX));
        }
        System.arraycopy(source, from, partial, partialLength, count);
        partialLength += count;
    }

    /** The size of the prefix that begins there, 0 while its end is not in sight. */
    private static int prefixBytes(byte[] bytes, int from, int end) throws BadLength {
        for (int i = 0; i < PREFIX_BYTES_MAX && from + i < end; i++) {
            if (bytes[from + i] >= 0) {
                return i + 1;
            }
        }
        if (end - from >= PREFIX_BYTES_MAX) {
            throw new BadLength("a frame's length takes more than " + PREFIX_BYTES_MAX + " bytes");
        }
        return 0;
    }

    private static int length(byte[] bytes, int from, int prefix) throws BadLength {
        int length = 0;
        for (int i = 0; i < prefix; i++) {
            length |= (bytes[from + i] & 0x7f) << 7 * i;
        }
        if (length == 0 || length > FRAME_BYTES_MAX || prefix > 1 && bytes[from + prefix - 1] == 0) {
            throw new BadLength("a frame's length must be from 1 to " + FRAME_BYTES_MAX + " in its shortest form");
        }
        return length;
    }
}
