package dev.weft.node;

import dev.weft.GroupSendOptions.Hearing;
import dev.weft.NodeId;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom messages for many are for: one set for all messages in a row that are for the same nodes, so that none makes its own
 * and whoever compares two of them need not look inside. On any thread.
 */
final class SameNodes {
    private record Kept(Hearing hearing, List<NodeId> listed, SortedSet<NodeId> members) {}

    private final NodeId self;
    /** Whichever of the latest a thread sees, it only saves making another one. */
    private volatile Kept latest = new Kept(Hearing.ITSELF_TOO, List.of(), Collections.emptySortedSet());

    SameNodes(NodeId self) {
        this.self = self;
    }

    /** Those of the listed nodes that are to have a message; never changed. */
    SortedSet<NodeId> members(Collection<NodeId> listed, Hearing hearing) {
        Kept known = latest;
        if (known.hearing != hearing || !isSame(known.listed, listed)) {
            known = kept(List.copyOf(listed), hearing);
            latest = known;
        }
        return known.members;
    }

    private Kept kept(List<NodeId> listed, Hearing hearing) {
        TreeSet<NodeId> members = new TreeSet<>(listed);
        if (hearing == Hearing.OTHERS_ONLY) {
            members.remove(self);
        }
        return new Kept(hearing, listed, Collections.unmodifiableSortedSet(members));
    }

    private static boolean isSame(List<NodeId> known, Collection<NodeId> listed) {
        if (known.size() != listed.size()) {
            return false;
        }
        Iterator<NodeId> others = listed.iterator();
        for (int i = 0; i < known.size(); i++) {
            if (!others.hasNext() || !known.get(i).equals(others.next())) {
                return false;
            }
        }
        return true;
    }
}
