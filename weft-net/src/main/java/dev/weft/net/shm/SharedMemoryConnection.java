package dev.weft.net.shm;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.WireWriter;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.FrameSplitter;
import dev.weft.net.Loop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A link through two rings. Frames are written into one and read out of the other on the loop's thread; the socket
 * carries nothing but bells, each to wake a side that has said in the ring that it sleeps, and the end of the link.
 * The stream in a ring is the same as that of a socket: frames with their length before them.
 *
 * <p>Made by {@link SharedMemoryTransport}, which hands it what happens at the socket.
 */
final class SharedMemoryConnection implements Connection {
    /** Read before the writer has the room of it again. */
    private static final int CHUNK_BYTES = 64 << 10;

    /** Read in one turn; then others have theirs. */
    private static final int TURN_BYTES = 256 << 10;

    /** Written before the reader is told, even if no flush comes: it reads meanwhile. */
    private static final int PUBLISH_BYTES = 32 << 10;

    /** Small frames are gathered before they go into the ring: many small copies into it cost more than twice one large. */
    private static final int BATCH_BYTES = 16 << 10;

    private static final int SMALL_BYTES = 2 << 10;

    private static final int WATER_LOW_BYTES = 128 << 10;
    private static final int WATER_HIGH_BYTES = 512 << 10;

    /** For those who write without asking whether they may. */
    private static final int OVERFLOW_BYTES_MAX = 128 << 20;

    /** Whoever reads nothing for so long does not hear the last words. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    /** However little is read each time, it ends after so many. */
    private static final int PATIENCE_COUNT = 10;

    private enum Phase {
        OPEN,
        /** This end has closed; what it has written still goes out. */
        CLOSING,
        /** The other end has closed; what it has written is still read. */
        LAST_READ,
        ENDED
    }

    private final Loop loop;
    private final Connection socket;
    private final Locator peer;
    private final RingReader in;
    private final RingWriter out;
    private final FrameSplitter splitter = new FrameSplitter();
    private final FrameSplitter.Sink sink = this::hand;
    private final byte[] batch = new byte[BATCH_BYTES];
    private final ByteBuffer batchRoom = ByteBuffer.wrap(batch);
    private int batchBytes;
    private final ArrayDeque<EncodedFrame> overflow = new ArrayDeque<>();
    private long overflowBytes;
    /** How much of the first in the overflow is in the ring already. */
    private int firstBytes;

    private @Nullable ConnectionHandler handler;
    private Phase phase = Phase.OPEN;
    private String closing = "";
    private boolean writable = true;
    private boolean turnPending;
    private boolean handed;

    SharedMemoryConnection(Loop loop, Connection socket, Locator peer, RingFile file) {
        this.loop = loop;
        this.socket = socket;
        this.peer = peer;
        this.in = file.reader();
        this.out = file.writer();
    }

    /** Calls go to the handler from now on. */
    void attach(ConnectionHandler to) {
        handler = to;
    }

    // ------------------------------------------------------------------ out

    @Override
    public Locator peer() {
        return peer;
    }

    /** What holds for the socket: whoever is at its other end has the memory. */
    @Override
    public Assurance assurance() {
        return socket.assurance();
    }

    @Override
    public boolean isOpen() {
        return phase == Phase.OPEN;
    }

    @Override
    public boolean isWritable() {
        return writable && phase == Phase.OPEN;
    }

    @Override
    public void write(EncodedFrame frame) {
        if (phase != Phase.OPEN) {
            return;
        }
        try {
            int prefix = WireWriter.varintBytes(frame.length());
            int bytes = prefix + frame.length();
            if (bytes > SMALL_BYTES || batchBytes + bytes > BATCH_BYTES) {
                spill();
            }
            if (!overflow.isEmpty()) {
                queue(frame, bytes);
            } else if (bytes <= SMALL_BYTES) {
                putLength(frame.length());
                frame.copyTo(0, frame.length(), batchRoom, batchBytes);
                batchBytes += frame.length();
            } else if (out.roomBytes(bytes) >= bytes) {
                putLength(frame.length());
                out.put(batch, 0, batchBytes);
                batchBytes = 0;
                out.put(frame, 0, frame.length());
            } else {
                queue(frame, bytes);
            }
            if (out.unpublishedBytes() >= PUBLISH_BYTES) {
                publish();
            }
        } catch (CorruptRing corrupt) {
            breakOff(corrupt.what());
        }
    }

    @Override
    public void flush() {
        if (phase == Phase.OPEN) {
            pump();
        }
    }

    private void putLength(int length) {
        int left = length;
        while (left > 0x7f) {
            batch[batchBytes++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        batch[batchBytes++] = (byte) left;
    }

    /** What has been gathered goes into the ring, or behind what waits for room there. */
    private void spill() throws CorruptRing {
        if (batchBytes > 0) {
            if (overflow.isEmpty() && out.roomBytes(batchBytes) >= batchBytes) {
                out.put(batch, 0, batchBytes);
            } else {
                overflow.add(EncodedFrame.of(ByteView.of(Arrays.copyOf(batch, batchBytes))));
                overflowBytes += batchBytes;
            }
            batchBytes = 0;
        }
    }

    private void queue(EncodedFrame frame, int bytes) {
        if (overflowBytes + bytes > OVERFLOW_BYTES_MAX) {
            breakOff("more than " + OVERFLOW_BYTES_MAX + " bytes wait to be sent");
            return;
        }
        overflow.add(EncodedFrame.of(new WireWriter(4).varint(frame.length()).view()));
        overflow.add(frame);
        overflowBytes += bytes;
        if (overflowBytes > WATER_HIGH_BYTES) {
            writable = false;
        }
    }

    /** Moves as much as there is room for into the ring; where something is left, the reader's bell continues. */
    private void pump() {
        try {
            spill();
            do {
                fill();
                publish();
            } while (!overflow.isEmpty() && !out.waitForRoom());
        } catch (CorruptRing corrupt) {
            breakOff(corrupt.what());
            return;
        }
        if (!writable && overflowBytes <= WATER_LOW_BYTES) {
            writable = true;
            // Later, for this may come from within a flush that the handler made.
            loop.tryExecute(() -> {
                ConnectionHandler to = handler;
                if (to != null && isWritable()) {
                    to.onWritable(this);
                }
            });
        }
    }

    private void fill() throws CorruptRing {
        for (EncodedFrame first = overflow.peek(); first != null; first = overflow.peek()) {
            int left = first.length() - firstBytes;
            int count = Math.min(left, out.roomBytes(left));
            out.put(first, firstBytes, count);
            overflowBytes -= count;
            if (count < left) {
                firstBytes += count;
                return;
            }
            firstBytes = 0;
            overflow.remove();
        }
    }

    private void publish() {
        out.publish();
        if (out.takeSleepingReader()) {
            ring();
        }
    }

    private void ring() {
        socket.write(Signal.BELL.frame());
        socket.flush();
        // Where the other end has closed, what it wrote before that is still to be read.
        if (socket.isOpen() && !socket.isWritable()) {
            breakOff("the other end does not listen to its bell");
        }
    }

    @Override
    public void close() {
        switch (phase) {
            case OPEN -> {
                phase = Phase.CLOSING;
                pump();
                if (overflow.isEmpty()) {
                    socket.close();
                } else {
                    awaitLastWords(PATIENCE_COUNT);
                }
            }
            case LAST_READ -> phase = Phase.ENDED;
            case CLOSING, ENDED -> {}
        }
    }

    private void awaitLastWords(int times) {
        long before = overflowBytes;
        loop.schedule(PATIENCE_NANOS, () -> {
            if (times > 1 && overflowBytes > 0 && overflowBytes < before) {
                awaitLastWords(times - 1);
            } else {
                socket.close();
            }
        });
    }

    private void forget() {
        batchBytes = 0;
        overflow.clear();
        overflowBytes = 0;
    }

    /** The other end has done what it must not. */
    private void breakOff(String why) {
        if (phase != Phase.ENDED) {
            phase = Phase.ENDED;
            closing = why;
            forget();
            socket.close();
        }
    }

    // ------------------------------------------------------------------ in

    /** The other end has written something, or has made room. */
    void handleBell() {
        if (!overflow.isEmpty()) {
            pump();
            if (phase == Phase.CLOSING && overflow.isEmpty()) {
                socket.close();
            }
        }
        if (phase == Phase.OPEN && !turnPending) {
            turn();
        }
    }

    /** Something came over the socket that is no bell. */
    void handleNoise() {
        breakOff("the other end's socket carries something else than bells");
    }

    /** The other end has closed or died: what it wrote before is still to be read. */
    void handleEnd(String why) {
        forget();
        if (phase == Phase.OPEN) {
            phase = Phase.LAST_READ;
            try {
                // The count is taken once, for the other process may still be there and write.
                int left = in.availableBytes();
                while (left > 0 && phase == Phase.LAST_READ) {
                    left -= read(Math.min(left, CHUNK_BYTES));
                }
            } catch (CorruptRing corrupt) {
                breakOff(corrupt.what());
            }
            complete();
        }
        phase = Phase.ENDED;
        ConnectionHandler to = handler;
        handler = null;
        if (to != null) {
            to.onClosed(closing.isEmpty() ? why : closing);
        }
    }

    /** Reads until there is nothing left and sleeps, or until it has been long enough. */
    private void turn() {
        try {
            int left = TURN_BYTES;
            while (phase == Phase.OPEN) {
                int available = in.availableBytes();
                if (available == 0 && handed) {
                    // Answered while still awake: what comes meanwhile needs no bell.
                    complete();
                } else if (available == 0) {
                    if (in.fallAsleep()) {
                        break;
                    }
                } else if (left == 0) {
                    again();
                    break;
                } else {
                    left -= read(Math.min(available, Math.min(left, CHUNK_BYTES)));
                }
            }
        } catch (CorruptRing corrupt) {
            breakOff(corrupt.what());
        }
        complete();
    }

    /** After the loop has looked at its other connections: a timer, for a task would come before them. */
    private void again() {
        turnPending = true;
        loop.schedule(0, () -> {
            turnPending = false;
            if (phase == Phase.OPEN) {
                turn();
            }
        });
    }

    /** Returns how much of what is there has been read: as much as asked for, or what lies up to the ring's end. */
    private int read(int countMax) {
        ByteBuffer next = in.next(countMax);
        int count = next.remaining();
        try {
            splitter.feed(next, sink);
        } catch (FrameSplitter.BadLength bad) {
            String message = bad.getMessage();
            breakOff(message == null ? "bad length" : message);
        }
        in.release(count);
        if (phase == Phase.OPEN && in.takeWaitingWriter()) {
            ring();
        }
        return count;
    }

    private void hand(ByteView frame) {
        ConnectionHandler to = handler;
        if (to != null && isReceiving()) {
            handed = true;
            to.onFrame(this, frame);
        }
    }

    private void complete() {
        ConnectionHandler to = handler;
        if (handed && to != null && isReceiving()) {
            handed = false;
            to.onReadComplete(this);
        }
    }

    private boolean isReceiving() {
        return switch (phase) {
            case OPEN, LAST_READ -> true;
            case CLOSING, ENDED -> false;
        };
    }
}
