package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.LsaKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What nodes do that have nothing to do: each turn wakes a processor, and each advertisement all nodes of the mesh. */
class IdleTest {
    private static final long MINUTE = 60 * SECOND;

    /** In 30 s of a mesh's life the last choice of links is made. */
    private static final long SETTLING = 30 * SECOND;

    private static final long MICRO = 1_000;

    /** Each end asks once in 15/16 of an interval, wakes for that, for the answer, and to answer; ten for all else. */
    @Test
    void oneOfAPairTurnsThreeTimesPerHeartbeatAndHardlyBesides() {
        assertThat(turnsPerMinute(new EngineLab(1), 2, MILLI / 5)).isLessThanOrEqualTo(3 * 64 + 10);
    }

    /**
     * Four links cost eight turns per heartbeat for what comes in. What goes out would be four more; into how few nodes that
     * are far apart in time fall in step depends on when their links came up.
     */
    @Test
    void oneOfFiveAsksItsNeighborsInTwoTurnsAndAHalf() {
        int turns = 0;
        int runs = 0;
        for (long micros : List.of(20, 50, 100, 200, 300, 500, 1_000)) {
            turns += turnsPerMinute(new EngineLab(1), 5, micros * MICRO);
            runs++;
        }
        assertThat(turns / runs).isLessThanOrEqualTo(64 * 8 + 64 * 5 / 2 + 10);
    }

    /**
     * Each node refreshes what it says of its links every 18 to 20 minutes, so once in these 25. A link whose first answers were all late is told
     * once more when one has come that was not, within minutes.
     */
    @Test
    void roundTripsOfWhichAFifthAreLateByMillisecondsAreAdvertisedToNobody() {
        for (long seed = 1; seed <= 5; seed++) {
            Prng noise = new Prng(seed);
            EngineLab mesh = new EngineLab(1);
            mesh.network =
                    () -> List.of(50_000 + (noise.chance(200_000) ? noise.below(8 * MILLI) : noise.below(400_000L)));
            mesh.mesh(5);
            mesh.runFor(10 * MINUTE);
            List<Long> before = editionsOfLinks(mesh);
            mesh.runFor(25 * MINUTE);
            assertThat(editionsOfLinks(mesh))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(
                            before.stream().map(edition -> edition + 1).toList());
        }
    }

    /** The number of the latest edition of each node. */
    private static List<Long> editionsOfLinks(EngineLab mesh) {
        Lsdb lsdb = mesh.nodes.get(0).engine.lsdb();
        return mesh.nodes.stream()
                .map(node -> lsdb.editionOf(node.id, LsaKind.ADJACENCY)
                        .orElseThrow()
                        .lsa()
                        .version()
                        .sequence())
                .toList();
    }

    /** Of the nodes on average. */
    private static int turnsPerMinute(EngineLab mesh, int nodes, long wayNanos) {
        mesh.network = () -> List.of(wayNanos);
        mesh.mesh(nodes);
        mesh.runFor(SETTLING);
        int before = turns(mesh);
        mesh.runFor(MINUTE);
        return (turns(mesh) - before) / nodes;
    }

    private static int turns(EngineLab mesh) {
        return mesh.nodes.stream().mapToInt(node -> node.turns).sum();
    }
}
