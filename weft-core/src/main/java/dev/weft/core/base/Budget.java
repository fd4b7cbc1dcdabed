package dev.weft.core.base;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much each of many may do: so much at once, and so much more as time passes. Kept for each as the moment at which
 * its budget will be whole again (the virtual scheduling of ITU-T I.371), and for those alone whose budget is not. Where
 * more than the bound have spent of theirs, it is forgotten of who did so the longest ago.
 *
 * <p>Called by the owner of what is spent; single-threaded.
 */
public final class Budget<K> {
    private final long burstNanos;
    private final long eachNanos;
    private final int keysMax;
    /** When each budget is whole again; who has spent of it last comes last. */
    private final LinkedHashMap<K, Long> wholeNanos = new LinkedHashMap<>();

    /**
     * @param burst what may be spent at once
     * @param eachNanos how long it takes until one more may be
     */
    public Budget(int burst, long eachNanos, int keysMax) {
        Check.that(burst > 0 && eachNanos > 0 && keysMax > 0, "a budget of something for somebody");
        this.burstNanos = burst * eachNanos;
        this.eachNanos = eachNanos;
        this.keysMax = keysMax;
    }

    /** Whether anything is left. */
    public boolean allows(K key, long nowNanos) {
        Long whole = wholeNanos.isEmpty() ? null : wholeNanos.get(key);
        return whole == null || whole - nowNanos <= burstNanos - eachNanos;
    }

    /** Takes something, whether there is so much or not: who has overdrawn waits the longer. */
    public void spend(K key, int count, long nowNanos) {
        Long before = wholeNanos.remove(key);
        long whole = Math.max(before == null ? nowNanos : before, nowNanos) + count * eachNanos;
        forgetWhole(nowNanos);
        wholeNanos.put(key, whole);
    }

    private void forgetWhole(long nowNanos) {
        for (Iterator<Map.Entry<K, Long>> eldest = wholeNanos.entrySet().iterator(); eldest.hasNext(); ) {
            if (eldest.next().getValue() > nowNanos && wholeNanos.size() < keysMax) {
                return;
            }
            eldest.remove();
        }
    }

    /** How many have spent something that they have not earned back, as far as it is known. */
    public int size() {
        return wholeNanos.size();
    }
}
