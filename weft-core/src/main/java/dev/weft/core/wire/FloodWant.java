package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Advertisements that a neighbor has told of by {@link FloodAck} and that are to be sent. Protobuf: field 1, repeated:
 * {@link LsaHeading}. At most 512.
 */
public record FloodWant(List<LsaHeading> headings) implements Frame {
    public static final int HEADINGS_MAX = 512;

    public FloodWant {
        headings = List.copyOf(headings);
        Check.that(headings.size() <= HEADINGS_MAX, "%d headings", headings.size());
    }

    @Override
    public FrameType type() {
        return FrameType.FLOOD_WANT;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out);
        for (LsaHeading heading : headings) {
            heading.encode(1, proto, out);
        }
    }

    public static FloodWant decode(WireReader body) throws MalformedFrame {
        List<LsaHeading> headings = new ArrayList<>();
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            if (in.field() == 1) {
                if (headings.size() == HEADINGS_MAX) {
                    throw new MalformedFrame("FLOOD_WANT", "more than " + HEADINGS_MAX + " headings");
                }
                headings.add(LsaHeading.decode(in.message("heading", LsaHeading.BYTES_MAX)));
            }
        }
        return new FloodWant(headings);
    }
}
