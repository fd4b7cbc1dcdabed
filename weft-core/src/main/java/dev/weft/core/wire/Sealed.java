package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.Optional;

/**
 * A routed frame from end to end, encrypted and authenticated: SEALED for data, which queues and is marked as data is,
 * SEALED_CONTROL for the rest. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +------------------+-----------------------+------------------+---------------------------+----------+
 *   | association (4)  | counter * 2 + opening | {@link SealOpening} | true type u8 and body,    | tag (16) |
 *   |                  |        varint         | where opening = 1| encrypted                 |          |
 *   +------------------+-----------------------+------------------+---------------------------+----------+
 * </pre>
 * What is authenticated beside the encrypted part: the type byte, the priority as one byte, and everything of the body
 * before the encrypted part. The labels and the mark of congestion are not, for relays change them.
 *
 * @param type SEALED or SEALED_CONTROL
 * @param association which one of the destination's, as both ends have derived it
 * @param counter never used twice in an association
 * @param sealed the encrypted part with its tag
 */
public record Sealed(FrameType type, int association, long counter, Optional<SealOpening> opening, ByteView sealed)
        implements Frame {
    public static final int TAG_BYTES = 16;

    /** By how much a frame grows at most: with an opening, and the true type. */
    public static final int OVERHEAD_BYTES_MAX = 4 + 10 + TAG_BYTES + 1 + 2 * 16 + 2 * (2 + 128) + 4 * 9;

    private static final long COUNTER_END = 1L << 61;

    public Sealed {
        Check.that(type == FrameType.SEALED || type == FrameType.SEALED_CONTROL, "a seal of another type");
        Check.that(counter >= 0 && counter < COUNTER_END, "counter %d", counter);
        Check.that(sealed.length() > TAG_BYTES, "%d sealed bytes", sealed.length());
    }

    /** The type of the sealed frame that a frame of that type becomes. */
    public static FrameType typeFor(FrameType inner) {
        return inner == FrameType.DATA ? FrameType.SEALED : FrameType.SEALED_CONTROL;
    }

    /** Reads the body of a frame of that type. */
    public static Sealed decode(FrameType type, WireReader in) throws MalformedFrame {
        int association = association(in);
        long counterAndForm = in.varint("counter");
        if (counterAndForm >>> 1 >= COUNTER_END) {
            throw new MalformedFrame("counter", "beyond 61 bits");
        }
        Optional<SealOpening> opening =
                (counterAndForm & 1) == 0 ? Optional.empty() : Optional.of(SealOpening.decode(in));
        if (in.remaining() <= TAG_BYTES) {
            throw new MalformedFrame("sealed", in.remaining() + " bytes hold no frame and its tag");
        }
        return new Sealed(type, association, counterAndForm >>> 1, opening, in.rest());
    }

    /** What names a frame of which only the beginning is known, as in a {@link RouteError}. */
    public record Head(int association, long counter) {
        public static Head decode(WireReader in) throws MalformedFrame {
            return new Head(Sealed.association(in), in.varint("counter") >>> 1);
        }
    }

    /** What is authenticated and not encrypted. */
    public static ByteView associated(
            FrameType type, int priority, int association, long counter, Optional<SealOpening> opening) {
        WireWriter out = new WireWriter(opening.isPresent() ? 320 : 16);
        out.u8(type.code()).u8(priority);
        encodeHead(out, association, counter, opening);
        return out.view();
    }

    public ByteView associated(int priority) {
        return associated(type, priority, association, counter, opening);
    }

    @Override
    public int bodyBytesAbout() {
        return 16 + (opening.isPresent() ? 320 : 0) + sealed.length();
    }

    @Override
    public void encodeBody(WireWriter out) {
        encodeHead(out, association, counter, opening);
        out.bytes(sealed);
    }

    private static void encodeHead(WireWriter out, int association, long counter, Optional<SealOpening> opening) {
        out.u16(association >>> 16).u16(association);
        out.varint(counter << 1 | (opening.isPresent() ? 1 : 0));
        if (opening.isPresent()) {
            opening.get().encode(out);
        }
    }

    static int association(WireReader in) throws MalformedFrame {
        return in.u16("association") << 16 | in.u16("association");
    }
}
