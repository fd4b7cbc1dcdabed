package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A run that fails is cut down to one that breaks the same, and replays. */
class ShrinkerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String BROKEN = "delivered means received";

    private static Simulation.Plan swarm(int nodes, long seed, int seconds) {
        return new Simulation.Plan(nodes, seed, seconds * SECOND, Simulation.FaultLevel.SWARM);
    }

    @Test
    void aBugThatNeedsNoFaultIsCutDownToTwoNodesAndNone() {
        Simulation.Plan failing = swarm(8, 1, 20).withPlant(Plant.HASTY);
        RunReport report = Simulation.run(failing, (virtual, events) -> {});
        assertThat(report.brokenInvariant()).isEqualTo(BROKEN);
        Simulation.Plan smallest = Shrinker.smallest(failing, report, 200, () -> false);
        assertThat(smallest.nodes()).isEqualTo(2);
        assertThat(smallest.forNanos()).isLessThanOrEqualTo(3 * SECOND);
        assertThat(smallest.reduction().without()).containsExactly(Mishap.values());
        assertThat(smallest.reduction().loadPercent()).isLessThan(100);
        assertThat(Simulation.run(smallest, (virtual, events) -> {}).brokenInvariant())
                .isEqualTo(BROKEN);
        assertThat(smallest.replay())
                .isEqualTo("./weft sim --nodes 2 --seed 1 --for " + smallest.forNanos() / SECOND
                        + "s --faults swarm --without loss,duplication,jitter,bandwidth,crashes,partitions,pauses,"
                        + "drift,strangers,impostors,large,sessions,slowness --load "
                        + smallest.reduction().loadPercent() + " --plant hasty");
    }

    /** Here nothing is amiss until some node has crashed: that fault must be the one that is kept. */
    @Test
    void theFaultThatABugNeedsIsKept() {
        World.ApplicationFactory afterACrash = world -> (node, payload) -> {
            if (world.counts.crashes == 0) {
                world.journal.received(node.index, payload);
            }
        };
        Shrinker.Runner runner = (plan, progress) -> {
            SwarmOptions options = plan.reduction().of(SwarmOptions.swarm(plan.nodes(), new Prng(plan.seed()).fork(3)));
            return Simulation.run(plan, new World(options, plan.seed(), EngineConfig.DEFAULT, afterACrash), progress);
        };
        Simulation.Plan failing = swarm(8, 5, 40);
        assertThat(SwarmOptions.swarm(8, new Prng(5).fork(3)).breakage().crashEverySeconds())
                .isPositive();
        assertThat(runner.run(failing, (virtual, events) -> {}).brokenInvariant())
                .isEqualTo(BROKEN);
        Simulation.Plan smallest = Shrinker.smallest(failing, BROKEN, 200, () -> false, runner);
        TreeSet<Mishap> others = new TreeSet<>(Set.of(Mishap.values()));
        others.remove(Mishap.CRASHES);
        assertThat(smallest.reduction().without()).containsExactlyElementsOf(others);
        assertThat(smallest.nodes()).isLessThan(8);
        assertThat(smallest.forNanos()).isLessThan(40 * SECOND);
        assertThat(runner.run(smallest, (virtual, events) -> {}).brokenInvariant())
                .isEqualTo(BROKEN);
    }

    @Test
    void nobodyWaitsLongerThanTheyWish() {
        Simulation.Plan failing = swarm(8, 1, 20).withPlant(Plant.HASTY);
        AtomicInteger runs = new AtomicInteger();
        Shrinker.Runner counting = (plan, progress) -> {
            runs.incrementAndGet();
            return Simulation.run(plan, progress);
        };
        assertThat(Shrinker.smallest(failing, BROKEN, 200, () -> true, counting))
                .isEqualTo(failing);
        assertThat(runs).hasValue(0);
        Shrinker.smallest(failing, BROKEN, 3, () -> false, counting);
        assertThat(runs).hasValue(3);
        // One that is under way is given up: this is how the progress of a run asks.
        runs.set(0);
        assertThat(Shrinker.smallest(failing, BROKEN, 200, () -> runs.get() > 0, counting))
                .isEqualTo(failing);
        assertThat(runs).hasValue(1);
    }

    @Test
    void whatIsLeftOutChangesNothingElseOfTheWorldOfASeed() {
        SwarmOptions whole = SwarmOptions.swarm(8, new Prng(3).fork(3));
        for (Mishap mishap : Mishap.values()) {
            SwarmOptions without = Reduction.NONE.andWithout(mishap).of(whole);
            long different = without.described().entrySet().stream()
                    .filter(entry -> !entry.getValue().equals(whole.described().get(entry.getKey())))
                    .count();
            int atMost = switch (mishap) {
                case BANDWIDTH -> 2;
                case SLOWNESS -> 5;
                default -> 1;
            };
            assertThat(different).as(mishap.word()).isLessThanOrEqualTo(atMost);
            assertThat(Mishap.parse(mishap.word())).isEqualTo(mishap);
        }
        assertThat(Reduction.NONE.of(whole)).isEqualTo(whole);
        assertThat(Reduction.NONE.withLoadPercent(1).of(whole).load().messagesPerSecond())
                .isPositive();
        assertThatThrownBy(() -> Mishap.parse("lass")).hasMessageContaining("loss, duplication");
        assertThatThrownBy(() -> new Reduction(Set.of(), 0)).hasMessageContaining("1 to 100");
    }
}
