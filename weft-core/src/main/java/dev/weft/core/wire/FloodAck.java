package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Advertisements that this node has: those that have come in from the neighbor, and those that it may lack, which it
 * asks for by {@link FloodWant}. Protobuf: field 1, repeated: {@link LsaHeading}. At most 512.
 */
public record FloodAck(List<LsaHeading> headings) implements Frame {
    public static final int HEADINGS_MAX = 512;

    public FloodAck {
        headings = List.copyOf(headings);
        Check.that(headings.size() <= HEADINGS_MAX, "%d headings", headings.size());
    }

    @Override
    public FrameType type() {
        return FrameType.FLOOD_ACK;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out);
        for (LsaHeading heading : headings) {
            heading.encode(1, proto, out);
        }
    }

    public static FloodAck decode(WireReader body) throws MalformedFrame {
        List<LsaHeading> headings = new ArrayList<>();
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            if (in.field() == 1) {
                if (headings.size() == HEADINGS_MAX) {
                    throw new MalformedFrame("FLOOD_ACK", "more than " + HEADINGS_MAX + " headings");
                }
                headings.add(LsaHeading.decode(in.bytes("heading", LsaHeading.BYTES_MAX)));
            }
        }
        return new FloodAck(headings);
    }
}
