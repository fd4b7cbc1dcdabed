package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members of a flow to many whose node has said good-bye, each for as long as an answer that it gave before may be on its
 * way: relays gather answers, and pass good-byes on at once.
 *
 * <p>Called by {@link GroupFlow} alone.
 */
final class GroupLeavers {
    private record Leaver(GroupMember member, long untilNanos) {}

    private final List<Leaver> leavers = new ArrayList<>();

    void add(GroupMember member, long untilNanos) {
        member.leaving = true;
        leavers.add(new Leaver(member, untilNanos));
    }

    /** Takes out one whose last words would have come by now, null where there is none. */
    @Nullable
    GroupMember poll(long nowNanos) {
        for (int i = 0; i < leavers.size(); i++) {
            if (leavers.get(i).untilNanos() <= nowNanos) {
                return leavers.remove(i).member();
            }
        }
        return null;
    }

    long nextNanos() {
        long next = Deadlines.NEVER;
        for (Leaver leaver : leavers) {
            next = Math.min(next, leaver.untilNanos());
        }
        return next;
    }
}
