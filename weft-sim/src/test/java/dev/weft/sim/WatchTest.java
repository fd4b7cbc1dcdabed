package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import org.junit.jupiter.api.Test;

/** The simulator itself is tested: what keeps too much, and what goes back to older news, is found out. */
class WatchTest {
    private static final LsaKey KEY = new LsaKey(new NodeId(1, 2), LsaKind.NODE);

    private final Violations violations = new Violations();
    private final Watch watch = new Watch(3, EngineConfig.DEFAULT, 8, violations::add);

    @Test
    void editionsThatBecomeNewerAreRight() {
        watch.kept(KEY, new LsaVersion(1, 1));
        watch.kept(KEY, new LsaVersion(1, 1));
        watch.kept(KEY, new LsaVersion(1, 7));
        watch.kept(KEY, new LsaVersion(2, 1));
        watch.kept(new LsaKey(KEY.origin(), LsaKind.ADJACENCY), new LsaVersion(1, 1));
        assertThat(violations.all()).isEmpty();
    }

    /** It makes no difference whether the newer one is still there or was dropped in between. */
    @Test
    void anOlderEditionThatComesBackIsFoundOut() {
        watch.kept(KEY, new LsaVersion(1, 7));
        watch.kept(KEY, new LsaVersion(1, 6));
        assertThat(violations.all())
                .extracting(Violations.Violation::invariant)
                .containsExactly("an edition is only followed by a newer one");
        watch.kept(KEY, new LsaVersion(2, 1));
        watch.kept(KEY, new LsaVersion(1, 9));
        assertThat(violations.all()).hasSize(2);
    }

    @Test
    void inALargeWorldEveryOriginIsWatchedBySomeNodes() {
        int nodes = 1_000;
        for (int origin = 0; origin < nodes; origin++) {
            NodeId id = new NodeId(origin, 0x8000000000000000L);
            long watching = 0;
            for (int index = 0; index < nodes; index++) {
                Watch watch = new Watch(index, EngineConfig.DEFAULT, nodes, violations::add);
                watching += watch.isWatched(id) ? 1 : 0;
            }
            assertThat(watching).isBetween(50L, 80L);
        }
    }

    @Test
    void whatKeepsMoreThanItMayIsFoundOut() {
        watch.within("things", 10, 10);
        assertThat(violations.all()).isEmpty();
        watch.within("things", 11, 10);
        assertThat(violations.all())
                .containsExactly(new Violations.Violation("bounds hold", "node 3 keeps 11 things, of at most 10"));
    }

    @Test
    void aMeshOfMoreNodesThanOneMayRememberKeepsToThatBound() {
        EngineConfig tight = EngineConfig.DEFAULT.withDiscovery(
                EngineConfig.DEFAULT.discovery().withPeersMax(16));
        for (long seed = 1; seed <= 2; seed++) {
            Simulation.Plan plan = new Simulation.Plan(24, seed, 6_000_000_000L, Simulation.FaultLevel.NONE);
            World world = new World(SwarmOptions.calm(24), seed, tight);
            assertThat(Simulation.run(plan, world, (virtual, events) -> {}).violations())
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }
}
