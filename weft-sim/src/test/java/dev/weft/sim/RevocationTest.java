package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Meshes with an authority: they work as others do, and who is revoked is out. */
class RevocationTest {
    private static final long SECOND = 1_000_000_000L;

    private static World world(int nodes, long seed) {
        return new World(
                SwarmOptions.calm(nodes), seed, EngineConfig.DEFAULT, new World.Honest(), World.Guard.CREDENTIALED);
    }

    private static void runUntil(World world, long nanos) {
        while (world.violations.isEmpty() && world.events.step(nanos)) {}
        assertThat(world.violations.isEmpty()).as("%s", world.violations).isTrue();
    }

    private static Engine engine(SimNode node) {
        return Objects.requireNonNull(node.engine());
    }

    @Test
    void aMeshWithAnAuthorityAgreesAndDeliversLikeAnyOther() {
        Simulation.Plan plan = new Simulation.Plan(6, 5, 10 * SECOND, Simulation.FaultLevel.NONE);
        World world = world(6, 5);
        RunReport report = Simulation.run(plan, world, (virtual, events) -> {});
        assertThat(report.violations()).isEmpty();
        assertThat(report.outcomes().get("unknown")).isZero();
        assertThat(report.outcomes().get("delivered")).isGreaterThan(500);
        assertThat(report.outcomes().get("sessionsCompleted"))
                .isEqualTo(report.outcomes().get("sessions"));
        for (SimNode node : world.nodes()) {
            assertThat(engine(node).counters().get("authority.forged")).isZero();
            assertThat(engine(node).counters().get("authority.denied")).isZero();
        }
    }

    @Test
    void whoIsRevokedIsCutEverywhereWithinTwoSecondsAndNothingElseIsLost() {
        for (long seed = 1; seed <= 3; seed++) {
            int nodes = seed % 2 == 0 ? 10 : 20;
            World world = world(nodes, seed);
            world.start(SECOND);
            runUntil(world, 10 * SECOND);
            int from = world.journal.nextNumber();
            SimNode revoked = world.node((int) seed);
            assertThat(engine(revoked).neighbors()).as("seed %d", seed).isNotEmpty();
            world.node(0).revoke(world.chancery.revoke(revoked.community(), revoked.id()));
            runUntil(world, 12 * SECOND);
            requireOut(world, revoked, seed);
            runUntil(world, 18 * SECOND);
            requireOut(world, revoked, seed);
            world.stopFaults();
            runUntil(world, 50 * SECOND);
            for (Journal.Entry entry : world.journal.since(from)) {
                if (entry.origin != revoked.index && entry.destination != revoked.index) {
                    // A datagram that waits in the node that is cut off goes with it, as with any relay that dies.
                    Outcome outcome = Objects.requireNonNull(entry.outcome);
                    if (entry.kind == SocketKind.DGRAM && outcome.kind() == Outcome.Kind.UNKNOWN) {
                        continue;
                    }
                    assertThat(outcome.isDelivered())
                            .as("seed %d, %s", seed, entry)
                            .isTrue();
                    assertThat(entry.received).isEqualTo(1);
                }
            }
        }
    }

    private static void requireOut(World world, SimNode revoked, long seed) {
        // He goes on dialling, and believes himself linked for as long as the other end's refusal is under way.
        for (SimNode node : world.nodes()) {
            if (node != revoked) {
                assertThat(engine(node).neighbors())
                        .as("seed %d, node %d", seed, node.index)
                        .doesNotContain(revoked.id());
                assertThat(engine(node).reachable()).doesNotContain(revoked.id());
                assertThat(engine(node).register().revocationsNumber()).isEqualTo(1);
            }
        }
    }
}
