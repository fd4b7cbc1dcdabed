package dev.weft.net.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.EncodedFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring alone: one that is used as it should be, and one whose other end writes nonsense. */
@Timeout(300)
class RingTest {
    private static final int CAPACITY = 64;
    private static final int TAIL_AT = 0;
    private static final int HEAD_AT = 128;

    private final ByteBuffer file = memory(CAPACITY);
    private final Control control = new Control(file, 0);
    private final RingWriter writer = new RingWriter(file, control, Control.BYTES, CAPACITY);
    private final RingReader reader = new RingReader(file, control, Control.BYTES, CAPACITY);

    @Test
    void whatIsPutIsReadOnceItIsPublished() throws Exception {
        writer.put(EncodedFrame.of(ByteView.utf8("hello")), 0, 5);
        assertThat(reader.availableBytes()).isZero();
        assertThat(writer.unpublishedBytes()).isEqualTo(5);
        writer.publish();
        assertThat(reader.availableBytes()).isEqualTo(5);
        assertThat(read(5)).isEqualTo("hello");
        assertThat(reader.availableBytes()).isZero();
    }

    @Test
    void aRingTakesItsCapacityAndNotAByteMore() throws Exception {
        writer.put(EncodedFrame.of(bytes(CAPACITY, 0)), 0, CAPACITY);
        writer.publish();
        assertThat(writer.roomBytes(1)).isZero();
        assertThat(reader.availableBytes()).isEqualTo(CAPACITY);
        read(reader, new byte[1]);
        assertThat(writer.roomBytes(1)).isEqualTo(1);
    }

    @Test
    void whatGoesAroundTheEndIsWhole() throws Exception {
        for (int at = 0; at < 3 * CAPACITY; at++) {
            ByteView whole = bytes(CAPACITY - 1, at);
            writer.put(EncodedFrame.of(whole), 0, 10);
            writer.put(new byte[] {0, whole.at(10)}, 1, 1);
            writer.put(EncodedFrame.of(whole), 11, CAPACITY - 12);
            writer.publish();
            assertThat(reader.availableBytes()).isEqualTo(CAPACITY - 1);
            byte[] back = new byte[CAPACITY - 1];
            read(reader, back);
            assertThat(ByteView.of(back)).isEqualTo(whole);
            assertThat(writer.roomBytes(CAPACITY)).isEqualTo(CAPACITY);
        }
    }

    @Test
    void aReaderThatSleepsIsToBeWokenOnce() throws Exception {
        assertThat(reader.fallAsleep()).isTrue();
        put(1);
        assertThat(writer.takeSleepingReader()).isTrue();
        put(1);
        assertThat(writer.takeSleepingReader()).isFalse();
    }

    @Test
    void aReaderDoesNotFallAsleepBesideSomethingToRead() throws Exception {
        put(1);
        assertThat(reader.fallAsleep()).isFalse();
        assertThat(writer.takeSleepingReader()).isFalse();
    }

    @Test
    void aWriterThatWaitsIsToBeWokenOnceHalfOfTheRingIsFree() throws Exception {
        put(CAPACITY);
        assertThat(writer.waitForRoom()).isTrue();
        reader.availableBytes();
        read(reader, new byte[CAPACITY / 2 - 1]);
        assertThat(reader.takeWaitingWriter()).isFalse();
        read(reader, new byte[1]);
        assertThat(reader.takeWaitingWriter()).isTrue();
        assertThat(reader.takeWaitingWriter()).isFalse();
    }

    @Test
    void aWriterDoesNotWaitForWhatItHas() throws Exception {
        put(CAPACITY / 2);
        assertThat(writer.waitForRoom()).isFalse();
        assertThat(reader.takeWaitingWriter()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 9, 10 + CAPACITY + 1, 10 + (1L << 32)})
    void aCountOfBytesWrittenThatCannotBeIsRefused(long tail) throws Exception {
        put(10);
        reader.availableBytes();
        read(reader, new byte[10]);
        file.putLong(TAIL_AT, tail);
        assertThatThrownBy(reader::availableBytes)
                .isInstanceOf(CorruptRing.class)
                .hasMessageContaining("" + tail);
        assertThatThrownBy(reader::fallAsleep).isInstanceOf(CorruptRing.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 4, 11, 5 + (1L << 32)})
    void aCountOfBytesReadThatCannotBeIsRefused(long head) throws Exception {
        put(10);
        file.putLong(HEAD_AT, 5);
        assertThat(writer.roomBytes(CAPACITY)).isEqualTo(CAPACITY - 5);
        file.putLong(HEAD_AT, head);
        assertThatThrownBy(() -> writer.roomBytes(CAPACITY)).isInstanceOf(CorruptRing.class);
        assertThatThrownBy(writer::waitForRoom).isInstanceOf(CorruptRing.class);
    }

    @Test
    void aReaderThatClaimsWhatWasPutButNotPublishedIsFoundOut() throws Exception {
        writer.put(EncodedFrame.of(bytes(10, 0)), 0, 10);
        file.putLong(HEAD_AT, 10);
        assertThatThrownBy(() -> writer.roomBytes(CAPACITY)).isInstanceOf(CorruptRing.class);
    }

    @Test
    void randomCountsAreRefusedOrStayWithinTheRing() throws Exception {
        for (long seed = 1; seed <= 2_000; seed++) {
            Prng prng = new Prng(seed);
            ByteBuffer shared = memory(CAPACITY);
            RingReader in = new RingReader(shared, new Control(shared, 0), Control.BYTES, CAPACITY);
            RingWriter out = new RingWriter(shared, new Control(shared, 0), Control.BYTES, CAPACITY);
            try {
                for (int i = 0; i < 20; i++) {
                    shared.putLong(TAIL_AT, prng.below(2) == 0 ? prng.below(300) : prng.nextLong());
                    int available = in.availableBytes();
                    assertThat(available).as("seed %d", seed).isBetween(0, CAPACITY);
                    read(in, new byte[available]);
                }
            } catch (CorruptRing refused) {
                assertThat(refused.what()).isNotBlank();
            }
            try {
                for (int i = 0; i < 20; i++) {
                    shared.putLong(HEAD_AT, prng.below(2) == 0 ? prng.below(300) : prng.nextLong());
                    int room = out.roomBytes(CAPACITY);
                    assertThat(room).as("seed %d", seed).isBetween(0, CAPACITY);
                    out.put(EncodedFrame.of(bytes(room, i)), 0, room);
                    out.publish();
                }
            } catch (CorruptRing refused) {
                assertThat(refused.what()).isNotBlank();
            }
        }
    }

    @Test
    void anyMixOfWritesAndReadsIsAStream() throws Exception {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            int capacity = 16 << prng.below(4);
            ByteBuffer shared = memory(capacity);
            RingReader in = new RingReader(shared, new Control(shared, 0), Control.BYTES, capacity);
            RingWriter out = new RingWriter(shared, new Control(shared, 0), Control.BYTES, capacity);
            ArrayDeque<Byte> model = new ArrayDeque<>();
            int unpublished = 0;
            for (int step = 0; step < 500; step++) {
                switch (prng.below(3)) {
                    case 0 -> {
                        int count = Math.min(out.roomBytes(capacity), prng.below(capacity + 1));
                        ByteView some = bytes(count, step);
                        out.put(EncodedFrame.of(some), 0, count);
                        unpublished += count;
                        for (int i = 0; i < count; i++) {
                            model.add(some.at(i));
                        }
                    }
                    case 1 -> {
                        out.publish();
                        unpublished = 0;
                    }
                    default -> {
                        int available = in.availableBytes();
                        assertThat(available).as("seed %d", seed).isEqualTo(model.size() - unpublished);
                        byte[] chunk = new byte[prng.below(available + 1)];
                        read(in, chunk);
                        for (byte one : chunk) {
                            assertThat(one).as("seed %d", seed).isEqualTo(model.remove());
                        }
                    }
                }
            }
        }
    }

    /** Neither end ever looks again without having been woken, so a lost bell would stop the stream for good. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void twoThreadsThatSleepAndWakeEachOtherLoseNothing(long seed) throws Exception {
        int total = 3_000_000;
        int capacity = 16 << seed;
        ByteBuffer shared = memory(capacity);
        Semaphore writersBell = new Semaphore(0);
        Semaphore readersBell = new Semaphore(0);
        CompletableFuture<Void> writing = new CompletableFuture<>();
        Thread producer = new Thread(() -> {
            try {
                RingWriter out = new RingWriter(shared, new Control(shared, 0), Control.BYTES, capacity);
                Prng prng = new Prng(seed);
                int at = 0;
                while (at < total) {
                    int wanted = Math.min(total - at, 1 + prng.below(2 * capacity));
                    int count = Math.min(wanted, out.roomBytes(wanted));
                    byte[] bytes = new byte[count];
                    for (int i = 0; i < count; i++) {
                        bytes[i] = (byte) (at + i ^ at + i >> 8);
                    }
                    out.put(bytes, 0, count);
                    at += count;
                    out.publish();
                    if (out.takeSleepingReader()) {
                        readersBell.release();
                    }
                    if (count < wanted && out.waitForRoom()) {
                        acquire(writersBell, "the writer", seed);
                    }
                }
                writing.complete(null);
            } catch (CorruptRing | InterruptedException | RuntimeException | AssertionError e) {
                writing.completeExceptionally(e);
            }
        });
        producer.start();
        RingReader in = new RingReader(shared, new Control(shared, 0), Control.BYTES, capacity);
        Prng prng = new Prng(-seed);
        int at = 0;
        while (at < total) {
            int available = in.availableBytes();
            if (available == 0) {
                if (in.fallAsleep()) {
                    acquire(readersBell, "the reader", seed);
                }
                continue;
            }
            byte[] chunk = new byte[1 + prng.below(available)];
            read(in, chunk);
            if (in.takeWaitingWriter()) {
                writersBell.release();
            }
            for (byte one : chunk) {
                if (one != (byte) (at ^ at >> 8)) {
                    throw new AssertionError("byte " + at + " is wrong, seed " + seed);
                }
                at++;
            }
        }
        writing.get(20, TimeUnit.SECONDS);
        producer.join();
        assertThat(in.availableBytes()).isZero();
    }

    private static void acquire(Semaphore bell, String who, long seed) throws InterruptedException {
        if (!bell.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError(who + " was never woken, seed " + seed);
        }
    }

    private void put(int count) {
        writer.put(EncodedFrame.of(bytes(count, 0)), 0, count);
        writer.publish();
    }

    private String read(int count) {
        byte[] bytes = new byte[count];
        read(reader, bytes);
        return ByteView.of(bytes).utf8();
    }

    private static ByteView bytes(int count, int salt) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 31 + salt);
        }
        return ByteView.of(bytes);
    }

    private static ByteBuffer memory(int capacity) {
        return ByteBuffer.allocateDirect(Control.BYTES + capacity).order(ByteOrder.nativeOrder());
    }

    private static void read(RingReader from, byte[] into) {
        for (int at = 0; at < into.length; ) {
            ByteBuffer next = from.next(into.length - at);
            int count = next.remaining();
            next.get(into, at, count);
            from.release(count);
            at += count;
        }
    }
}
