package dev.weft.core.link;

import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;

/**
 * When to ask a neighbor for a sign of life, and when to give it up. Used by {@link Link} while it is up.
 *
 * <p>A Ping goes out every interval, and already after half of one in which nothing came in. The limit of silence
 * counts from the first Ping that nothing followed, not from the last frame heard: so a neighbor that pauses for less
 * than the limit is never given up, at whatever moment the pause begins, and a cut is noticed within the limit plus
 * half an interval. Where many frames came since the last Ping, silence is strange sooner: the next one goes out after
 * a quarter of an interval, and the cut of a link in use is noticed that much earlier.
 *
 * <p>Two idle ends take turns. One exchange lets both hear each other, so both would find the same silence after it and
 * ask at once; whom the other has asked last asks a little earlier, and its Ping spares the other's.
 *
 * <p>A node asks all in one turn of whom it is its turn to ask soon ({@link #joins}), so that it wakes once for them, and they
 * fall into step.
 *
 * <p>Who is slow himself must not blame others (Dadgar, Phillips, Currey: Lifeguard, 2018): when the time comes in
 * more than half an interval late, this process stood still and may have frames waiting that it has not read, so the
 * neighbor gets one more interval. At most {@value #GRACES_MAX} times per silence, so that a process that is always
 * late still finds out.
 */
final class Heartbeat {
    /** What is due. */
    enum Due {
        NOTHING,
        PING,
        DEAD
    }

    private static final int GRACES_MAX = 3;

    /** More than two idle ends tell each other between two Pings, or they would keep each other awake. */
    private static final int BUSY_FRAMES = 8;

    /** In 32nds of an interval: earlier than half of one by more than the way of a Ping takes. */
    private static final int TURN_SHARE = 15;

    /** In 32nds of an interval: so much earlier than due a Ping goes out in company. */
    private static final int COMPANY_SHARE = 4;

    private final long intervalNanos;
    private final long deadNanos;
    private long heardNanos;
    private long pingDueNanos;
    private long deadDueNanos = Deadlines.NEVER;
    private long lastPingNanos;
    private int graceCount;
    private int heardCount;
    /** The other end has asked since this one did. */
    private boolean isOurTurn;

    /** The first Ping is due at once. */
    Heartbeat(long intervalNanos, long deadNanos, long nowNanos) {
        Check.that(deadNanos > intervalNanos, "dead after %d ns with Pings every %d", deadNanos, intervalNanos);
        this.intervalNanos = intervalNanos;
        this.deadNanos = deadNanos;
        heardNanos = nowNanos;
        pingDueNanos = nowNanos;
        lastPingNanos = nowNanos;
    }

    /** Any frame of the peer counts as life. */
    void handleTraffic(long nowNanos) {
        heardNanos = nowNanos;
        deadDueNanos = Deadlines.NEVER;
        graceCount = 0;
        heardCount = Math.min(BUSY_FRAMES, heardCount + 1);
        long quietNanos = isOurTurn ? intervalNanos * TURN_SHARE / 32 : intervalNanos / 2;
        long patienceNanos = heardCount < BUSY_FRAMES ? quietNanos : intervalNanos / 4;
        pingDueNanos = Math.min(lastPingNanos + intervalNanos, nowNanos + patienceNanos);
    }

    /** A Ping of the peer. Where two have crossed it is the turn of the end that was dialled. */
    void handlePing(Connection.Direction ours, long nowNanos) {
        boolean crossed = nowNanos - lastPingNanos < intervalNanos / 4;
        isOurTurn = !crossed || ours == Connection.Direction.ACCEPTED;
        handleTraffic(nowNanos);
    }

    /** To be told whenever a Ping went out, due or not. */
    void pinged(long nowNanos) {
        isOurTurn = false;
        lastPingNanos = nowNanos;
        heardCount = 0;
        pingDueNanos = nowNanos + intervalNanos / 2;
        deadDueNanos = Math.min(deadDueNanos, nowNanos + deadNanos);
    }

    /** Whether a Ping may go out now that another link's does. Not where the other end is to ask: the two would cross. */
    boolean joins(long nowNanos) {
        return isOurTurn && pingDueNanos - nowNanos <= intervalNanos * COMPANY_SHARE / 32;
    }

    long nextDeadlineNanos() {
        return Math.min(pingDueNanos, deadDueNanos);
    }

    long silentNanos(long nowNanos) {
        return nowNanos - heardNanos;
    }

    Due handleTime(long nowNanos) {
        if (nowNanos < nextDeadlineNanos()) {
            return Due.NOTHING;
        }
        boolean stoodStill = nowNanos - nextDeadlineNanos() > intervalNanos / 2;
        if (stoodStill && deadDueNanos < nowNanos + intervalNanos && graceCount < GRACES_MAX) {
            graceCount++;
            deadDueNanos = nowNanos + intervalNanos;
        }
        return nowNanos >= deadDueNanos ? Due.DEAD : nowNanos >= pingDueNanos ? Due.PING : Due.NOTHING;
    }
}
