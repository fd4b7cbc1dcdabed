package dev.weft.core.flow;

import dev.weft.core.wire.GroupName;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * From which message of a flow to many on each member is to wait. Where order counts, a member delivers nothing above a
 * message that it has not got; so when one is given up for it, its floor rises, and it is told at once if that lets it
 * deliver what it holds.
 *
 * <p>The only writer of what a {@link GroupMember} knows of floors. Called by {@link GroupFlow} and its parts.
 */
final class GroupFloors {
    private final GroupName name;
    private final GroupMessages messages;
    private final GroupShots shots;

    GroupFloors(GroupName name, GroupMessages messages, GroupShots shots) {
        this.name = name;
        this.messages = messages;
        this.shots = shots;
    }

    /** The first message that a member is to wait for, or anybody of whom nothing is known. */
    long floorOf(@Nullable GroupMember member) {
        return Math.max(messages.first(), member == null ? 0 : member.floor);
    }

    // ------------------------------------------------------------------ messages come

    /** Whether the next message follows one that was not for the member, though some before that were. */
    boolean hasLeftOut(GroupMember member) {
        return name.isOrdered() && member.lastMessage >= 0 && member.lastMessage != messages.next() - 1;
    }

    /** The next message is for a member: its first, its first after others that were not, or one more. */
    void begin(GroupMember member) {
        long next = messages.next();
        if (member.lastMessage < 0 || hasLeftOut(member)) {
            member.floor = next;
        }
        member.lastMessage = next;
    }

    /** A message that has just got its number never leaves. */
    void passOver(GroupMessage message, long nowNanos) {
        for (GroupMember member : message.members) {
            if (member.lastMessage >= 0 && member.lastMessage == message.number - 1) {
                member.lastMessage = message.number;
                giveUp(member, message, nowNanos);
            }
        }
    }

    // ------------------------------------------------------------------ messages are given up

    /** A message was given up for a member; nobody tells it of that now. */
    void note(GroupMember member, GroupMessage givenUp) {
        member.givenUp = Math.max(member.givenUp, givenUp.number);
    }

    /** A message was given up for a member, which need not wait for it. */
    void giveUp(GroupMember member, GroupMessage givenUp, long nowNanos) {
        if (name.isOrdered()) {
            note(member, givenUp);
            raise(member, nowNanos);
        }
    }

    /** A member has an outcome of a message: one that was given up may be the next that it waits for. */
    void review(GroupMember member, long nowNanos) {
        if (name.isOrdered() && member.givenUp >= member.floor) {
            raise(member, nowNanos);
        }
    }

    /** A member wants what it has put back, and hears what it need not wait for. */
    void attach(GroupMember member, long nowNanos) {
        if (name.isOrdered()) {
            raise(member, nowNanos);
        }
    }

    /** A member need not wait for what was given up; what it holds it can have at once. */
    private void raise(GroupMember member, long nowNanos) {
        long floor = messages.firstOpen(member);
        if (floor <= member.floor || member.isDetached()) {
            // Who has detached waits for nothing; it hears of what it need not wait for when it is back.
            return;
        }
        member.floor = floor;
        GroupMessage held = messages.at(floor);
        int i = held == null ? -1 : held.openIndexOf(member);
        if (held != null && i >= 0 && held.undecided().get(i)) {
            BitSet alone = new BitSet();
            alone.set(i);
            shots.tell(held, alone, Paths.Choice.PRIMARY, nowNanos);
        }
    }

    /** The same without a word: the next transmission says so. */
    void raiseSilently(GroupMember member, long floor) {
        member.floor = Math.max(member.floor, floor);
    }

    // ------------------------------------------------------------------ what members know

    /** A member has answered something that said so much of its floor. */
    void confirm(GroupMember member, long floor) {
        member.confirmedFloor = Math.max(member.confirmedFloor, floor);
    }

    /** A member is to be told the flow's name and its floor anew. */
    void introduceAgain(GroupMember member) {
        member.confirmedFloor = -1;
    }

    /** A member knows nothing of the flow: for it, it begins with what it has no outcome of. */
    void beginAgain(GroupMember member) {
        member.confirmedFloor = -1;
        member.floor = messages.firstOpen(member);
    }
}
