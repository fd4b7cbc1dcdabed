package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NearLinksTest {
    private static final int NODES = 40;
    private static final int SITES = 4;
    private static final int NEAR_LEAST = 4;
    private static final Faults FAR = new Faults(40_000_000, 2_000_000, 0, 0, 1_000_000_000L, 4 << 20);

    @Test
    void nodesOfASiteFindEachOtherThoughTheyMetAsStrangers() {
        SwarmOptions options = SwarmOptions.calm(NODES);
        long seed = 11;
        World world = new World(options, seed, EngineConfig.DEFAULT);
        world.terrain = Terrain.inTurns(FAR, NODES, SITES, 6);
        Simulation.Plan plan = new Simulation.Plan(NODES, seed, 40_000_000_000L, Simulation.FaultLevel.NONE);
        RunReport report = Simulation.run(plan, world, (virtual, events) -> {});
        assertThat(report.isGood()).as(report.violations().toString()).isTrue();
        int near = 0;
        int links = 0;
        for (SimNode node : world.nodes()) {
            Engine engine = Objects.requireNonNull(node.engine());
            int nearHere = 0;
            for (SimNode other : world.nodes()) {
                if (engine.neighbors().contains(other.id())) {
                    links++;
                    nearHere += world.terrain.isOneSite(node.index, other.index) ? 1 : 0;
                }
            }
            assertThat(nearHere).as("node %d", node.index).isGreaterThanOrEqualTo(NEAR_LEAST);
            near += nearHere;
        }
        // A quarter of all nodes are in the site; of links to anybody, so many would be near.
        assertThat(near * 100 / links).as("links within sites, in per cent").isGreaterThan(45);
    }

    @Test
    void linksOfOneWorldAreOfManyKindsAndTheSameInBothDirections() {
        for (long seed = 1; seed <= 50; seed++) {
            Prng prng = new Prng(seed);
            Faults worst = Faults.drawn(prng);
            Terrain terrain = Terrain.drawn(worst, 20, prng.fork(1));
            TreeSet<Long> delays = new TreeSet<>();
            for (int a = 0; a < 20; a++) {
                for (int b = 0; b < a; b++) {
                    Faults between = terrain.between(a, b);
                    assertThat(between).as("seed %d", seed).isEqualTo(terrain.between(b, a));
                    assertThat(between.delayNanos()).as("seed %d", seed).isLessThanOrEqualTo(worst.delayNanos());
                    delays.add(between.delayNanos());
                }
            }
            assertThat(delays).as("seed %d", seed).hasSizeGreaterThan(2);
        }
    }
}
