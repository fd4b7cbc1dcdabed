package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Several whole messages that share one sequence number: what had gathered at the origin while it could not send. Each
 * message stands behind its length, a varint. Small messages so cost a byte or two each on the wire, and one frame's
 * worth of everything else for all of them (as the bundling of RFC 9260 §6.10).
 *
 * <p>The messages lie packed, as they travel, from the thread that sends them to the one that takes them: nothing between
 * the two costs by their number. As a list it finds each message by walking over those before it, so it is to be walked
 * through.
 *
 * <p>Packed by who sends or by an origin's flow; checked as its destination decodes the {@link Data} that carries it.
 */
public final class Bundle extends AbstractList<ByteView> {
    /** The most messages in one bundle; the fewest are two. */
    public static final int MESSAGES_MAX = 256;

    private final ByteView packed;
    private final int count;
    private final int payloadBytes;

    private Bundle(ByteView packed, int count, int payloadBytes) {
        this.packed = packed;
        this.count = count;
        this.payloadBytes = payloadBytes;
    }

    /**
     * Messages that are packed already, each behind its length, nothing else. Not looked at, for a walk from length to
     * length waits for memory at each: whoever packed them knows.
     *
     * @param count how many
     * @param payloadBytes theirs without the lengths
     */
    public static Bundle of(ByteView packed, int count, int payloadBytes) {
        Check.within("messages in a bundle", count, 2, MESSAGES_MAX);
        Check.that(
                payloadBytes >= 0 && payloadBytes <= packed.length() - count,
                "messages of %d bytes packed in %d",
                payloadBytes,
                packed.length());
        return new Bundle(packed, count, payloadBytes);
    }

    /** Those of several sends, one behind the other: what is packed stays so. */
    public static List<ByteView> join(List<List<ByteView>> parts) {
        return new Joined(parts);
    }

    /** How many bytes a message takes up. */
    public static int bytesOf(int payloadBytes) {
        return WireWriter.varintBytes(payloadBytes) + payloadBytes;
    }

    /** How many bytes messages take up as they are packed. */
    public static int bytesOf(List<ByteView> messages) {
        if (messages instanceof Bundle bundle) {
            return bundle.packed.length();
        }
        if (messages instanceof Joined joined) {
            return joined.packedBytes;
        }
        int bytes = 0;
        for (int i = 0; i < messages.size(); i++) {
            bytes += bytesOf(messages.get(i).length());
        }
        return bytes;
    }

    /** How many bytes messages have together, without their lengths. */
    public static int payloadBytes(List<ByteView> messages) {
        if (messages instanceof Bundle bundle) {
            return bundle.payloadBytes;
        }
        if (messages instanceof Joined joined) {
            return joined.payloadBytes;
        }
        if (messages instanceof Pieces pieces) {
            return pieces.bytes();
        }
        int bytes = 0;
        for (int i = 0; i < messages.size(); i++) {
            bytes += messages.get(i).length();
        }
        return bytes;
    }

    static void check(List<ByteView> messages) {
        Check.within("messages in a bundle", messages.size(), 2, MESSAGES_MAX);
    }

    static void encode(List<ByteView> messages, WireWriter out) {
        if (messages instanceof Bundle bundle) {
            out.bytes(bundle.packed);
            return;
        }
        if (messages instanceof Joined joined) {
            for (List<ByteView> part : joined.parts) {
                encode(part, out);
            }
            return;
        }
        for (int i = 0; i < messages.size(); i++) {
            out.lengthDelimited(messages.get(i));
        }
    }

    /** How many bytes of them are left where they lie as they are encoded. */
    static int bytesApart(List<ByteView> messages) {
        if (messages instanceof Bundle bundle) {
            return WireWriter.bytesApart(bundle.packed);
        }
        int bytes = 0;
        if (messages instanceof Joined joined) {
            for (List<ByteView> part : joined.parts) {
                bytes += bytesApart(part);
            }
            return bytes;
        }
        for (int i = 0; i < messages.size(); i++) {
            bytes += WireWriter.bytesApart(messages.get(i));
        }
        return bytes;
    }

    /** All that is left to read: messages, as slices, in their order. */
    static Bundle decode(WireReader in) throws MalformedFrame {
        ByteView packed = in.rest();
        WireReader walk = new WireReader(packed);
        int count = 0;
        int payloadBytes = 0;
        while (walk.hasMore()) {
            if (count == MESSAGES_MAX) {
                throw new MalformedFrame("bundle", "more than " + MESSAGES_MAX + " messages");
            }
            int bytes = walk.varintWithin("bundled message", 0, Data.MESSAGE_BYTES_MAX);
            walk.skip("bundled message", bytes);
            payloadBytes += bytes;
            count++;
        }
        if (count < 2) {
            throw new MalformedFrame("bundle", count + " messages, at least 2");
        }
        return new Bundle(packed, count, payloadBytes);
    }

    /** The same messages, to be kept for long: they keep no more alive than about their own size. */
    public static List<ByteView> compact(List<ByteView> messages) {
        if (messages instanceof Bundle bundle) {
            return bundle.packed.isCompact()
                    ? bundle
                    : new Bundle(bundle.packed.compact(), bundle.count, bundle.payloadBytes);
        }
        if (messages instanceof Pieces) {
            return messages;
        }
        return messages.size() == 1
                ? List.of(messages.get(0).compact())
                : messages.stream().map(ByteView::compact).toList();
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public ByteView get(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(index + " of " + count);
        }
        Iterator<ByteView> walk = iterator();
        for (int left = index; left > 0; left--) {
            walk.next();
        }
        return walk.next();
    }

    @Override
    public Iterator<ByteView> iterator() {
        return new Walk(packed);
    }

    private static final class Walk implements Iterator<ByteView> {
        private final ByteView packed;
        private int at;

        private Walk(ByteView packed) {
            this.packed = packed;
        }

        @Override
        public boolean hasNext() {
            return at < packed.length();
        }

        @Override
        public ByteView next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int bytes = 0;
            int shift = 0;
            byte next;
            do {
                next = packed.at(at++);
                bytes |= (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            ByteView message = packed.slice(at, bytes);
            at += bytes;
            return message;
        }
    }

    /** Messages of several sends, to be walked through as well. */
    private static final class Joined extends AbstractList<ByteView> {
        private final List<List<ByteView>> parts;
        private final int count;
        private final int packedBytes;
        private final int payloadBytes;

        private Joined(List<List<ByteView>> parts) {
            this.parts = parts;
            int size = 0;
            int packed = 0;
            int payload = 0;
            for (List<ByteView> part : parts) {
                size += part.size();
                packed += bytesOf(part);
                payload += Bundle.payloadBytes(part);
            }
            this.count = size;
            this.packedBytes = packed;
            this.payloadBytes = payload;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public ByteView get(int index) {
            int left = index;
            for (List<ByteView> part : parts) {
                if (left < part.size()) {
                    return part.get(left);
                }
                left -= part.size();
            }
            throw new IndexOutOfBoundsException(index + " of " + count);
        }

        @Override
        public Iterator<ByteView> iterator() {
            return parts.stream().flatMap(List::stream).iterator();
        }
    }
}
