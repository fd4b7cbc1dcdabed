package dev.weft.bench.scenario;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts messages and adds up their numbers, which shows at the end whether any is missing or came twice. Says how
 * many it has taken when a message asks.
 */
final class Sink implements Task {
    private final Setting setting;
    /** Written by whoever delivers, one at a time. */
    private final AtomicLong count = new AtomicLong();

    private final AtomicLong sum = new AtomicLong();
    private Station station;
    private volatile long perSecond;
    private volatile long slowSince;
    private volatile long slowCount;

    Sink(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void attach(Station opened) {
        station = opened;
    }

    @Override
    public void onMessage(byte[] message) {
        pace();
        sum.lazySet(sum.getPlain() + Heads.number(message));
        long taken = count.getPlain() + 1;
        count.lazySet(taken);
        if (Heads.wantsAnswer(message) && setting.contender().acknowledging() == Contender.Acknowledging.BY_HARNESS) {
            station.send(Heads.answer(setting.index(), taken));
            station.flush();
        }
    }

    /** Takes so many a second from now on, and as many as come with 0. */
    private String slow(long messagesPerSecond) {
        slowSince = System.nanoTime();
        slowCount = count.get();
        perSecond = messagesPerSecond;
        return "slow";
    }

    private void pace() {
        while (perSecond > 0 && count.getPlain() - slowCount > (System.nanoTime() - slowSince) / 1e9 * perSecond) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void onAcknowledged(int target, long messages) {}

    @Override
    public void onFailed(String reason) {
        System.err.println(reason);
    }

    @Override
    public String answer(String[] words) {
        return switch (words[0]) {
            case "slow" -> slow(Long.parseLong(words[1]));
            case "mark" -> "mark " + System.nanoTime() + " " + count.get();
            case "sum" -> "sum " + count.get() + " " + sum.get();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }
}
