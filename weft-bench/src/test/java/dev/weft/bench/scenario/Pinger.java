package dev.weft.bench.scenario;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Sends a message, and the next when it has come back: on the thread that brings it, so that what is measured is the
 * system and not a hand-off of the harness.
 */
final class Pinger implements Task {
    private static final long HIGHEST_NANOS = 60_000_000_000L;
    private static final long PATIENCE_SECONDS = 10;

    private final Setting setting;
    private final Object lock = new Object();
    private Station station;
    private Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    private volatile long endNanos;
    private volatile long sentNanos;
    private long number;
    private boolean ended;

    Pinger(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void attach(Station opened) {
        station = opened;
    }

    /** {@code ping MILLIS}: answered by count and percentiles in nanoseconds. */
    @Override
    public String answer(String[] words) throws InterruptedException {
        if (!words[0].equals("ping")) {
            throw new IllegalArgumentException(words[0]);
        }
        long millis = Long.parseLong(words[1]);
        synchronized (lock) {
            histogram = new Histogram(HIGHEST_NANOS, 3);
            ended = false;
            endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        }
        ping();
        long deadline = endNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (lock) {
            while (!ended && System.nanoTime() < deadline) {
                lock.wait(100);
            }
            return (ended ? "pong " : "stalled ") + histogram.getTotalCount() + " "
                    + histogram.getValueAtPercentile(50) + " " + histogram.getValueAtPercentile(99) + " "
                    + histogram.getValueAtPercentile(99.9) + " " + histogram.getMaxValue();
        }
    }

    private void ping() {
        number++;
        sentNanos = System.nanoTime();
        station.send(Heads.message(setting.messageBytes(), number));
        station.flush();
    }

    @Override
    public void onMessage(byte[] message) {
        long now = System.nanoTime();
        if (Heads.number(message) != number) {
            throw new IllegalStateException("not the message that was sent");
        }
        histogram.recordValue(Math.min(HIGHEST_NANOS, now - sentNanos));
        if (now < endNanos) {
            ping();
        } else {
            synchronized (lock) {
                ended = true;
                lock.notifyAll();
            }
        }
    }

    @Override
    public void onAcknowledged(int target, long messages) {}

    @Override
    public void onFailed(String reason) {
        System.err.println(reason);
    }
}
