package dev.weft.core.topology;

import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.LsaHeading;
import java.util.ArrayList;
import java.util.List;

/**
 * In how many frames, and of what size, a neighbor gets what has gathered for it.
 *
 * <p>Called by {@link Flooding} alone.
 */
final class FloodFrames {
    private final Flooding.Output out;
    private long frameNumber;

    FloodFrames(Flooding.Output out) {
        this.out = out;
    }

    /** First what it is owed and asked for, then what it is told. */
    void send(Neighbor neighbor, long nowNanos) {
        sendAcks(neighbor);
        sendWants(neighbor);
        sendAdvertisements(neighbor, nowNanos);
    }

    private void sendAcks(Neighbor neighbor) {
        List<LsaHeading> headings = neighbor.takeDebts();
        List<Long> frames = neighbor.takeFrames();
        int from = 0;
        int fromFrame = 0;
        while (from < headings.size() || fromFrame < frames.size()) {
            int to = Math.min(headings.size(), from + FloodAck.HEADINGS_MAX);
            int toFrame = Math.min(frames.size(), fromFrame + FloodAck.FRAMES_MAX);
            out.send(neighbor.node, new FloodAck(headings.subList(from, to), frames.subList(fromFrame, toFrame)));
            from = to;
            fromFrame = toFrame;
        }
    }

    private void sendWants(Neighbor neighbor) {
        List<LsaHeading> headings = neighbor.takeWants();
        for (int from = 0; from < headings.size(); from += FloodWant.HEADINGS_MAX) {
            int to = Math.min(headings.size(), from + FloodWant.HEADINGS_MAX);
            out.send(neighbor.node, new FloodWant(headings.subList(from, to)));
        }
    }

    private void sendAdvertisements(Neighbor neighbor, long nowNanos) {
        List<Entry> entries = neighbor.takeQueue();
        int first = 0;
        int bytes = 0;
        for (int i = 0; i < entries.size(); i++) {
            int size = entries.get(i).lsa().bytes().length();
            if (i - first == Flood.ITEMS_MAX || bytes + size > Flood.BYTES_MAX) {
                sendFrame(neighbor, entries.subList(first, i), nowNanos);
                first = i;
                bytes = 0;
            }
            bytes += size;
        }
        if (first < entries.size()) {
            sendFrame(neighbor, entries.subList(first, entries.size()), nowNanos);
        }
    }

    private void sendFrame(Neighbor neighbor, List<Entry> entries, long nowNanos) {
        List<Flood.Item> items = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            items.add(new Flood.Item(ageOnArrival(entry, nowNanos), entry.lsa()));
        }
        // Never the number of another frame, on whatever link: an acknowledgement may come late.
        frameNumber++;
        neighbor.sent(frameNumber, entries, nowNanos);
        out.send(neighbor.node, new Flood(items, frameNumber));
    }

    /**
     * Rounded up, with a second for the way (RFC 2328's InfTransDelay): no copy ever looks younger than it is, or
     * copies that outlive each other in turns would keep a dead node known for good.
     */
    private static int ageOnArrival(Entry entry, long nowNanos) {
        return Math.min(Flood.AGE_SECONDS_MAX, entry.ageSeconds(nowNanos + 999_999_999L) + 1);
    }
}
