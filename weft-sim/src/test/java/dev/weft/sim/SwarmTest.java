package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.flow.Acceptance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Swarms of small meshes under faults: safety after every event, liveness after faults stop. */
class SwarmTest {
    private static final int SEEDS = 12;

    /** One run; {@code -Dsim.seed=S} runs that seed alone. */
    record Run(long seed, int nodes, long seconds) {
        @Override
        public String toString() {
            return "./weft sim --nodes " + nodes + " --seed " + seed + " --for " + seconds + "s";
        }
    }

    static Stream<Run> runs() throws IOException {
        List<Run> runs = new ArrayList<>();
        Long only = Long.getLong("sim.seed");
        if (only != null) {
            return Stream.of(new Run(only, Integer.getInteger("sim.nodes", 8), Long.getLong("sim.seconds", 20)));
        }
        try (InputStream seeds = SwarmTest.class.getResourceAsStream("/seeds.txt")) {
            if (seeds != null) {
                for (String line : new String(seeds.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    String[] words = line.replaceFirst("#.*", "").strip().split("\\s+");
                    if (words.length == 3) {
                        runs.add(new Run(
                                Long.parseLong(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2])));
                    }
                }
            }
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            runs.add(new Run(seed, 8, 20));
        }
        return runs.stream();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void nothingIsLostDoubledOrLeftOpenWhateverGoesWrong(Run run) {
        RunReport report = Simulation.run(
                new Simulation.Plan(
                        run.nodes(), run.seed(), run.seconds() * 1_000_000_000L, Simulation.FaultLevel.SWARM),
                (virtual, events) -> {});
        assertThat(report.violations())
                .as("REPLAY %s%n%s%n%s", run, report.options(), String.join("\n", report.lastEvents()))
                .isEmpty();
        assertThat(report.outcomes().get("delivered")).isPositive();
    }

    @Test
    void equalSeedsGiveEqualTraces() {
        Simulation.Plan plan = new Simulation.Plan(6, 77, 10_000_000_000L, Simulation.FaultLevel.SWARM);
        RunReport once = Simulation.run(plan, (virtual, events) -> {});
        RunReport again = Simulation.run(plan, (virtual, events) -> {});
        assertThat(again.traceHash()).isEqualTo(once.traceHash());
        assertThat(again.events()).isEqualTo(once.events());
        assertThat(again.outcomes()).isEqualTo(once.outcomes());
    }

    @Test
    void aMeshLeftInPeaceDeliversAlmostEverything() {
        Simulation.Plan plan = new Simulation.Plan(6, 5, 10_000_000_000L, Simulation.FaultLevel.NONE);
        RunReport report = Simulation.run(plan, (virtual, events) -> {});
        assertThat(report.violations()).isEmpty();
        assertThat(report.outcomes().get("unknown")).isZero();
        assertThat(report.outcomes().get("delivered")).isGreaterThan(500);
    }

    /** The simulator itself is tested: an application that says "taken" and takes later loses what it has not taken. */
    @Test
    void anAcknowledgementBeforeTheDeliveryIsFoundInUnderTwoHundredSeeds() {
        World.ApplicationFactory hasty = world -> (node, payload) -> {
            world.events.after(50_000_000L, at -> {
                if (node.isAlive()) {
                    world.journal.received(node.index, payload);
                }
            });
            return Acceptance.TAKEN;
        };
        for (long seed = 1; seed < 200; seed++) {
            SwarmOptions options = SwarmOptions.swarm(6, new Prng(seed).fork(3));
            World world = new World(options, seed, EngineConfig.DEFAULT, hasty);
            Simulation.Plan plan = new Simulation.Plan(6, seed, 5_000_000_000L, Simulation.FaultLevel.SWARM);
            if (!Simulation.run(plan, world, (virtual, events) -> {}).isGood()) {
                return;
            }
        }
        throw new AssertionError("200 seeds have not found an application that acknowledges before it delivers");
    }
}
