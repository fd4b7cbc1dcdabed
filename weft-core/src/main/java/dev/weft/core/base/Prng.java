package dev.weft.core.base;

/**
 * The one source of randomness in the core: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014). Equal seeds give equal sequences on every JVM. {@link #fork} gives an independent generator per
 * node or link, so that one more draw in one place does not reshuffle the rest of a simulation.
 *
 * <p>Not for secrets. Single-threaded.
 */
public final class Prng {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final long seed;
    private long state;

    public Prng(long seed) {
        this.seed = seed;
        this.state = seed;
    }

    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** Uniform in 0 to {@code bound - 1}; {@code bound} is at least 1. */
    public long below(long bound) {
        Check.that(bound > 0, "a bound of %d leaves nothing to draw", bound);
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long draw;
        do {
            draw = nextLong() >>> 1;
        } while (draw >= limit);
        return draw % bound;
    }

    /** Uniform in 0 to {@code bound - 1}; {@code bound} is at least 1. */
    public int below(int bound) {
        return (int) below((long) bound);
    }

    /** Uniform in {@code min} to {@code max}, both included. */
    public long between(long min, long max) {
        return min + below(max - min + 1);
    }

    /** True {@code perMillion} times in a million. */
    public boolean chance(int perMillion) {
        return below(1_000_000) < perMillion;
    }

    /**
     * A generator that depends on this one's seed and the key alone, not on what was drawn before.
     *
     * @param key equal keys give equal generators
     */
    public Prng fork(long key) {
        return new Prng(mix(mix(seed + GOLDEN) ^ mix(key)));
    }

    /** Spreads the bits of a number over all 64 (the SplitMix64 finalizer); also used to hash keys reproducibly. */
    public static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
