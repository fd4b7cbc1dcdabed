package dev.weft.core.link;

import dev.weft.NodeId;
import dev.weft.core.wire.Hello;

/**
 * Which of two links between the same two processes stands; the smaller one in this order does. A pure rule over what
 * both ends know from the two Hellos, so both come to the same choice whatever order things happen in:
 * <ol>
 *   <li>dialled by different nodes: the one that the smaller node id dialled;
 *   <li>dialled by the same node: the newer, for that node would not dial again if it believed the older alive.
 * </ol>
 */
record Precedence(NodeId dialler, long dialNumber) implements Comparable<Precedence> {
    static Precedence of(LocalNode self, Connection connection, Hello theirs) {
        boolean dialledByUs = connection.dialNumber() > 0;
        boolean dialledByThem = theirs.dialNumber() > 0;
        // Both have dialled where datagrams of two simultaneous dials met: they share one connection then.
        if (dialledByUs && (!dialledByThem || self.node().compareTo(theirs.node()) < 0)) {
            return new Precedence(self.node(), connection.dialNumber());
        }
        return new Precedence(theirs.node(), theirs.dialNumber());
    }

    @Override
    public int compareTo(Precedence other) {
        int byDialler = dialler.compareTo(other.dialler);
        return byDialler != 0 ? byDialler : Long.compare(other.dialNumber, dialNumber);
    }

    boolean beats(Precedence other) {
        return compareTo(other) < 0;
    }
}
