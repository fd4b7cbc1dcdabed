package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.Push;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one neighbor is to be told, the frames that it was sent and has not acknowledged, and what this node owes it an
 * acknowledgement of. Decides when it is to be spoken to. Used by {@link Flooding} alone.
 */
final class Neighbor {
    /** How long an announcement may wait for something to go with. */
    private static final long ANNOUNCE_NANOS = 100_000_000L;

    /**
     * An acknowledgement may wait for this part of the retransmission time, for others to go with it; what remains is
     * for the way and the beat.
     */
    private static final int ACKNOWLEDGE_DIVISOR = 4;

    private static final int RETRANSMIT_DOUBLINGS_MAX = 3;

    /** How long a neighbor may differ before digests are exchanged: doubles while they do not help. */
    private static final long PATIENCE_MIN_NANOS = 500_000_000L;

    private static final long PATIENCE_MAX_NANOS = 60_000_000_000L;

    /** How many frames may wait to be acknowledged at once. */
    private static final int FRAMES_OWED_MAX = 4_096;

    /**
     * A frame that has gone out. Its entries count as sent until it is acknowledged, and no later: when it is
     * forgotten nobody looks at their states any more.
     *
     * @param serials of the editions that went, in the order of the entries
     */
    private record Sent(long number, List<Entry> entries, long[] serials, long atNanos) {}

    final NodeId node;
    final int slot;
    private final long acknowledgeWithinNanos;
    /** Whose is least is asked first to push what is new. */
    long lot;

    /** How it wants to be told what is new. */
    Push push = Push.EAGER;

    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();
    private List<Entry> queue = new ArrayList<>();
    private List<LsaHeading> debts = new ArrayList<>();
    private List<Long> frames = new ArrayList<>();
    private List<LsaHeading> wants = new ArrayList<>();
    private long oldestDebtNanos;
    private long oldestFrameNanos;
    /** When it may be told news again. */
    private long newsNanos = Long.MIN_VALUE / 2;

    private int doublings;
    /** Up to this change it has everything or has been told everything. */
    private long settledSerial;

    private long mismatchSinceNanos = Deadlines.NEVER;
    private long digestSentNanos = Long.MIN_VALUE / 2;
    private long comparedNanos = Long.MIN_VALUE / 2;
    private long patienceNanos = PATIENCE_MIN_NANOS;
    private long ourHash;
    private long theirHash;

    /** @param retransmitNanos after which either end tells again what was not acknowledged */
    Neighbor(NodeId node, int slot, long lot, long serial, long retransmitNanos) {
        this.acknowledgeWithinNanos = retransmitNanos / ACKNOWLEDGE_DIVISOR;
        this.node = node;
        this.slot = slot;
        this.lot = lot;
        this.settledSerial = serial;
    }

    // ------------------------------------------------------------------ what it is to be told

    void tell(Entry entry) {
        entry.become(slot, Spread.QUEUED);
        queue.add(entry);
    }

    /** It has shown that it has the present edition. */
    void has(Entry entry) {
        entry.become(slot, Spread.DONE);
    }

    /** It has everything up to a change. */
    void hasAll(long serial) {
        queue.clear();
        unacknowledged.clear();
        doublings = 0;
        settledSerial = serial;
        mismatchSinceNanos = Deadlines.NEVER;
    }

    long settledSerial() {
        return settledSerial;
    }

    void settled(long serial) {
        settledSerial = Math.max(settledSerial, serial);
    }

    /** Something is under way to it, from here or by others. */
    boolean isBehind(long serial) {
        return !queue.isEmpty() || oldestUnacknowledged() != null || settledSerial < serial;
    }

    void acknowledged() {
        doublings = 0;
    }

    void owe(Lsa lsa, long nowNanos) {
        if (debts.isEmpty()) {
            oldestDebtNanos = nowNanos;
        }
        debts.add(new LsaHeading(lsa.key(), lsa.version()));
    }

    /** A frame of it has come in. */
    void oweFrame(long number, long nowNanos) {
        if (frames.isEmpty()) {
            oldestFrameNanos = nowNanos;
        }
        if (frames.size() < FRAMES_OWED_MAX) {
            frames.add(number);
        }
    }

    /** It has something that it is to be asked for. */
    void want(LsaHeading heading) {
        wants.add(heading);
    }

    // ------------------------------------------------------------------ when it is spoken to

    /** News as soon as the spacing allows; an acknowledgement alone may wait for news to go with. */
    long speakNanos(long spacingNanos) {
        if (!queue.isEmpty() || !wants.isEmpty()) {
            return newsNanos;
        }
        long announceNanos = debts.isEmpty() ? Deadlines.NEVER : oldestDebtNanos + ANNOUNCE_NANOS;
        long acknowledgeNanos = frames.isEmpty() ? Deadlines.NEVER : oldestFrameNanos + acknowledgeWithinNanos;
        long due = Math.min(announceNanos, acknowledgeNanos);
        return due == Deadlines.NEVER ? due : beat(due, spacingNanos);
    }

    void spoken(long spacingNanos, long nowNanos) {
        newsNanos = beat(nowNanos + spacingNanos, spacingNanos);
    }

    /** All neighbors are spoken to on the same beat, two to a spacing, so that one turn speaks to many. */
    private static long beat(long dueNanos, long spacingNanos) {
        long beatNanos = beatNanos(spacingNanos);
        return (dueNanos + beatNanos - 1) / beatNanos * beatNanos;
    }

    private static long beatNanos(long spacingNanos) {
        return Math.max(1, spacingNanos / 2);
    }

    /** Takes out what it is owed. */
    List<LsaHeading> takeDebts() {
        if (debts.isEmpty()) {
            return List.of();
        }
        List<LsaHeading> taken = debts;
        debts = new ArrayList<>();
        return taken;
    }

    /** Takes out what it is to be asked for. */
    List<LsaHeading> takeWants() {
        if (wants.isEmpty()) {
            return List.of();
        }
        List<LsaHeading> taken = wants;
        wants = new ArrayList<>();
        return taken;
    }

    /** Takes out the numbers of the frames that it is owed. */
    List<Long> takeFrames() {
        if (frames.isEmpty()) {
            return List.of();
        }
        List<Long> taken = frames;
        frames = new ArrayList<>();
        return taken;
    }

    /** Takes out what is to be sent. */
    List<Entry> takeQueue() {
        if (queue.isEmpty()) {
            return List.of();
        }
        List<Entry> taken = new ArrayList<>(queue.size());
        for (Entry entry : queue) {
            if (!entry.isGone() && entry.spread(slot) == Spread.QUEUED) {
                entry.become(slot, Spread.SENT);
                taken.add(entry);
            }
        }
        queue = new ArrayList<>();
        return taken;
    }

    /** What was taken out is on its way, in one frame. */
    void sent(long number, List<Entry> entries, long nowNanos) {
        long[] serials = new long[entries.size()];
        for (int i = 0; i < serials.length; i++) {
            serials[i] = entries.get(i).serial();
        }
        unacknowledged.add(new Sent(number, List.copyOf(entries), serials, nowNanos));
    }

    /** A frame has reached it; mostly the oldest. */
    void hasFrame(long number) {
        Sent oldest = unacknowledged.peek();
        if (oldest != null && oldest.number == number) {
            unacknowledged.remove();
        } else {
            unacknowledged.removeIf(sent -> sent.number == number);
        }
    }

    // ------------------------------------------------------------------ what was lost

    long retransmitNanos(long firstNanos) {
        Sent oldest = oldestUnacknowledged();
        return oldest == null ? Deadlines.NEVER : oldest.atNanos + (firstNanos << doublings);
    }

    /** What has not been acknowledged in time is to be told again, the next time after twice as long. */
    void retransmit(long firstNanos, long nowNanos) {
        long limit = nowNanos - (firstNanos << doublings);
        boolean late = false;
        for (Sent oldest = oldestUnacknowledged();
                oldest != null && oldest.atNanos <= limit;
                oldest = oldestUnacknowledged()) {
            unacknowledged.remove();
            for (int i = 0; i < oldest.serials.length; i++) {
                if (isOpen(oldest, i)) {
                    tell(oldest.entries.get(i));
                }
            }
            late = true;
        }
        if (late) {
            doublings = Math.min(RETRANSMIT_DOUBLINGS_MAX, doublings + 1);
        }
    }

    private @Nullable Sent oldestUnacknowledged() {
        Sent oldest = unacknowledged.peek();
        while (oldest != null && !isOpen(oldest)) {
            unacknowledged.remove();
            oldest = unacknowledged.peek();
        }
        return oldest;
    }

    /** Something of it has neither been replaced nor shown to be there. */
    private boolean isOpen(Sent sent) {
        for (int i = 0; i < sent.serials.length; i++) {
            if (isOpen(sent, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOpen(Sent sent, int i) {
        Entry entry = sent.entries.get(i);
        return entry.serial() == sent.serials[i] && entry.spread(slot) == Spread.SENT;
    }

    // ------------------------------------------------------------------ digests

    /** Its hash differs though nothing is under way; true when that has lasted too long. */
    boolean hasDifferedTooLong(long ours, long theirs, long nowNanos) {
        if (ours != ourHash || theirs != theirHash) {
            ourHash = ours;
            theirHash = theirs;
            patienceNanos = PATIENCE_MIN_NANOS;
        }
        if (mismatchSinceNanos == Deadlines.NEVER) {
            mismatchSinceNanos = nowNanos;
        }
        return nowNanos - mismatchSinceNanos >= patienceNanos;
    }

    /** Digests are exchanged once more: where one of the two has no room, they change nothing, ever. */
    void beMorePatient() {
        patienceNanos = Math.min(PATIENCE_MAX_NANOS, 2 * patienceNanos);
    }

    void differsForAReason() {
        mismatchSinceNanos = Deadlines.NEVER;
    }

    boolean mayGetDigest(long pauseNanos, long nowNanos) {
        return nowNanos - digestSentNanos >= pauseNanos;
    }

    /** When databases were compared with it the last time. */
    long comparedNanos() {
        return comparedNanos;
    }

    void compared(long nowNanos) {
        comparedNanos = nowNanos;
        mismatchSinceNanos = Deadlines.NEVER;
    }

    void digestSent(long nowNanos) {
        digestSentNanos = nowNanos;
        mismatchSinceNanos = Deadlines.NEVER;
    }
}
