package dev.weft.sim;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;

/**
 * One simulated connection between two nodes: two directions, each with its own generator, so that a fault drawn on
 * one does not reshuffle the other.
 */
final class Carrier {
    /** What a connection is made of. */
    enum Kind {
        /** As TCP: in order, nothing lost while it lives; a cut tears it. */
        STREAM,
        /** As UDP: frames are lost, doubled and overtake each other; the end of a peer is not noticed. */
        DATAGRAM
    }

    /** One end of the connection. */
    interface End {
        /** True while the process at this end lives and has the connection. */
        boolean isOpen();

        void arrive(List<ByteView> frames, long nowNanos);

        void writable(long nowNanos);

        void lost(long nowNanos);
    }

    /** Whether the network lets something pass from one host to another now. */
    interface Reachability {
        boolean passes(int from, int to);
    }

    /** Frames of one turn that arrive within so long of each other are read at once. */
    private static final long READ_NANOS = 1_000_000;

    private final Kind kind;
    private final Faults faults;
    private final Reachability reachability;
    private final FaultCounts counts;

    Carrier(Kind kind, Faults faults, Reachability reachability, FaultCounts counts) {
        this.kind = kind;
        this.faults = faults;
        this.reachability = reachability;
        this.counts = counts;
    }

    Direction direction(Timeline from, Timeline to, Prng prng) {
        return new Direction(from, to, prng);
    }

    /**
     * Frames from one end to the other. All of it is the sender's but what lands, which is the receiver's from then on:
     * nothing is added to it in the window of {@link Windows} in which it lands, for it would have to travel first.
     */
    final class Direction {
        private final Timeline from;
        private final Timeline to;
        private final Prng prng;
        private long busyUntilNanos;
        private long lastArrivalNanos;
        /** What arrives at that moment. */
        private List<ByteView> lastLanding = List.of();

        /** What one turn has written into a stream, and when the last of it arrives. */
        private List<ByteView> written = List.of();

        private long writtenArrivalNanos;
        private boolean torn;
        private boolean stopped;

        private Direction(Timeline from, Timeline to, Prng prng) {
            this.from = from;
            this.to = to;
            this.prng = prng;
        }

        boolean isWritable(long nowNanos) {
            return (busyUntilNanos - nowNanos) * (faults.bitsPerSecond() / 8_000) / 1_000_000 < faults.queueBytes();
        }

        /**
         * Puts a frame on its way; {@code sender} is told when it may write again, {@code receiver} gets the frame.
         * What goes into a stream leaves with {@link #flush}.
         */
        void transmit(ByteView frame, End sender, End receiver) {
            long now = from.nowNanos();
            busyUntilNanos = Math.max(busyUntilNanos, now)
                    + (frame.length() + 40L) * 8 * 1_000_000_000L / faults.bitsPerSecond();
            if (!isWritable(now) && !stopped) {
                stopped = true;
                from.at(busyUntilNanos, at -> {
                    stopped = false;
                    if (sender.isOpen()) {
                        sender.writable(at);
                    }
                });
            }
            if (!reachability.passes(from.index, to.index)) {
                from.tell(() -> counts.cut++);
                torn = kind == Kind.STREAM;
                return;
            }
            if (torn) {
                // What came before was swallowed by a cut; a stream cannot go on behind a gap.
                from.after(faults.delayNanos(), sender::lost);
                from.at(now + faults.delayNanos(), to, receiver::lost);
                return;
            }
            boolean hit = prng.chance(faults.lossPerMillion());
            if (hit && kind == Kind.DATAGRAM) {
                from.tell(() -> counts.lost++);
                return;
            }
            long travel = faults.delayNanos() + prng.below(faults.jitterNanos() + 1);
            if (hit) {
                from.tell(() -> counts.heldUp++);
                travel += 4 * faults.delayNanos() + 10_000_000;
            }
            long arrival = busyUntilNanos + travel;
            if (kind == Kind.STREAM) {
                write(frame, arrival, receiver);
                return;
            }
            if (arrival < lastArrivalNanos) {
                from.tell(() -> counts.reordered++);
            }
            lastArrivalNanos = Math.max(arrival, lastArrivalNanos);
            land(arrival, List.of(frame), receiver);
            if (prng.chance(faults.duplicatePerMillion())) {
                from.tell(() -> counts.duplicated++);
                land(arrival + prng.below(faults.jitterNanos() + 1_000_000), List.of(frame), receiver);
            }
        }

        private void write(ByteView frame, long arrivalNanos, End receiver) {
            if (!written.isEmpty() && arrivalNanos > writtenArrivalNanos + READ_NANOS) {
                flush(receiver);
            }
            if (written.isEmpty()) {
                written = new ArrayList<>();
                writtenArrivalNanos = arrivalNanos;
            }
            written.add(frame);
            writtenArrivalNanos = Math.max(writtenArrivalNanos, arrivalNanos);
        }

        /** Ends what one turn writes: what is written together and takes no time to arrive is read together. */
        void flush(End receiver) {
            if (written.isEmpty()) {
                return;
            }
            if (writtenArrivalNanos <= lastArrivalNanos && from.nowNanos() < lastArrivalNanos) {
                // It cannot overtake what is before it in the stream: both are read at once.
                lastLanding.addAll(written);
            } else {
                lastArrivalNanos = Math.max(writtenArrivalNanos, lastArrivalNanos);
                lastLanding = written;
                land(writtenArrivalNanos, written, receiver);
            }
            written = List.of();
        }

        private void land(long atNanos, List<ByteView> landing, End receiver) {
            from.at(atNanos, to, at -> {
                if (receiver.isOpen()) {
                    receiver.arrive(landing, at);
                }
            });
        }
    }
}
