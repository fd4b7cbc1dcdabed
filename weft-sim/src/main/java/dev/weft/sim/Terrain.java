package dev.weft.sim;

import dev.weft.core.base.Prng;

/**
 * Where the hosts of a world are, and what the network is like between any two of them: drawn from the seed, so that
 * some nodes are near each other and some links are worse than others. What the options name is the worst of it.
 */
final class Terrain {
    private static final int SITES_MAX = 4;
    private static final int NEARER_DOUBLINGS_MAX = 6;

    private final Faults worst;
    private final int sites;
    private final int nearerDoublings;
    private final long pairs;
    private final int[] site;

    private Terrain(Faults worst, int hosts, int sites, int nearerDoublings, Prng draws) {
        this.worst = worst;
        this.sites = sites;
        this.nearerDoublings = nearerDoublings;
        this.pairs = draws.nextLong();
        this.site = new int[hosts];
        for (int host = 0; host < hosts; host++) {
            site[host] = draws.below(sites);
        }
    }

    /** Every link is like every other. */
    static Terrain even(Faults everywhere) {
        return new Terrain(everywhere, 0, 0, 0, new Prng(0));
    }

    /** One to four sites; within one, links are up to 64 times as fast as between two. */
    static Terrain drawn(Faults worst, int hosts, Prng draws) {
        return new Terrain(
                worst, hosts, 1 + draws.below(SITES_MAX), draws.below(NEARER_DOUBLINGS_MAX + 1), draws.fork(1));
    }

    /** So many sites, the hosts in turns; within one, links are so many doublings faster than between two. */
    static Terrain inTurns(Faults worst, int hosts, int sites, int nearerDoublings) {
        Terrain terrain = new Terrain(worst, hosts, sites, nearerDoublings, new Prng(0));
        for (int host = 0; host < hosts; host++) {
            terrain.site[host] = host % sites;
        }
        return terrain;
    }

    /** No frame between any two hosts takes less. */
    long leastDelayNanos() {
        return sites == 0 ? worst.delayNanos() : worst.delayNanos() / 4 >> nearerDoublings;
    }

    boolean isOneSite(int a, int b) {
        return sites > 0 && site[a] == site[b];
    }

    /** What befalls frames between two hosts while the network is bad; the same in both directions. */
    Faults between(int a, int b) {
        if (sites == 0) {
            return worst;
        }
        long pair = Prng.mix(pairs ^ ((long) Math.min(a, b) << 32 | Math.max(a, b)));
        int quarters = 1 + (int) (pair & 3);
        int doublings = isOneSite(a, b) ? nearerDoublings : 0;
        boolean isClean = (pair >>> 2 & 3) == 0;
        return new Faults(
                worst.delayNanos() * quarters / 4 >> doublings,
                worst.jitterNanos() * quarters / 4 >> doublings,
                isClean ? 0 : worst.lossPerMillion() / quarters,
                isClean ? 0 : worst.duplicatePerMillion() / quarters,
                worst.bitsPerSecond() * quarters / 2,
                worst.queueBytes());
    }
}
