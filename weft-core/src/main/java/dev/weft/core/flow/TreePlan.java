package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.TreeMark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A delivery tree as it goes onto the wire, and who is where in it. */
final class TreePlan {
    private final DeliveryTree tree;
    private final TreeLayout layout;
    private final List<TreeMark> marks;
    private boolean[] cutOff = new boolean[0];
    private long cutOffEdition = -1;

    private TreePlan(DeliveryTree tree, TreeLayout layout, List<TreeMark> marks) {
        this.tree = tree;
        this.layout = layout;
        this.marks = marks;
    }

    static TreePlan of(DeliveryTree tree, Map<NodeId, GroupMember> members, long message) {
        int[] parents = new int[tree.size()];
        int[] labels = new int[tree.size()];
        List<TreeMark> marks = new ArrayList<>(tree.size());
        for (int i = 0; i < tree.size(); i++) {
            parents[i] = tree.parent(i);
            labels[i] = tree.label(i);
            GroupMember member = tree.isMember(i) ? members.get(tree.node(i)) : null;
            marks.add(member == null ? TreeMark.RELAY : member.mark(message));
        }
        return new TreePlan(tree, TreeLayout.of(parents, labels, marks), marks);
    }

    DeliveryTree tree() {
        return tree;
    }

    TreeLayout layout() {
        return layout;
    }

    /** Where the origin's neighbors are in the tree. */
    List<Integer> first() {
        List<Integer> first = new ArrayList<>();
        for (int i = 1; i < tree.size(); i++) {
            if (tree.parent(i) == 0) {
                first.add(i);
            }
        }
        return first;
    }

    /**
     * A part of the layout.
     *
     * @param from its beginning
     * @param to one past its end
     */
    record Part(int from, int to) {
        static final Part NONE = new Part(0, 0);

        int from(GroupAck.Run run) {
            return Math.max(from, run.from());
        }

        int to(GroupAck.Run run) {
            return Math.min(to, run.to());
        }
    }

    /** Whom a node can answer for: itself and those behind it; everybody where it is ZERO. */
    Part partOf(NodeId node) {
        if (node.equals(NodeId.ZERO)) {
            return new Part(0, layout.bytes());
        }
        for (int i = 1; i < tree.size(); i++) {
            if (tree.node(i).equals(node)) {
                return new Part(layout.offset(i), layout.end(i));
            }
        }
        return Part.NONE;
    }

    /** The members that begin within a part of the layout. */
    List<Integer> membersWithin(int from, int to) {
        int low = 1;
        int high = tree.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (layout.offset(middle) < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<Integer> within = new ArrayList<>();
        for (int i = low; i < tree.size() && layout.offset(i) < to; i++) {
            if (tree.isMember(i)) {
                within.add(i);
            }
        }
        return within;
    }

    /** The floor that was said to the member there, given the message; -1 where none was. */
    long floorSaid(int at, long message) {
        long distance = marks.get(at).floorDistance();
        return distance == TreeMark.UNSAID ? -1 : message - distance;
    }

    /** Which members are behind a link that is gone by now. */
    TreeSet<NodeId> cutOff(Trees trees) {
        if (cutOffEdition != trees.edition()) {
            cutOffEdition = trees.edition();
            cutOff = new boolean[tree.size()];
            for (int i = 1; i < tree.size(); i++) {
                cutOff[i] = cutOff[tree.parent(i)] || !trees.isUsable(tree.link(i));
            }
        }
        TreeSet<NodeId> members = new TreeSet<>();
        for (int i = 1; i < tree.size(); i++) {
            if (cutOff[i] && tree.isMember(i)) {
                members.add(tree.node(i));
            }
        }
        return members;
    }
}
