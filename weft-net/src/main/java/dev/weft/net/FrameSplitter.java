package dev.weft.net;

import dev.weft.core.base.ByteView;
import dev.weft.core.link.LinkConfig;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into frames: each is preceded by its length as a varint of 1 to 4 bytes in the shortest form. Whatever
 * way the stream is cut into reads, the frames are the same. Small frames that stand next to each other are views of one
 * array; a large frame, or one that comes in several reads, has an array of its own, filled as it comes.
 *
 * <p>Called on the loop by connections. What it reads from may change meanwhile, as memory shared with another process
 * does: it judges what it has copied.
 */
public final class FrameSplitter {
    /** The longest frame, in bytes. */
    public static final int FRAME_BYTES_MAX = LinkConfig.CARRIED_BYTES_MAX;

    static final int PREFIX_BYTES_MAX = 4;

    /** How much is copied at once where the next frame is shorter than that. */
    private static final int CHUNK_BYTES = 4 << 10;

    /** Room for a frame longer than that of the largest bundle is made as it comes: its length alone takes no memory. */
    private static final int FIRST_ROOM_BYTES = 65 << 10;

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

    private int frameBytesMax = FRAME_BYTES_MAX;
    private final byte[] prefix = new byte[PREFIX_BYTES_MAX];
    private int prefixBytes;
    /** The frame that is not whole yet, of which only a part may have room; null between frames. */
    private byte @Nullable [] frame;

    private int frameLength;
    private int filled;

    /** From the next frame on, longer ones are refused; at first those beyond {@value #FRAME_BYTES_MAX}. */
    void bound(int bytes) {
        frameBytesMax = bytes;
    }

    /** @param read what was read; all of it is taken, unless it is bad */
    public void feed(ByteBuffer read, Sink sink) throws BadLength {
        while (read.hasRemaining()) {
            boolean isBetweenFrames = frame == null && prefixBytes == 0;
            if (!isBetweenFrames || !takeSmall(read, sink)) {
                takeOne(read, sink);
            }
        }
    }

    /** Takes the small frames that come next; false where there is none. */
    private boolean takeSmall(ByteBuffer read, Sink sink) throws BadLength {
        int start = read.position();
        if (!isSmall(read, start)) {
            return false;
        }
        byte[] chunk = new byte[Math.min(read.remaining(), CHUNK_BYTES)];
        read.get(start, chunk);
        int at = 0;
        while (at < chunk.length) {
            int lengthBytes = lengthBytes(chunk, at, chunk.length);
            int length = lengthBytes == 0 ? chunk.length : length(chunk, at, lengthBytes);
            if (length > chunk.length - at - lengthBytes) {
                break;
            }
            sink.frame(ByteView.of(chunk, at + lengthBytes, length));
            at += lengthBytes + length;
        }
        read.position(start + at);
        return at > 0;
    }

    /** Whether the next frame seems to be one of several in a chunk: its length takes one byte, or two and is little. */
    private static boolean isSmall(ByteBuffer read, int at) {
        return read.get(at) >= 0
                || read.remaining() > 1 && read.get(at + 1) >= 0 && read.get(at + 1) < CHUNK_BYTES >>> 8;
    }

    private void takeOne(ByteBuffer read, Sink sink) throws BadLength {
        byte[] present = frame == null ? begin(read) : frame;
        if (present == null) {
            return;
        }
        while (read.hasRemaining() && filled < frameLength) {
            if (filled == present.length) {
                present = Arrays.copyOf(present, Math.min(frameLength, 2 * filled));
            }
            int count = Math.min(read.remaining(), present.length - filled);
            read.get(present, filled, count);
            filled += count;
        }
        frame = present;
        if (filled == frameLength) {
            frame = null;
            sink.frame(ByteView.of(present));
        }
    }

    /** Reads a length and makes room; null where its end has not come. */
    private byte @Nullable [] begin(ByteBuffer read) throws BadLength {
        int lengthBytes = 0;
        while (lengthBytes == 0) {
            if (!read.hasRemaining()) {
                return null;
            }
            prefix[prefixBytes++] = read.get();
            lengthBytes = lengthBytes(prefix, 0, prefixBytes);
        }
        frameLength = length(prefix, 0, lengthBytes);
        prefixBytes = 0;
        filled = 0;
        return new byte[Math.min(frameLength, FIRST_ROOM_BYTES)];
    }

    /** How many bytes the length that begins there takes, 0 while its end is not in sight. */
    private static int lengthBytes(byte[] bytes, int from, int end) throws BadLength {
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

    private int length(byte[] bytes, int from, int lengthBytes) throws BadLength {
        int length = 0;
        for (int i = 0; i < lengthBytes; i++) {
            length |= (bytes[from + i] & 0x7f) << 7 * i;
        }
        if (length == 0 || length > frameBytesMax || lengthBytes > 1 && bytes[from + lengthBytes - 1] == 0) {
            throw new BadLength("a frame's length must be from 1 to " + frameBytesMax + " in its shortest form");
        }
        return length;
    }
}
