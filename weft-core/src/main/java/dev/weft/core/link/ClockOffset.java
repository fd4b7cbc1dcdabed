package dev.weft.core.link;

import dev.weft.core.base.Check;
import dev.weft.core.wire.Pong;
import java.util.ArrayDeque;

/**
 * By how much the peer's clock is ahead of ours, and how fast that grows: the on-wire computation and the
 * minimum-delay filter of RFC 5905 §8 and §10. For people and diagnosis; nothing is decided by it, and a peer that
 * lies about its clock can make these figures wrong and nothing else.
 */
public final class ClockOffset {
    private static final int FILTER_SAMPLES = 8;
    private static final int HISTORY_MAX = 16;

    /** A thousandth: no clock that is merely inaccurate drifts faster, so what does has been set. */
    private static final long DRIFT_MAX_DIVISOR = 1_000;

    private static final long MILLI = 1_000_000L;

    private record Sample(long atNanos, long rttNanos, long offsetNanos) {}

    private final ArrayDeque<Sample> filter = new ArrayDeque<>();
    private final ArrayDeque<Sample> history = new ArrayDeque<>();
    private int sinceHistory;

    /** @param returnedClockNanos our clock when the answer came in, not before the Ping it answers */
    void sample(Pong pong, long returnedClockNanos) {
        long awayNanos = returnedClockNanos - pong.pingClockNanos();
        long heldNanos = pong.sentClockNanos() - pong.receivedClockNanos();
        Check.that(awayNanos >= heldNanos, "answered before asked");
        // RFC 5905 §8: offset = ((T2 - T1) + (T3 - T4)) / 2, halved first because the sum might overflow
        long there = pong.receivedClockNanos() - pong.pingClockNanos();
        long back = pong.sentClockNanos() - returnedClockNanos;
        long offsetNanos = (there >> 1) + (back >> 1) + (there & back & 1);
        add(new Sample(returnedClockNanos, awayNanos - heldNanos, offsetNanos));
    }

    private void add(Sample sample) {
        if (!filter.isEmpty() && isStep(filter.getLast(), sample)) {
            filter.clear();
            history.clear();
            sinceHistory = 0;
        }
        if (filter.size() == FILTER_SAMPLES) {
            filter.removeFirst();
        }
        filter.addLast(sample);
        sinceHistory++;
        if (sinceHistory == FILTER_SAMPLES) {
            sinceHistory = 0;
            if (history.size() == HISTORY_MAX) {
                history.removeFirst();
            }
            history.addLast(best());
        }
    }

    /** An offset is wrong by at most half its round trip, so beyond that and a thousandth of the time, it was set. */
    private static boolean isStep(Sample earlier, Sample later) {
        long passedNanos = later.atNanos - earlier.atNanos;
        long allowedNanos = earlier.rttNanos / 2 + later.rttNanos / 2 + passedNanos / DRIFT_MAX_DIVISOR + MILLI;
        long moved = later.offsetNanos - earlier.offsetNanos;
        boolean overflown = ((later.offsetNanos ^ earlier.offsetNanos) & (later.offsetNanos ^ moved)) < 0;
        return overflown || moved > allowedNanos || moved < -allowedNanos;
    }

    private Sample best() {
        Sample best = filter.getFirst();
        for (Sample sample : filter) {
            // Of equals the later, which knows more of the drift.
            if (sample.rttNanos <= best.rttNanos) {
                best = sample;
            }
        }
        return best;
    }

    /** The peer's clock less ours, by the quickest of the last 8 round trips; 0 before the first. */
    public long offsetNanos() {
        return filter.isEmpty() ? 0 : best().offsetNanos;
    }

    /** The offset is right to this much either way: half the round trip it was measured with. */
    public long errorNanos() {
        return filter.isEmpty() ? 0 : best().rttNanos / 2;
    }

    /** How much faster the peer's clock runs than ours, in nanoseconds per second; 0 until 16 answers came in. */
    public long driftPartsPerBillion() {
        if (history.size() < 2) {
            return 0;
        }
        Sample first = history.getFirst();
        Sample last = history.getLast();
        long passedMicros = (last.atNanos - first.atNanos) / 1_000;
        return passedMicros == 0 ? 0 : (last.offsetNanos - first.offsetNanos) * MILLI / passedMicros;
    }
}
