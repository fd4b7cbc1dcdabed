package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.Refusal;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A member that floods advertisements in others' names: nobody acts upon one, and it is shut out. */
class LiarTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int NODES = 8;

    /** How a lie is made of the present word of its victim. */
    private enum Lie {
        /** Nobody has signed it. */
        UNSIGNED,
        /** By the liar's own key. */
        OWN_KEY,
        /** Under the victim's key, by the liar's. */
        OWN_SIGNATURE,
        /** With the signature of what the victim has said. */
        OLD_SIGNATURE;

        Lsa of(Lsa lsa, SimNode liar) {
            ByteView own = liar.publicKey();
            return switch (this) {
                case UNSIGNED -> Lsa.originate(lsa.key(), later(lsa), nothing());
                case OWN_KEY -> made(lsa, nothing(), own, statement -> StandInSignatory.signature(own, statement));
                case OWN_SIGNATURE ->
                    made(lsa, nothing(), lsa.originKey(), statement -> StandInSignatory.signature(own, statement));
                case OLD_SIGNATURE -> made(lsa, lsa.content(), lsa.originKey(), statement -> lsa.signature());
            };
        }

        private static Lsa made(Lsa lsa, ByteView content, ByteView originKey, Lsa.Signer signer) {
            return Lsa.originate("mesh", lsa.key(), later(lsa), content, originKey, signer);
        }

        private static LsaVersion later(Lsa lsa) {
            return new LsaVersion(lsa.version().incarnation(), lsa.version().sequence() + 1_000);
        }

        private static ByteView nothing() {
            return new Adjacencies(List.of()).encode();
        }
    }

    private static Engine engine(SimNode node) {
        return Objects.requireNonNull(node.engine());
    }

    private static void runUntil(World world, long nanos) {
        while (world.violations.isEmpty() && world.events.step(nanos)) {}
        assertThat(world.violations.isEmpty()).as("%s", world.violations).isTrue();
    }

    @Test
    void noneOfItsLiesIsActedUponAndItIsShutOut() {
        for (Lie lie : Lie.values()) {
            for (long seed = 1; seed <= 3; seed++) {
                World world = new World(SwarmOptions.calm(NODES), seed, EngineConfig.DEFAULT);
                world.start(SECOND);
                runUntil(world, 10 * SECOND);
                SimNode liar = world.node(new Prng(seed).below(NODES));
                SimNode victim = world.node((liar.index + 3) % NODES);
                Lsa present = engine(liar)
                        .lsdb()
                        .editionOf(victim.id(), LsaKind.ADJACENCY)
                        .orElseThrow()
                        .lsa();
                int neighbors = engine(liar).neighbors().size();
                liar.lie(new Flood(List.of(new Flood.Item(0, lie.of(present, liar)))).encode());
                runUntil(world, 12 * SECOND);
                int shutOut = 0;
                for (SimNode node : world.nodes()) {
                    String where = lie + ", seed " + seed + ", node " + node.index;
                    Lsa known = engine(node)
                            .lsdb()
                            .editionOf(victim.id(), LsaKind.ADJACENCY)
                            .orElseThrow()
                            .lsa();
                    // Its links to the liar may have ended since; nothing else may have changed.
                    assertThat(known.version().sequence())
                            .as(where)
                            .isLessThan(present.version().sequence() + 100);
                    boolean accuses = engine(node).refusals().stream().anyMatch(LiarTest::isAccusation);
                    shutOut += accuses ? 1 : 0;
                    if (node != liar) {
                        assertThat(engine(node).counters().get("topology.forged"))
                                .as(where)
                                .isEqualTo(accuses ? 1L : 0L);
                    }
                }
                assertThat(shutOut).as(lie + ", seed " + seed).isGreaterThanOrEqualTo(Math.max(1, neighbors - 1));
                assertThat(engine(liar).neighbors()).as(lie + ", seed " + seed).isEmpty();
                requireTheOthersAgree(world, liar.id());
            }
        }
    }

    /** Signed by itself, so nobody is to blame: but a link counts where both ends say so, and nowhere else. */
    @Test
    void linksThatItClaimsToEveryoneBringItNobodysTraffic() {
        for (long seed = 1; seed <= 3; seed++) {
            World world = new World(SwarmOptions.calm(24), seed, EngineConfig.DEFAULT);
            world.start(SECOND);
            runUntil(world, 10 * SECOND);
            SimNode liar = world.node(new Prng(seed).below(24));
            Lsa present = engine(liar)
                    .lsdb()
                    .editionOf(liar.id(), LsaKind.ADJACENCY)
                    .orElseThrow()
                    .lsa();
            liar.lie(new Flood(List.of(new Flood.Item(0, boast(world, liar, present)))).encode());
            int boasted = 0;
            for (int looks = 1; looks <= 200; looks++) {
                runUntil(world, 10 * SECOND + looks * SECOND / 100);
                for (SimNode node : world.nodes()) {
                    boasted += engine(node).lsdb().adjacenciesOf(liar.id()).size() == 23 ? 1 : 0;
                    for (NodeId to : engine(node).reachable()) {
                        requireRealLinks(liar, engine(node).way(to).orElse(List.of()));
                    }
                }
            }
            assertThat(boasted).as("seed %d: it was heard", seed).isPositive();
        }
    }

    private static Lsa boast(World world, SimNode liar, Lsa present) {
        List<Adjacencies.Adjacency> links = world.nodes().stream()
                .map(SimNode::id)
                .filter(id -> !id.equals(liar.id()))
                .sorted()
                .map(id -> new Adjacencies.Adjacency(id, 1, 1))
                .toList();
        return Lsa.originate(
                "mesh",
                present.key(),
                Lie.later(present),
                new Adjacencies(links).encode(),
                liar.publicKey(),
                statement -> {
                    world.editions.said(statement);
                    return StandInSignatory.signature(liar.publicKey(), statement);
                });
    }

    private static void requireRealLinks(SimNode liar, List<NodeId> way) {
        for (int i = 1; i < way.size(); i++) {
            NodeId from = way.get(i - 1);
            NodeId to = way.get(i);
            if (from.equals(liar.id()) || to.equals(liar.id())) {
                NodeId other = from.equals(liar.id()) ? to : from;
                assertThat(engine(liar).neighbors()).contains(other);
            }
        }
    }

    private static boolean isAccusation(Refusal refusal) {
        return refusal.reason() == CloseReason.PROTOCOL_VIOLATION
                && refusal.text().contains("in the name of node");
    }

    private static void requireTheOthersAgree(World world, NodeId liar) {
        for (SimNode node : world.nodes()) {
            for (SimNode other : world.nodes()) {
                if (node != other && !node.id().equals(liar) && !other.id().equals(liar)) {
                    assertThat(engine(node).reachable()).contains(other.id());
                }
            }
        }
    }
}
