package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Cast;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader.TreeOrigin;
import dev.weft.core.wire.TreeMark;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One datagram in place of a copy for each neighbor on the same segment. Decides which neighbors hear this node's
 * datagrams at present, and which branches of a frame for many ride on one.
 *
 * <p>Nothing is presumed of who hears. Datagrams are numbered; each neighbor says over its link which number it has
 * heard last and how many there were. Who has heard a row of them is trusted with branches; who misses more than one in
 * twenty, or says nothing, gets them over its link for a while, and so it gets what would crowd its socket. What is lost
 * is for the flow to repair, as ever.
 *
 * <p>Datagrams go out only while there are frames with two branches or more. Driven by the engine:
 * <ol>
 *   <li>{@link #open} where there is a medium;
 *   <li>{@link #offer} for each copy that is to go out, {@link #handle} for each datagram that has come in;
 *   <li>{@link #flush} at the end of a turn.
 * </ol>
 */
public final class Segment {
    /** What the segment wants. May not call back in. */
    public interface Output {
        /** Sends a datagram to all on the segment. */
        void cast(ByteView datagram);

        /** Sends a copy over the link of its neighbor after all. */
        void send(NodeId neighbor, TreeFrame frame);

        /** Tells a neighbor over its link what was heard of it. */
        void tell(NodeId neighbor, CastHeard heard);

        boolean isUp(NodeId neighbor);

        /** The present life of a node, 0 where it is not known. */
        long incarnationOf(NodeId node);
    }

    /** How a copy goes. */
    public enum Way {
        LINK,
        DATAGRAM
    }

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    /** With fewer branches a datagram saves nothing. */
    private static final int BRANCHES_MIN = 2;

    /** Datagrams go on for so long after the last frame with several branches. */
    private static final long DEMAND_NANOS = 10 * SECOND;

    /** So many probes in a row prove who hears, every so often while somebody is not proven. */
    private static final int PROBES = 12;

    private static final long PROBE_PAUSE_NANOS = 20 * MILLI;
    private static final long PROBE_ROUND_NANOS = 5 * SECOND;

    /** A neighbor is judged by so many datagrams. */
    private static final int PROOF_MIN = 8;

    private static final int SAMPLE_MIN = 64;
    /** One in so many may be lost. */
    private static final int LOSS_PART = 20;

    private static final long REPORT_NANOS = 25 * MILLI;
    /** Reports do not wait where so much was heard. */
    private static final int REPORT_BYTES = 32 << 10;

    /**
     * So much may be under way to a neighbor that it has not reported; the rest goes over its link. The buffers of its
     * socket hold about as much as that where nobody has raised the bounds of the system, and what comes on top is lost.
     */
    private static final int UNDER_WAY_BYTES_MAX = 128 << 10;

    /** What a datagram takes of such a buffer beside its bytes. */
    private static final int CHARGE_BYTES = 1_024;

    private static final long SILENCE_NANOS = SECOND;
    private static final long REST_NANOS = 5 * SECOND;

    /** Numbers that lie further below the highest count as heard. */
    private static final int NUMBERS_KEPT = 4_096;

    private enum Phase {
        UNPROVEN,
        HEARING,
        RESTING
    }

    /** A neighbor as somebody who may hear this node. */
    private static final class Hearer {
        private Phase phase = Phase.UNPROVEN;
        private long restUntilNanos;
        private long highest;
        private long count;
        private long sampleSent;
        private long sampleHeard;
        /** When the first datagram left that it has said nothing of; {@link Deadlines#NEVER} where there is none. */
        private long unheardSinceNanos = Deadlines.NEVER;
        /** It is being asked once more: what it has said may wait here unread, where this node has stood still. */
        private boolean isDoubted;
    }

    /** A neighbor as somebody whom this node hears. */
    private static final class Speaker {
        private final long incarnation;
        /** Which of the latest numbers have come, by number modulo how many are kept. */
        private final BitSet numbers = new BitSet(NUMBERS_KEPT);

        private long highest;
        private long count;
        private long unreportedBytes;
        private long reportNanos = Deadlines.NEVER;

        private Speaker(long incarnation) {
            this.incarnation = incarnation;
        }

        private boolean isNew(long number) {
            return number > highest || number > highest - NUMBERS_KEPT && !numbers.get(place(number));
        }

        private void mark(long number) {
            if (number > highest) {
                clearBehind(highest, number);
                highest = number;
            }
            numbers.set(place(number));
            count++;
        }

        /** None of the numbers behind one and up to another has come yet. */
        private void clearBehind(long last, long next) {
            if (next - last >= NUMBERS_KEPT) {
                numbers.clear();
                return;
            }
            int from = place(last + 1);
            int to = place(next) + 1;
            if (from < to) {
                numbers.clear(from, to);
            } else {
                numbers.clear(from, NUMBERS_KEPT);
                numbers.clear(0, to);
            }
        }

        private static int place(long number) {
            return (int) (number % NUMBERS_KEPT);
        }
    }

    /**
     * What a datagram had for this node.
     *
     * @param neighbor whose it was; {@link NodeId#ZERO} where nothing of it counts
     */
    public record Heard(NodeId neighbor, List<TreeFrame> frames) {
        private static final Heard NOTHING = new Heard(NodeId.ZERO, List.of());

        public Heard {
            frames = List.copyOf(frames);
        }
    }

    private record Rider(NodeId neighbor, TreeFrame frame) {}

    private final NodeId self;
    private final long incarnation;
    private final long meshHash;
    private final int check;
    private final Output out;
    private final TreeMap<NodeId, Hearer> hearers = new TreeMap<>();
    private final TreeMap<NodeId, Speaker> speakers = new TreeMap<>();
    private final List<Rider> riders = new ArrayList<>();
    private final List<ByteView> entries = new ArrayList<>();
    private final int headBytes;
    /** What all datagrams have charged up to one, by its number; only of the latest. */
    private final long[] chargedUpTo = new long[NUMBERS_KEPT];

    private int datagramBytesMax;
    private int entriesBytes;
    private long number;
    private @Nullable TreeOrigin offered;
    private long demandedUntilNanos = -1;
    private long probeNanos = Deadlines.NEVER;
    private int probesLeft;
    /** When a report or somebody's silence is due, or earlier: what is due is mostly put off. */
    private long dueNanos = Deadlines.NEVER;

    private long castCount;
    private long rodeCount;
    private long heardCount;
    private long repeatedCount;
    private long strangerCount;
    private long malformedCount;
    private long restedCount;
    private long crowdedCount;

    public Segment(NodeId self, long incarnation, long meshHash, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.meshHash = meshHash;
        this.check = TreeMark.checkOf(self, incarnation);
        this.out = out;
        this.headBytes = new Cast(meshHash, self, incarnation, Long.MAX_VALUE, List.of())
                .encode()
                .length();
    }

    /**
     * There is a medium.
     *
     * @param bytesMax how long its datagrams may be: 512 to {@link Cast#BYTES_MAX}
     */
    public void open(int bytesMax) {
        Check.within("datagram bytes", bytesMax, 512, Cast.BYTES_MAX);
        datagramBytesMax = bytesMax;
    }

    /** By stable names. */
    public void count(TreeMap<String, Long> counters) {
        counters.put("segment.sent", castCount);
        counters.put("segment.branches", rodeCount);
        counters.put("segment.heard", heardCount);
        counters.put("segment.repeated", repeatedCount);
        counters.put("segment.strangers", strangerCount);
        counters.put("segment.malformed", malformedCount);
        counters.put("segment.rested", restedCount);
        counters.put("segment.crowded", crowdedCount);
        counters.put(
                "segment.hearers",
                hearers.values().stream()
                        .filter(hearer -> hearer.phase == Phase.HEARING)
                        .count());
    }

    // ------------------------------------------------------------------ what goes out

    /**
     * A copy for a neighbor. One that does not go by its link is taken, and leaves with {@link #flush} at the latest.
     * Copies of one frame are offered one after another.
     */
    public Way offer(NodeId neighbor, TreeFrame frame, long nowNanos) {
        if (datagramBytesMax == 0) {
            return Way.LINK;
        }
        TreeOrigin origin = frame.header().origin();
        if (origin.equals(offered)) {
            demand(nowNanos);
        }
        offered = origin;
        Hearer hearer = hearers.computeIfAbsent(neighbor, node -> new Hearer());
        if (hearer.phase != Phase.HEARING || nowNanos >= demandedUntilNanos) {
            return Way.LINK;
        }
        if (!admits(hearer, frame)) {
            crowdedCount++;
            return Way.LINK;
        }
        if (!riders.isEmpty() && !riders.get(0).frame().header().origin().equals(origin)) {
            closeEntry(nowNanos);
        }
        riders.add(new Rider(neighbor, frame));
        return Way.DATAGRAM;
    }

    private boolean admits(Hearer hearer, TreeFrame frame) {
        if (number - hearer.highest >= NUMBERS_KEPT) {
            return false;
        }
        long underWay = chargedUpTo[(int) (number % NUMBERS_KEPT)] - chargedUpTo[(int) (hearer.highest % NUMBERS_KEPT)];
        return underWay + entriesBytes + frame.body().length() + CHARGE_BYTES <= UNDER_WAY_BYTES_MAX;
    }

    private void demand(long nowNanos) {
        if (nowNanos >= demandedUntilNanos) {
            startProbes(nowNanos);
        }
        demandedUntilNanos = nowNanos + DEMAND_NANOS;
    }

    private void startProbes(long nowNanos) {
        probesLeft = PROBES;
        probeNanos = nowNanos;
    }

    private void closeEntry(long nowNanos) {
        if (riders.isEmpty()) {
            return;
        }
        ByteView entry = ByteView.EMPTY;
        if (riders.size() >= BRANCHES_MIN) {
            List<Cast.Branch> branches = new ArrayList<>();
            for (Rider rider : riders) {
                long life = out.incarnationOf(rider.neighbor());
                branches.add(new Cast.Branch(TreeMark.checkOf(rider.neighbor(), life), rider.frame()));
            }
            entry = Cast.entry(branches);
        }
        if (entry.isEmpty() || headBytes + entry.length() > datagramBytesMax) {
            riders.forEach(rider -> out.send(rider.neighbor(), rider.frame()));
        } else {
            if (headBytes + entriesBytes + entry.length() > datagramBytesMax) {
                ship(nowNanos);
            }
            entries.add(entry);
            entriesBytes += entry.length();
            rodeCount += riders.size();
        }
        riders.clear();
    }

    private void ship(long nowNanos) {
        number++;
        castCount++;
        ByteView datagram = new Cast(meshHash, self, incarnation, number, entries).encode();
        chargedUpTo[(int) (number % NUMBERS_KEPT)] =
                chargedUpTo[(int) ((number - 1) % NUMBERS_KEPT)] + datagram.length() + CHARGE_BYTES;
        entries.clear();
        entriesBytes = 0;
        for (Hearer hearer : hearers.values()) {
            hearer.unheardSinceNanos = Math.min(hearer.unheardSinceNanos, nowNanos);
        }
        dueNanos = Math.min(dueNanos, nowNanos + SILENCE_NANOS);
        out.cast(datagram);
    }

    /** Ends a turn. */
    public void flush(long nowNanos) {
        closeEntry(nowNanos);
        if (!entries.isEmpty()) {
            ship(nowNanos);
        }
    }

    /** What a neighbor has heard. */
    public void handleHeard(NodeId neighbor, CastHeard heard, long nowNanos) {
        Hearer hearer = hearers.get(neighbor);
        if (hearer == null || heard.highest() > number) {
            return;
        }
        boolean isFirst = hearer.count == 0 || heard.count() < hearer.count;
        if (heard.highest() > hearer.highest && !isFirst) {
            hearer.sampleSent += heard.highest() - hearer.highest;
            hearer.sampleHeard += heard.count() - hearer.count;
        }
        if (isFirst && hearer.phase == Phase.UNPROVEN && probesLeft < PROOF_MIN) {
            // It began to hear late in this round; it need not wait for the next.
            probesLeft = PROOF_MIN;
            probeNanos = Math.min(probeNanos, nowNanos);
        }
        hearer.highest = Math.max(hearer.highest, heard.highest());
        hearer.count = heard.count();
        hearer.unheardSinceNanos = heard.highest() == number ? Deadlines.NEVER : nowNanos;
        hearer.isDoubted = false;
        dueNanos = Math.min(dueNanos, silenceEndNanos(hearer));
        judge(hearer, nowNanos);
    }

    private void judge(Hearer hearer, long nowNanos) {
        long lost = hearer.sampleSent - Math.min(hearer.sampleSent, hearer.sampleHeard);
        switch (hearer.phase) {
            case UNPROVEN -> {
                if (hearer.sampleSent >= PROOF_MIN) {
                    if (lost == 0) {
                        hearer.phase = Phase.HEARING;
                        dueNanos = Math.min(dueNanos, silenceEndNanos(hearer));
                    }
                    resample(hearer);
                }
            }
            case HEARING -> {
                if (hearer.sampleSent >= SAMPLE_MIN) {
                    if (lost * LOSS_PART > hearer.sampleSent) {
                        rest(hearer, nowNanos);
                    }
                    resample(hearer);
                }
            }
            case RESTING -> {
                resample(hearer);
                if (nowNanos >= hearer.restUntilNanos) {
                    hearer.phase = Phase.UNPROVEN;
                }
            }
        }
    }

    private static void resample(Hearer hearer) {
        hearer.sampleSent = 0;
        hearer.sampleHeard = 0;
    }

    private void rest(Hearer hearer, long nowNanos) {
        restedCount++;
        hearer.phase = Phase.RESTING;
        hearer.restUntilNanos = nowNanos + REST_NANOS;
        hearer.isDoubted = false;
        resample(hearer);
    }

    // ------------------------------------------------------------------ what comes in

    /** A datagram has come, which somebody with the key of the mesh has sent. */
    public Heard handle(ByteView datagram, long nowNanos) {
        try {
            Cast cast = Cast.decode(datagram);
            if (datagramBytesMax == 0
                    || cast.meshHash() != meshHash
                    || cast.sender().equals(self)) {
                return Heard.NOTHING;
            }
            boolean isNeighbor = out.isUp(cast.sender()) && out.incarnationOf(cast.sender()) == cast.incarnation();
            if (!isNeighbor) {
                strangerCount++;
                return Heard.NOTHING;
            }
            return handle(cast, datagram.length(), nowNanos);
        } catch (MalformedFrame malformed) {
            // Whoever has sent it, no link of his is to blame.
            malformedCount++;
            return Heard.NOTHING;
        }
    }

    private Heard handle(Cast cast, int bytes, long nowNanos) throws MalformedFrame {
        Speaker speaker = speakers.get(cast.sender());
        if (speaker == null || speaker.incarnation != cast.incarnation()) {
            speaker = new Speaker(cast.incarnation());
            speakers.put(cast.sender(), speaker);
        }
        if (!speaker.isNew(cast.number())) {
            repeatedCount++;
            return Heard.NOTHING;
        }
        speaker.mark(cast.number());
        heardCount++;
        speaker.unreportedBytes += bytes + CHARGE_BYTES;
        if (speaker.unreportedBytes >= REPORT_BYTES) {
            report(cast.sender(), speaker);
        } else if (speaker.reportNanos == Deadlines.NEVER) {
            speaker.reportNanos = nowNanos + REPORT_NANOS;
            dueNanos = Math.min(dueNanos, speaker.reportNanos);
        }
        List<TreeFrame> frames = new ArrayList<>();
        for (ByteView entry : cast.entries()) {
            Cast.frameFor(check, entry).ifPresent(frames::add);
        }
        return new Heard(cast.sender(), frames);
    }

    private void report(NodeId to, Speaker speaker) {
        speaker.reportNanos = Deadlines.NEVER;
        speaker.unreportedBytes = 0;
        out.tell(to, new CastHeard(speaker.highest, speaker.count));
    }

    /** What was heard of a neighbor, and by it, is of no interest any more. */
    public void handleLinkDown(NodeId neighbor) {
        hearers.remove(neighbor);
        speakers.remove(neighbor);
    }

    // ------------------------------------------------------------------ time

    public void handleTime(long nowNanos) {
        if (dueNanos <= nowNanos) {
            reportAndDoubt(nowNanos);
        }
        if (probeNanos <= nowNanos) {
            probe(nowNanos);
        }
    }

    private void reportAndDoubt(long nowNanos) {
        for (var entry : speakers.entrySet()) {
            Speaker speaker = entry.getValue();
            if (speaker.reportNanos <= nowNanos) {
                report(entry.getKey(), speaker);
            }
        }
        boolean isAnybodyDoubted = false;
        for (Hearer hearer : hearers.values()) {
            if (hearer.phase == Phase.HEARING && silenceEndNanos(hearer) <= nowNanos) {
                if (hearer.isDoubted) {
                    rest(hearer, nowNanos);
                } else {
                    hearer.isDoubted = true;
                    hearer.unheardSinceNanos = nowNanos;
                    isAnybodyDoubted = true;
                }
            }
        }
        if (isAnybodyDoubted) {
            ship(nowNanos);
        }
        dueNanos = Deadlines.NEVER;
        for (Speaker speaker : speakers.values()) {
            dueNanos = Math.min(dueNanos, speaker.reportNanos);
        }
        for (Hearer hearer : hearers.values()) {
            if (hearer.phase == Phase.HEARING) {
                dueNanos = Math.min(dueNanos, silenceEndNanos(hearer));
            }
        }
    }

    private void probe(long nowNanos) {
        if (nowNanos >= demandedUntilNanos) {
            probeNanos = Deadlines.NEVER;
            return;
        }
        boolean isUnproven = hearers.values().stream().anyMatch(hearer -> hearer.phase != Phase.HEARING);
        if (probesLeft == 0 && isUnproven) {
            probesLeft = PROBES;
        }
        if (probesLeft > 0) {
            probesLeft--;
            ship(nowNanos);
        }
        probeNanos = nowNanos + (probesLeft > 0 ? PROBE_PAUSE_NANOS : PROBE_ROUND_NANOS);
    }

    private static long silenceEndNanos(Hearer hearer) {
        return hearer.unheardSinceNanos == Deadlines.NEVER ? Deadlines.NEVER : hearer.unheardSinceNanos + SILENCE_NANOS;
    }

    public long nextDeadlineNanos() {
        return Math.min(probeNanos, dueNanos);
    }
}
