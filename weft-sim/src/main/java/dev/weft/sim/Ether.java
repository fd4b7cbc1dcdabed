package dev.weft.sim;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.Arrays;

/**
 * A segment that some nodes of a world share: what one of them casts comes to the others, or is lost, doubled or late for
 * each of them alone. Stands for sealed datagrams, so what members cast comes to members.
 */
final class Ether {
    private static final int ETHERNET_BYTES = 1_400;
    private static final int LOOPBACK_BYTES = 20_000;

    private final World world;
    private final Prng draws;
    private final int datagramBytesMax;
    private final int lossPerMillion;
    private final boolean[] on;

    /** @param datagramBytesMax 0 where there is no segment */
    private Ether(World world, Prng draws, int datagramBytesMax, int lossPerMillion) {
        this.world = world;
        this.draws = draws;
        this.datagramBytesMax = datagramBytesMax;
        this.lossPerMillion = lossPerMillion;
        this.on = new boolean[world.options.nodes()];
        for (int i = 0; i < on.length; i++) {
            on[i] = draws.chance(800_000);
        }
    }

    /** In half of the worlds where things go wrong. */
    static Ether drawn(World world, Prng draws) {
        boolean isThere = draws.chance(500_000) && !world.options.faults().equals(Faults.NONE);
        int bytes = draws.chance(500_000) ? ETHERNET_BYTES : LOOPBACK_BYTES;
        return new Ether(world, draws, isThere ? bytes : 0, draws.chance(400_000) ? 0 : (int) draws.between(0, 60_000));
    }

    /** Everybody is on it. */
    static Ether ofAll(World world, Prng draws, int lossPerMillion) {
        Ether ether = new Ether(world, draws, ETHERNET_BYTES, lossPerMillion);
        Arrays.fill(ether.on, true);
        return ether;
    }

    /** How long datagrams may be for a node; 0 for one that is not on the segment. */
    int bytesMax(int node) {
        return node < on.length && on[node] ? datagramBytesMax : 0;
    }

    void cast(int from, ByteView datagram) {
        for (int to = 0; to < on.length; to++) {
            Faults faults = world.faults(from, to);
            if (to == from || bytesMax(to) == 0 || !world.passes(from, to)) {
                continue;
            }
            if (draws.chance(lossPerMillion)) {
                world.counts.castsLost++;
                continue;
            }
            world.counts.castsHeard++;
            int copies = draws.chance(faults.duplicatePerMillion()) ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                SimNode node = world.node(to);
                world.events.at(
                        world.events.nowNanos() + faults.delayNanos() + draws.below(faults.jitterNanos() + 1),
                        node.timeline,
                        at -> node.turn((present, local) -> present.handleCast(datagram, local)));
            }
        }
    }
}
