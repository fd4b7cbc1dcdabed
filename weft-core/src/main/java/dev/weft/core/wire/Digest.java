package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything a node has in a range of its link-state database: what is not listed it does not have. Or, of a range in
 * which nothing can lie, the hashes of what it has of each 256th of all ids. Protobuf:
 * <pre>
 *   1 after     {@link LsaHeading}  absent: from the first key; else from the first key behind this one
 *   2 up to     {@link LsaHeading}  absent: to the last key; else to this one, included
 *   3 headings  {@link LsaHeading}  repeated, at most 512, in ascending order of key
 *   4 hashes    absent or 256 times 8 bytes: of the ids that begin with the byte 0, with 1, and so on
 * </pre>
 */
public record Digest(Optional<LsaKey> after, Optional<LsaKey> upTo, List<LsaHeading> headings, ByteView hashes)
        implements Frame {
    public static final int HEADINGS_MAX = 512;

    /** How many ranges of ids have a hash of their own. */
    public static final int RANGES = 256;

    private static final LsaKey NOTHING = new LsaKey(NodeId.ZERO, LsaKind.ADJACENCY);

    /** Of a range. */
    public Digest(Optional<LsaKey> after, Optional<LsaKey> upTo, List<LsaHeading> headings) {
        this(after, upTo, headings, ByteView.EMPTY);
    }

    public Digest {
        headings = List.copyOf(headings);
        Check.that(headings.size() <= HEADINGS_MAX, "%d headings", headings.size());
        Check.that(hashes.isEmpty() || hashes.length() == RANGES * Long.BYTES, "hashes of %d bytes", hashes.length());
    }

    /** @param hashes of the ranges, {@link #RANGES} of them */
    public static Digest ofRanges(long[] hashes) {
        WireWriter out = new WireWriter(RANGES * Long.BYTES);
        for (long hash : hashes) {
            out.u64(hash);
        }
        // Behind a key and up to the same: who does not know of hashes reads that there is nothing to compare.
        return new Digest(Optional.of(NOTHING), Optional.of(NOTHING), List.of(), out.view());
    }

    /** The range that an id belongs to. */
    public static int rangeOf(NodeId node) {
        return (int) (node.high() >>> 56);
    }

    /** The last key of a range. */
    public static LsaKey endOf(int range) {
        return new LsaKey(new NodeId((long) range << 56 | -1L >>> 8, -1L), LsaKind.SEAL);
    }

    /** True where it has a hash of each range in place of headings. */
    public boolean isOfRanges() {
        return !hashes.isEmpty();
    }

    public long hashOf(int range) {
        long hash = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            hash = hash << 8 | hashes.at(range * Long.BYTES + i) & 0xff;
        }
        return hash;
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
        proto.bytes(4, hashes);
    }

    public static Digest decode(WireReader body) throws MalformedFrame {
        Optional<LsaKey> after = Optional.empty();
        Optional<LsaKey> upTo = Optional.empty();
        List<LsaHeading> headings = new ArrayList<>();
        ByteView hashes = ByteView.EMPTY;
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
                case 4 -> {
                    hashes = in.bytes("hashes", RANGES * Long.BYTES);
                    if (hashes.length() != RANGES * Long.BYTES) {
                        throw new MalformedFrame("DIGEST", "hashes of " + hashes.length() + " bytes");
                    }
                }
                default -> {}
            }
        }
        return new Digest(after, upTo, headings, hashes);
    }

    private static LsaHeading heading(ProtoReader in) throws MalformedFrame {
        return LsaHeading.decode(in.message("heading", LsaHeading.BYTES_MAX));
    }

    private static LsaHeading bound(LsaKey key) {
        return new LsaHeading(key, new LsaVersion(0, 0));
    }
}
