package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.wire.TreeMark;

/** One life of a node as the origin of a flow to many knows it. */
final class GroupMember {
    final NodeId node;
    private long incarnation;
    private int check;

    /** The first message of the flow that the member is to wait for. */
    long floor;

    /** The floor that the member has confirmed; -1 while it has not answered at all. */
    long confirmedFloor = -1;

    /** The last message that was given up for it; where it is not below the floor, an earlier one is still open. */
    long givenUp = -1;

    /** The last message that was for it. */
    long lastMessage = -1;

    long heardNanos;
    /** It has not answered for a while, or has not caught up since: nobody else waits for it. */
    boolean lagging;

    /** When it said that it keeps nothing more for now; -1 while it takes part. Nobody waits for it meanwhile. */
    long detachedNanos = -1;

    /** How many messages it has put back and has no outcome of. */
    int putBackCount;

    /** It has said good-bye: only what it said before may come yet. */
    boolean leaving;

    /** How many messages have left of which it has no outcome. */
    int underWay;

    /** Since when it has left something unanswered that it ought to have; -1 where it has not. */
    long suspectedSinceNanos = -1;

    long judgedNanos;

    /** The round of congestion control whose marks are counted, and how many of its pieces came marked to this member. */
    long markedRound = -1;

    int marks;

    GroupMember(NodeId node, long incarnation, long floor, long nowNanos) {
        this.node = node;
        this.incarnation = incarnation;
        this.check = TreeMark.checkOf(node, incarnation);
        this.floor = floor;
        this.heardNanos = nowNanos;
    }

    /** Which life of the node; 0 while nothing is known of it. */
    long incarnation() {
        return incarnation;
    }

    /** The life of a node of which nothing was known, and to which nothing was sent. */
    void learn(long life) {
        incarnation = life;
        check = TreeMark.checkOf(node, life);
    }

    /** Whether it is known to know the flow. */
    boolean isEstablished() {
        return confirmedFloor >= 0;
    }

    boolean isDetached() {
        return detachedNanos >= 0;
    }

    boolean isSuspected() {
        return suspectedSinceNanos >= 0;
    }

    TreeMark mark(long message) {
        TreeMark plain = TreeMark.member(check);
        return floor > confirmedFloor ? plain.withFloorDistance(Math.max(0, message - floor)) : plain;
    }
}
