package dev.weft.bench.scenario;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends numbered messages, a new array each, as fast as the window of unacknowledged messages allows, until told to
 * stop; then waits until all are acknowledged. One thread of its own sends; listeners may be called by any.
 */
final class Source implements Task {
    private static final long DRAIN_NANOS = 30_000_000_000L;
    private static final long NAP_NANOS = 1_000_000L;

    private final Setting setting;
    private final AtomicLongArray acknowledged;
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("none");
    private final long askEvery;
    private Station station;
    private Thread sender;
    private volatile long windowMessages;
    private volatile long sent;
    private volatile boolean stopping;
    private volatile long wakeAt = Long.MAX_VALUE;

    Source(Setting setting) {
        this.setting = setting;
        this.acknowledged = new AtomicLongArray(setting.targets());
        this.windowMessages = setting.windowMessages();
        this.askEvery = setting.contender().acknowledging() == Contender.Acknowledging.BY_HARNESS
                ? Math.max(1, setting.windowMessages() / 8)
                : Long.MAX_VALUE;
    }

    @Override
    public void attach(Station opened) {
        station = opened;
    }

    @Override
    public String answer(String[] words) throws InterruptedException {
        return switch (words[0]) {
            case "start" -> start();
            case "press" -> press();
            case "sent" -> "sent " + sent;
            case "stop" -> stop();
            case "one" -> one();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** With no window but what the system has of its own. */
    private String press() {
        windowMessages = Long.MAX_VALUE;
        return start();
    }

    private String start() {
        sender = new Thread(this::run, "source");
        sender.setDaemon(true);
        sender.start();
        return "started";
    }

    private String stop() throws InterruptedException {
        stopping = true;
        sender.join(DRAIN_NANOS / 1_000_000);
        return "stopped " + sent + " " + settled() + " " + failed + " "
                + firstFailure.get().replace(' ', '_');
    }

    /** The first message of all, and what it takes to know that it has arrived. */
    private String one() {
        long number = sent;
        station.send(Heads.asking(setting.messageBytes(), number));
        station.flush();
        sent = number + 1;
        drain();
        return "one " + settled();
    }

    private void run() {
        long floor = 0;
        while (!stopping) {
            if (sent - floor >= windowMessages) {
                floor = awaitRoom();
            } else {
                long number = sent;
                station.send(next(number));
                sent = number + 1;
            }
        }
        if (askEvery != Long.MAX_VALUE) {
            long number = sent;
            station.send(Heads.asking(setting.messageBytes(), number));
            sent = number + 1;
        }
        drain();
    }

    private byte[] next(long number) {
        return (number + 1) % askEvery == 0
                ? Heads.asking(setting.messageBytes(), number)
                : Heads.message(setting.messageBytes(), number);
    }

    private long awaitRoom() {
        station.flush();
        // A quarter of the window, so that a wake-up is worth it.
        await(sent - setting.windowMessages() * 3L / 4);
        return settled();
    }

    private void drain() {
        station.flush();
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (settled() < sent && System.nanoTime() < deadline) {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private void await(long wanted) {
        wakeAt = wanted;
        while (settled() < wanted && !stopping) {
            LockSupport.parkNanos(this, 10 * NAP_NANOS);
        }
        wakeAt = Long.MAX_VALUE;
    }

    private long settled() {
        long least = acknowledged.get(0);
        for (int i = 1; i < acknowledged.length(); i++) {
            least = Math.min(least, acknowledged.get(i));
        }
        return least;
    }

    @Override
    public void onMessage(byte[] answer) {
        onAcknowledged(Heads.target(answer), Heads.number(answer));
    }

    @Override
    public void onAcknowledged(int target, long messages) {
        if (acknowledged.get(target) < messages) {
            acknowledged.accumulateAndGet(target, messages, Math::max);
        }
        if (messages >= wakeAt && settled() >= wakeAt) {
            wakeAt = Long.MAX_VALUE;
            LockSupport.unpark(sender);
        }
    }

    @Override
    public void onFailed(String reason) {
        failed.incrementAndGet();
        firstFailure.compareAndSet("none", reason);
    }
}
