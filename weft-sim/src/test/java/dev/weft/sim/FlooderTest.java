package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A member that has its words signed, and does not stop speaking. */
class FlooderTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int NODES = 6;

    private static World calmWorld(long seed) {
        SwarmOptions quiet = SwarmOptions.calm(NODES).withLoad(SwarmOptions.Load.NONE);
        World world = new World(quiet, seed, EngineConfig.DEFAULT);
        world.start(SECOND);
        runUntil(world, 10 * SECOND);
        return world;
    }

    private static Engine engine(SimNode node) {
        return Objects.requireNonNull(node.engine());
    }

    private static void runUntil(World world, long nanos) {
        while (world.violations.isEmpty() && world.events.step(nanos)) {}
        assertThat(world.violations.isEmpty()).as("%s", world.violations).isTrue();
    }

    private static Lsa presentOf(SimNode node) {
        return engine(node)
                .lsdb()
                .editionOf(node.id(), LsaKind.ADJACENCY)
                .orElseThrow()
                .lsa();
    }

    @Test
    void whoRepeatsItselfWithoutEndIsShutOutAndBothEndsSayWhy() {
        World world = calmWorld(1);
        SimNode flooder = world.node(2);
        ByteView same = new Flood(Collections.nCopies(Flood.ITEMS_MAX, new Flood.Item(0, presentOf(flooder)))).encode();
        assertThat(engine(flooder).neighbors()).isNotEmpty();
        for (int i = 1; i <= 3_000 && !engine(flooder).neighbors().isEmpty(); i++) {
            for (int burst = 0; burst < 20; burst++) {
                flooder.lie(same);
            }
            runUntil(world, 10 * SECOND + i * SECOND / 100);
        }
        assertThat(engine(flooder).neighbors()).isEmpty();
        assertThat(engine(flooder).refusals()).anyMatch(refusal -> refusal.reason() == CloseReason.OVER_BUDGET);
        int shutOut = 0;
        for (SimNode node : world.nodes()) {
            boolean isOver = engine(node).counters().getOrDefault("link.over-budget", 0L) > 0;
            shutOut += isOver ? 1 : 0;
            if (isOver) {
                assertThat(engine(node).refusals())
                        .anyMatch(refusal -> refusal.reason() == CloseReason.OVER_BUDGET
                                && refusal.node().equals(Optional.of(flooder.id())));
            }
        }
        assertThat(shutOut).isPositive();
        assertThat(world.overBudget).hasSizeGreaterThanOrEqualTo(shutOut);
        runUntil(world, world.events.nowNanos() + 2 * SECOND);
        for (SimNode node : world.nodes()) {
            if (node != flooder) {
                assertThat(engine(node).reachable()).hasSize(NODES - 2);
            }
        }
    }

    @Test
    void whoSaysSomethingNewWithoutEndIsHeardNowAndThenAndItsLastWordByAll() {
        World world = calmWorld(2);
        SimNode talker = world.node(1);
        Lsa present = presentOf(talker);
        Lsa last = present;
        for (int i = 1; i <= 2_000; i++) {
            LsaVersion version = new LsaVersion(
                    present.version().incarnation(), present.version().sequence() + i);
            last = Lsa.originate("mesh", present.key(), version, present.content(), talker.publicKey(), statement -> {
                world.editions.said(statement);
                return StandInSignatory.signature(talker.publicKey(), statement);
            });
            talker.lie(new Flood(List.of(new Flood.Item(0, last))).encode());
            runUntil(world, 10 * SECOND + i * SECOND / 100);
        }
        long newest = last.version().sequence();
        // Nobody has acknowledged it, so whoever keeps to the protocol says it again.
        for (int again = 0; again < 20; again++) {
            talker.lie(new Flood(List.of(new Flood.Item(0, last))).encode());
            runUntil(world, world.events.nowNanos() + SECOND);
        }
        for (SimNode node : world.nodes()) {
            if (node != talker) {
                assertThat(engine(node).counters().get("topology.held-back"))
                        .as("node %d", node.index)
                        .isPositive();
                assertThat(engine(node)
                                .lsdb()
                                .editionOf(present.key().origin(), LsaKind.ADJACENCY)
                                .orElseThrow()
                                .lsa()
                                .version()
                                .sequence())
                        .as("node %d", node.index)
                        .isGreaterThanOrEqualTo(newest);
                assertThat(engine(node).lsdbHash())
                        .isEqualTo(engine(world.node(0)).lsdbHash());
            }
        }
        assertThat(world.overBudget).isEmpty();
    }
}
