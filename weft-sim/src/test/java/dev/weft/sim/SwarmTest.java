package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Swarms of small meshes under faults: safety after every event, liveness after faults stop. */
class SwarmTest {
    @SimTest(seeds = 40, nodes = 8, seconds = 20)
    void nothingIsLostDoubledOrLeftOpenWhateverGoesWrong(SimTestSeeds.Run run) {
        RunReport report = run.goWell();
        assertThat(report.outcomes().get("delivered")).isPositive();
    }

    /** A run that promises faults and has none proves nothing. */
    @Test
    void everyKindOfFaultReallyHappensAmongAFewSeeds() {
        TreeMap<String, Long> sums = new TreeMap<>();
        for (long seed = 1; seed <= 20; seed++) {
            new SimTestSeeds.Run(seed, 8, 20)
                    .go()
                    .faults()
                    .forEach((fault, count) -> sums.merge(fault, count, Long::sum));
        }
        assertThat(sums)
                .isNotEmpty()
                .allSatisfy((fault, count) -> assertThat(count).as(fault).isPositive());
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
        assertThat(report.outcomes().get("sessions")).isPositive();
        assertThat(report.outcomes().get("sessionsCompleted"))
                .isEqualTo(report.outcomes().get("sessions"));
    }

    /** Readers that pause for up to twice a connection's timeout, and little room everywhere. */
    @Test
    void slowTakersBreakNoConnection() {
        for (long seed = 1; seed <= 5; seed++) {
            SwarmOptions.Taking slow = new SwarmOptions.Taking(64 << 10, 300_000, 50, 20_000, 60_000);
            World world = new World(SwarmOptions.calm(5).withTaking(slow), seed, EngineConfig.DEFAULT);
            Simulation.Plan plan = new Simulation.Plan(5, seed, 20_000_000_000L, Simulation.FaultLevel.NONE);
            RunReport report = Simulation.run(plan, world, (virtual, events) -> {});
            assertThat(report.violations()).as("seed %d", seed).isEmpty();
            assertThat(world.sessions.size()).as("seed %d", seed).isPositive();
            assertThat(world.sessions.broken()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void whereNothingButNodesBreaksNothingIsLostOnTheWay() {
        Simulation.Plan plan = new Simulation.Plan(12, 3, 30_000_000_000L, Simulation.FaultLevel.CRASHES);
        RunReport report = Simulation.run(plan, (virtual, events) -> {});
        assertThat(report.violations()).isEmpty();
        assertThat(report.faults().get("crashes")).isPositive();
        assertThat(report.faults().get("lost") + report.faults().get("cut")).isZero();
    }

    /** The simulator itself is tested: nodes that do not ask for the key let the impostors in, and that is found. */
    @Test
    void aMeshThatDoesNotAskForItsKeyIsFoundOut() {
        SwarmOptions withImpostors = SwarmOptions.calm(4).withOthers(new SwarmOptions.Others(0, 2));
        Simulation.Plan plan = new Simulation.Plan(4, 9, 5_000_000_000L, Simulation.FaultLevel.NONE);
        World open = new World(withImpostors, 9, EngineConfig.DEFAULT, new World.Honest(), World.Guard.NONE);
        assertThat(Simulation.run(plan, open, (virtual, events) -> {})
                        .violations()
                        .toString())
                .contains("nobody but a member is acted upon");
        World keyed = new World(withImpostors, 9, EngineConfig.DEFAULT);
        RunReport report = Simulation.run(plan, keyed, (virtual, events) -> {});
        assertThat(report.violations()).isEmpty();
        // It was really tried.
        assertThat(report.lastEvents().toString()).contains("LINK_REFUSED").contains("NOT_A_MEMBER");
    }

    /** The simulator itself is tested: nodes that let relays read are found. */
    @Test
    void aMeshThatDoesNotSealIsFoundOut() {
        StringBuilder found = new StringBuilder();
        // A run ends with the first violation, which is of the one kind or of the other.
        for (long seed = 9; seed < 15; seed++) {
            Simulation.Plan plan = new Simulation.Plan(24, seed, 5_000_000_000L, Simulation.FaultLevel.NONE);
            World open = new World(
                    SwarmOptions.calm(24), seed, EngineConfig.DEFAULT, new World.Honest(), World.Guard.UNSEALED);
            found.append(Simulation.run(plan, open, (virtual, events) -> {}).violations());
        }
        assertThat(found).contains("what passes over a relay is sealed").contains("what goes to many is sealed");
    }

    /** Each frame that has passed a relay may be altered by it, or be given the place of another. */
    @Test
    void relaysThatAlterDropDoubleAndReorderChangeNothingButTheTime() {
        for (long seed = 1; seed <= 2; seed++) {
            Simulation.Plan plan = new Simulation.Plan(24, seed, 6_000_000_000L, Simulation.FaultLevel.NONE);
            World world = new World(SwarmOptions.calm(24), seed, EngineConfig.DEFAULT);
            Prng draws = new Prng(seed);
            TreeMap<Integer, ByteView> recorded = new TreeMap<>();
            world.tampering = (speaker, reader, frame) -> {
                if (!isSealedAndRelayed(frame)) {
                    return frame;
                }
                ByteView earlier = recorded.put(reader.index, frame);
                if (draws.chance(50_000)) {
                    byte[] altered = frame.toByteArray();
                    int at = altered.length - 1 - draws.below(Math.min(altered.length / 2, 200));
                    altered[at] ^= (byte) (1 << draws.below(8));
                    return ByteView.of(altered);
                }
                return earlier != null && draws.chance(50_000) ? earlier : frame;
            };
            RunReport report = Simulation.run(plan, world, (virtual, events) -> {});
            assertThat(report.violations()).as("seed %d", seed).isEmpty();
            assertThat(sum(world, "seal.sealed")).as("seed %d", seed).isGreaterThan(100);
            assertThat(sum(world, "seal.opened")).as("seed %d", seed).isGreaterThan(100);
            assertThat(sum(world, "seal.forged")).as("seed %d", seed).isPositive();
            assertThat(sum(world, "seal.replayed")).as("seed %d", seed).isPositive();
            assertThat(sum(world, "seal.imposture")).as("seed %d", seed).isZero();
            assertThat(sum(world, "seal.plain-refused")).as("seed %d", seed).isZero();
        }
    }

    private static boolean isSealedAndRelayed(ByteView frame) {
        WireReader in = new WireReader(frame);
        try {
            FrameType type = FrameType.decode(in);
            return (type == FrameType.SEALED || type == FrameType.SEALED_CONTROL)
                    && RouteHeader.decode(in).isAtEnd();
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    private static long sum(World world, String counter) {
        return world.nodes().stream()
                .mapToLong(node ->
                        node.engine() == null ? 0 : node.engine().counters().getOrDefault(counter, 0L))
                .sum();
    }

    /** The simulator itself is tested: an application that says "taken" and takes later loses what it has not taken. */
    @Test
    void anAcknowledgementBeforeTheDeliveryIsFoundInUnderTwoHundredSeeds() {
        List<String> found = new ArrayList<>();
        for (long seed = 1; seed < 200 && !found.contains("delivered means received"); seed++) {
            Simulation.Plan plan =
                    new Simulation.Plan(6, seed, 5_000_000_000L, Simulation.FaultLevel.SWARM).withPlant(Plant.HASTY);
            found.add(Simulation.run(plan, (virtual, events) -> {}).brokenInvariant());
        }
        assertThat(found).contains("delivered means received");
    }
}
