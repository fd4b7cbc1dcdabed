package dev.weft.core.flow;

import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.wire.GroupName;

/**
 * Which members of a flow to many the others wait for: those that answer. Who is silent while others answer lags, and so
 * does who has detached or is leaving, until it keeps up again.
 *
 * <p>Called by {@link GroupFlow} and {@link GroupDetached}.
 */
final class GroupPace {
    private final GroupName name;
    private final GroupConfig config;
    private final GroupMessages messages;
    private final GroupWindow window;
    private final GroupDues dues;
    private final GroupResends resends;
    private final GroupSuspects suspects = new GroupSuspects();

    /** When any member was heard last. */
    private long heardNanos = -1;
    /** When one was that does not lag. */
    private long keptUpNanos;

    GroupPace(
            GroupName name,
            GroupConfig config,
            GroupMessages messages,
            GroupWindow window,
            GroupDues dues,
            GroupResends resends,
            long nowNanos) {
        this.name = name;
        this.config = config;
        this.messages = messages;
        this.window = window;
        this.dues = dues;
        this.resends = resends;
        this.keptUpNanos = nowNanos;
    }

    /** When any member was heard last, -1 where none was. */
    long heardNanos() {
        return heardNanos;
    }

    long nextNanos() {
        return suspects.nextNanos();
    }

    /** Somebody has answered. */
    void handleAnswer(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** A member has said something for itself. */
    void hear(GroupMember member, long nowNanos) {
        boolean isBack = nowNanos - member.heardNanos > dues.silenceNanos();
        member.heardNanos = nowNanos;
        if (!member.lagging) {
            keptUpNanos = nowNanos;
        } else if (!member.leaving
                && !member.isDetached()
                && (hasCaughtUp(member) || nowNanos - keptUpNanos > dues.silenceNanos())) {
            lag(member, -1);
        }
        if (isBack) {
            hurry(member, nowNanos);
        }
    }

    /** What was lost while a member was silent need not wait for timers that its silence has doubled. */
    private void hurry(GroupMember member, long nowNanos) {
        for (GroupMessage message : messages.openFor(member)) {
            int i = message.indexOf(member.node);
            for (int p = 0; p < message.fresh; p++) {
                Piece piece = message.pieces.get(p);
                boolean isLate = nowNanos - piece.sentNanos > dues.silenceNanos();
                boolean isUnderWay = name.isReliable() && piece.state == Piece.State.UNDER_WAY;
                if (isLate && isUnderWay && piece.missing.get(i)) {
                    dues.cancel(piece);
                    piece.expiries = 0;
                    resends.add(piece);
                    window.recount(piece);
                }
            }
        }
    }

    /**
     * Whether little more is under way to a member than to the others. Were it waited for at once, they would stand still
     * until it had all that it missed; but where nobody keeps up, nobody is held up, and the window would follow nobody.
     */
    private boolean hasCaughtUp(GroupMember member) {
        return member.underWay <= window.awaitedMessages() + config.windowMessages() / 2;
    }

    /** Nothing has come of a member since then, though something was asked of it. */
    void suspect(GroupMember member, long sinceNanos, long silenceNanos) {
        if (!member.lagging) {
            suspects.suspect(member, sinceNanos, sinceNanos + silenceNanos);
        }
    }

    /**
     * Who is silent while others answer is waited for no more. Where nobody answers, the way from here is likelier to
     * blame, and nobody is held up meanwhile.
     */
    void judge(long nowNanos) {
        for (GroupMember member = suspects.due(nowNanos); member != null; member = suspects.due(nowNanos)) {
            long since = member.suspectedSinceNanos;
            if (member.heardNanos > since || member.lagging) {
                suspects.acquit(member);
            } else if (heardNanos > since || nowNanos - since >= GroupDues.SILENCE_NANOS_MAX) {
                suspects.acquit(member);
                lag(member, 1);
            } else {
                long latest = since + GroupDues.SILENCE_NANOS_MAX;
                suspects.postpone(member, Math.min(latest, nowNanos + dues.silenceNanos()));
            }
        }
    }

    /** Nobody waits for a member any more. */
    void putAside(GroupMember member) {
        if (!member.lagging) {
            lag(member, 1);
        }
    }

    /** Turns a member into one that lags, or back. */
    private void lag(GroupMember member, int change) {
        member.lagging = change > 0;
        for (GroupMessage message : messages.openFor(member)) {
            message.laggingCount += change;
            for (int p = 0; p < message.fresh; p++) {
                window.recount(message.pieces.get(p));
            }
            window.recount(message);
        }
        resends.review();
    }
}
