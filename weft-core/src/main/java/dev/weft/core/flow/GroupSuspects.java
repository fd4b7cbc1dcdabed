package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members of a flow to many that have left something unanswered for longer than it takes, and until when each may yet
 * say something before nobody waits for it any more.
 *
 * <p>Called by {@link GroupPace} alone.
 */
final class GroupSuspects {
    private final List<GroupMember> suspects = new ArrayList<>();
    private long nextNanos = Deadlines.NEVER;

    /**
     * Nothing was heard of a member.
     *
     * @param sinceNanos from when on
     * @param untilNanos when that is to be judged
     */
    void suspect(GroupMember member, long sinceNanos, long untilNanos) {
        if (!member.isSuspected()) {
            member.suspectedSinceNanos = sinceNanos;
            member.judgedNanos = untilNanos;
            suspects.add(member);
        }
        nextNanos = Math.min(nextNanos, member.judgedNanos);
    }

    /** Judged for now, and to be judged again later. */
    void postpone(GroupMember member, long untilNanos) {
        long since = member.suspectedSinceNanos;
        acquit(member);
        suspect(member, since, untilNanos);
    }

    /** It has answered, or is waited for no more. */
    void acquit(GroupMember member) {
        if (suspects.remove(member)) {
            member.suspectedSinceNanos = -1;
            review();
        }
    }

    /** One that is to be judged now, null where there is none. */
    @Nullable
    GroupMember due(long nowNanos) {
        for (int i = 0; nextNanos <= nowNanos && i < suspects.size(); i++) {
            if (suspects.get(i).judgedNanos <= nowNanos) {
                return suspects.get(i);
            }
        }
        return null;
    }

    long nextNanos() {
        return nextNanos;
    }

    private void review() {
        nextNanos = Deadlines.NEVER;
        for (GroupMember member : suspects) {
            nextNanos = Math.min(nextNanos, member.judgedNanos);
        }
    }
}
