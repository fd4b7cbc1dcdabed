package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * What this node has: {@link Flood} frames that have come in from the neighbor, by their numbers, and advertisements by
 * their headings, which came without a number or which the neighbor may lack; it asks for those by {@link FloodWant}.
 * Protobuf:
 * <pre>
 *   1 headings  {@link LsaHeading}  repeated, at most 512
 *   2 frames    varint   repeated, not packed, at most 512: 1..2^63-1
 * </pre>
 */
public record FloodAck(List<LsaHeading> headings, List<Long> frames) implements Frame {
    public static final int HEADINGS_MAX = 512;
    public static final int FRAMES_MAX = 512;

    /** Of advertisements alone. */
    public FloodAck(List<LsaHeading> headings) {
        this(headings, List.of());
    }

    public FloodAck {
        headings = List.copyOf(headings);
        frames = List.copyOf(frames);
        Check.that(headings.size() <= HEADINGS_MAX, "%d headings", headings.size());
        Check.that(frames.size() <= FRAMES_MAX, "%d frames", frames.size());
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
        for (long number : frames) {
            proto.number(2, number);
        }
    }

    public static FloodAck decode(WireReader body) throws MalformedFrame {
        List<LsaHeading> headings = new ArrayList<>();
        List<Long> frames = new ArrayList<>();
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> {
                    if (headings.size() == HEADINGS_MAX) {
                        throw new MalformedFrame("FLOOD_ACK", "more than " + HEADINGS_MAX + " headings");
                    }
                    headings.add(LsaHeading.decode(in.message("heading", LsaHeading.BYTES_MAX)));
                }
                case 2 -> {
                    long number = in.number("frame");
                    if (number == 0 || frames.size() == FRAMES_MAX) {
                        throw new MalformedFrame("FLOOD_ACK", "frame 0, or more than " + FRAMES_MAX + " frames");
                    }
                    frames.add(number);
                }
                default -> {}
            }
        }
        return new FloodAck(headings, frames);
    }
}
