package dev.weft.core.link;

import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;

/**
 * Numbers the Pings of one end of a link and decides which Pongs measure it: the first answer to one of the latest,
 * with the time that it was sent at. Called by {@link Link}, on its thread.
 */
final class Pings {
    /** As many Pings can be answered late; an answer to an older one tells nothing of the present. */
    private static final int REMEMBERED = 16;

    private final LocalNode self;
    private final RoundTrip roundTrip = new RoundTrip();
    private final ClockOffset clockOffset = new ClockOffset();
    private final long[] sentNanos = new long[REMEMBERED];

    private long seq;
    private long seqHeard;

    Pings(LocalNode self) {
        this.self = self;
    }

    Ping next(Spreading spreading, Interest interest, long nowNanos) {
        seq++;
        sentNanos[slot(seq)] = nowNanos;
        return new Ping(seq, self.clockNanos(nowNanos), spreading.lsdbHash(), interest, spreading.push());
    }

    /** @return whether it is later than all others that came, so that what it tells is so at present */
    boolean handlePing(Ping ping) {
        boolean isLater = ping.seq() > seqHeard;
        seqHeard = Math.max(seqHeard, ping.seq());
        return isLater;
    }

    /** @return whether it was the answer that measures: then round trip and clock offset are what it told */
    boolean handlePong(Pong pong, long nowNanos) {
        if (pong.seq() > seq || pong.seq() <= seq - REMEMBERED) {
            return false;
        }
        long sent = sentNanos[slot(pong.seq())];
        long heldNanos = pong.sentClockNanos() - pong.receivedClockNanos();
        boolean isAnswered = sent == Deadlines.NEVER;
        if (isAnswered || pong.pingClockNanos() != self.clockNanos(sent) || heldNanos > nowNanos - sent) {
            return false;
        }
        sentNanos[slot(pong.seq())] = Deadlines.NEVER;
        roundTrip.sample(nowNanos - sent - heldNanos);
        clockOffset.sample(pong, self.clockNanos(nowNanos));
        return true;
    }

    RoundTrip roundTrip() {
        return roundTrip;
    }

    ClockOffset clockOffset() {
        return clockOffset;
    }

    private static int slot(long seq) {
        return (int) (seq % REMEMBERED);
    }
}
