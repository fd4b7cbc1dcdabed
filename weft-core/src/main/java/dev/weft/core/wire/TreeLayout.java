package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.List;

/**
 * A tree in bytes, as its origin lays it out: in preorder, each node behind the label and the size of its branch, so
 * that a relay cuts a branch out without counting what is in it.
 * <pre>
 *   node:   | mark | branch | branch | ..        branches in ascending order of label, each label once
 *   branch: | label varint | bytes of the node varint | node |
 * </pre>
 * A node is named, in answers, by where it begins in the whole layout.
 */
public final class TreeLayout {
    /** The most nodes. */
    public static final int NODES_MAX = 4_096;

    /** The largest layout. */
    public static final int BYTES_MAX = 1 << 16;

    private final ByteView bytes;
    private final int[] offsets;
    private final int[] ends;

    private TreeLayout(ByteView bytes, int[] offsets, int[] ends) {
        this.bytes = bytes;
        this.offsets = offsets;
        this.ends = ends;
    }

    /**
     * @param parents of nodes in preorder, the root first
     * @param labels by which each is reached from the node before
     * @param marks what each is there for
     */
    public static TreeLayout of(int[] parents, int[] labels, List<TreeMark> marks) {
        int count = parents.length;
        Check.that(count >= 1 && count <= NODES_MAX, "a tree of %d nodes", count);
        int[] sizes = new int[count];
        for (int i = count - 1; i >= 0; i--) {
            sizes[i] += marks.get(i).bytes();
            if (i > 0) {
                sizes[parents[i]] += WireWriter.varintBytes(labels[i]) + WireWriter.varintBytes(sizes[i]) + sizes[i];
            }
        }
        Check.that(sizes[0] <= BYTES_MAX, "a tree of %d bytes", sizes[0]);
        WireWriter out = new WireWriter(sizes[0]);
        int[] offsets = new int[count];
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.varint(labels[i]).varint(sizes[i]);
            }
            offsets[i] = out.length();
            ends[i] = out.length() + sizes[i];
            marks.get(i).encode(out);
        }
        return new TreeLayout(out.view(), offsets, ends);
    }

    /** Where a node begins, which is its name in answers. */
    public int offset(int node) {
        return offsets[node];
    }

    /** Where the branch that begins with a node ends. */
    public int end(int node) {
        return ends[node];
    }

    /** A node with all its branches. */
    public ByteView node(int node) {
        return bytes.slice(offsets[node], ends[node] - offsets[node]);
    }

    public int bytes() {
        return bytes.length();
    }
}
