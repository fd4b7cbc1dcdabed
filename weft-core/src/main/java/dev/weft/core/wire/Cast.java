package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A datagram to all neighbors on a segment, with frames for many of which each reader takes the branch that is its own.
 * Not a frame: it travels alone, to a multicast group, sealed with the key of the mesh. One without entries is a probe.
 * <pre>
 *   0        2        3                 11                 27
 *   +--------+--------+-----------------+------------------+-------------+--------+-------+-------+--
 *   | "Wc"   | version| hash of mesh (8)| sender (16)      | incarnation | number | entry | entry | ..
 *   |        |   1    |                 |                  |   varint    | varint |       |       |
 *   +--------+--------+-----------------+------------------+-------------+--------+-------+-------+--
 *
 *   entry:  | bytes varint | type u8 | bytes of shared varint | shared | branches varint | branch | .. | body |
 *   branch: | check (4) | base varint | bytes of node varint | node |
 * </pre>
 * Shared is a {@link TreeHeader} up to the labels behind, a branch the rest of it; the check is
 * {@link TreeMark#checkOf} its reader.
 *
 * @param meshHash of the mesh's name
 * @param number from 1 on in each life of the sender, each once
 */
public record Cast(long meshHash, NodeId sender, long incarnation, long number, List<ByteView> entries) {
    public static final int VERSION = 1;

    /** The most that fits a datagram of IPv4. */
    public static final int BYTES_MAX = 65_000;

    private static final int MAGIC = 'W' << 8 | 'c';
    private static final int BRANCHES_MAX = 1_024;

    public Cast {
        Check.within("number", number, 1, Long.MAX_VALUE);
        entries = List.copyOf(entries);
    }

    /** A frame as it would go to one neighbor over its link. */
    public record Branch(int check, TreeFrame frame) {}

    /** The bytes of an entry, from its length on: copies of one frame along branches that begin at one node. */
    public static ByteView entry(List<Branch> branches) {
        Check.within("branches", branches.size(), 1, BRANCHES_MAX);
        TreeFrame first = branches.get(0).frame();
        WireWriter shared = new WireWriter();
        first.header().encodeShared(shared);
        WireWriter entry = new WireWriter();
        entry.u8(first.type().code()).lengthDelimited(shared.view()).varint(branches.size());
        for (Branch branch : branches) {
            Check.that(branch.frame().header().sharesWith(first.header()), "branches of two transmissions");
            entry.u16(branch.check() >>> 16).u16(branch.check() & 0xffff);
            branch.frame().header().encodeOwn(entry);
        }
        entry.bytes(first.body());
        return new WireWriter().lengthDelimited(entry.view()).view();
    }

    public ByteView encode() {
        WireWriter out = new WireWriter();
        out.u16(MAGIC)
                .u8(VERSION)
                .u64(meshHash)
                .nodeId(sender)
                .varint(incarnation)
                .varint(number);
        entries.forEach(out::bytes);
        return out.view();
    }

    /** Reads all but the entries, which stay unread but for their length. */
    public static Cast decode(ByteView datagram) throws MalformedFrame {
        WireReader in = new WireReader(datagram);
        if (in.u16("magic") != MAGIC) {
            throw new MalformedFrame("magic", "no cast");
        }
        int version = in.u8("version");
        if (version != VERSION) {
            throw new MalformedFrame("version", "unknown version " + version);
        }
        long meshHash = in.u64("mesh");
        NodeId sender = in.nodeId("sender");
        long incarnation = in.varint("incarnation");
        long number = in.varint("number");
        if (number < 1) {
            throw new MalformedFrame("number", "must not be 0");
        }
        List<ByteView> entries = new ArrayList<>();
        while (in.hasMore()) {
            ByteView content = in.lengthDelimited("entry", BYTES_MAX);
            entries.add(new WireWriter().lengthDelimited(content).view());
        }
        return new Cast(meshHash, sender, incarnation, number, entries);
    }

    /** The frame in an entry as it would have come over the link to a reader; empty where none is for it. */
    public static Optional<TreeFrame> frameFor(int check, ByteView entry) throws MalformedFrame {
        WireReader in = new WireReader(new WireReader(entry).lengthDelimited("entry", BYTES_MAX));
        FrameType type = FrameType.decode(in);
        if (type.scope() != FrameType.Scope.TREE) {
            throw new MalformedFrame("frame type", type + " is not for many");
        }
        ByteView shared = in.lengthDelimited("shared", BYTES_MAX);
        int branches = in.varintWithin("branches", 1, BRANCHES_MAX);
        WireWriter header = new WireWriter();
        for (int i = 0; i < branches; i++) {
            int reader = in.u16("check") << 16 | in.u16("check");
            int base = in.varintWithin("base", 0, TreeLayout.BYTES_MAX);
            ByteView node = in.lengthDelimited("tree", TreeLayout.BYTES_MAX - base);
            if (reader == check && header.length() == 0) {
                header.bytes(shared).varint(base).lengthDelimited(node);
            }
        }
        if (header.length() == 0) {
            return Optional.empty();
        }
        WireReader own = new WireReader(header.view());
        TreeHeader read = TreeHeader.decode(own);
        own.expectEnd(type);
        return Optional.of(new TreeFrame(type, read, in.rest()));
    }
}
