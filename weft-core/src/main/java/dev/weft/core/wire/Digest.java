package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything a node has in a range of its link-state database: what is not listed it does not have. Protobuf:
 * <pre>
 *   1 after     {@link LsaHeading}  absent: from the first key; else from the first key behind this one
 *   2 up to     {@link LsaHeading}  absent: to the last key; else to this one, included
 *   3 headings  {@link LsaHeading}  repeated, at most 512, in ascending order of key
 * </pre>
 */
public record Digest(Optional<LsaKey> after, Optional<LsaKey> upTo, List<LsaHeading> headings) implements Frame {
    public static final int HEADINGS_MAX = 512;

    public Digest {
        headings = List.copyOf(headings);
        Check.that(headings.size() <= HEADINGS_MAX, "%d headings", headings.size());
    }

    public boolean covers(LsaKey key) {
        return (after.isEmpty() || after.get().compareTo(key) < 0)
                && (upTo.isEmpty() || upTo.get().compareTo(key) >= 0);
    }

    @Override
    public FrameType type() {
        return FrameType.DIGEST;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out);
        after.ifPresent(key -> bound(key).encode(1, proto, out));
        upTo.ifPresent(key -> bound(key).encode(2, proto, out));
        for (LsaHeading heading : headings) {
            heading.encode(3, proto, out);
        }
    }

    public static Digest decode(WireReader body) throws MalformedFrame {
        Optional<LsaKey> after = Optional.empty();
        Optional<LsaKey> upTo = Optional.empty();
        List<LsaHeading> headings = new ArrayList<>();
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> after = Optional.of(heading(in).key());
                case 2 -> upTo = Optional.of(heading(in).key());
                case 3 -> {
                    if (headings.size() == HEADINGS_MAX) {
                        throw new MalformedFrame("DIGEST", "more than " + HEADINGS_MAX + " headings");
                    }
                    LsaHeading next = heading(in);
                    if (!headings.isEmpty()
                            && headings.get(headings.size() - 1).key().compareTo(next.key()) >= 0) {
                        throw new MalformedFrame("DIGEST", "not in ascending order");
                    }
                    headings.add(next);
                }
                default -> {}
            }
        }
        return new Digest(after, upTo, headings);
    }

    private static LsaHeading heading(ProtoReader in) throws MalformedFrame {
        return LsaHeading.decode(in.bytes("heading", LsaHeading.BYTES_MAX));
    }

    private static LsaHeading bound(LsaKey key) {
        return new LsaHeading(key, new LsaVersion(0, 0));
    }
}
