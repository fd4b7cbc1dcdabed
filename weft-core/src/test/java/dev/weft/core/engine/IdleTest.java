package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.MILLI;
import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.wire.FrameType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What nodes do that have nothing to do: each turn wakes a processor, and each advertisement all nodes of the mesh. */
class IdleTest {
    private static final long MINUTE = 60 * SECOND;

    /** In 30 s of a mesh's life the last choice of links is made. */
    private static final long SETTLING = 30 * SECOND;

    private final EngineLab lab = new EngineLab(1);

    /** Each end asks once in 15/16 of an interval, wakes for that, for the answer, and to answer; ten for all else. */
    @Test
    void oneOfAPairTurnsThreeTimesPerHeartbeatAndHardlyBesides() {
        assertThat(turnsPerMinute(2)).isLessThanOrEqualTo(3 * 64 + 10);
    }

    /** Four links cost eight turns per heartbeat for what comes in, and one for all that goes out. */
    @Test
    void oneOfFiveAsksItsNeighborsInOneTurn() {
        assertThat(turnsPerMinute(5)).isLessThanOrEqualTo(64 * 8 + 64 + 20);
    }

    /** Every seed meets the same refreshes as a mesh whose links do not vary at all. */
    @Test
    void roundTripsOfWhichAFifthAreLateByMillisecondsAreAdvertisedToNobody() {
        int refreshes = floodsWith(new EngineLab(1), () -> List.of(MILLI / 5));
        for (long seed = 1; seed <= 5; seed++) {
            Prng noise = new Prng(seed);
            int floods = floodsWith(
                    new EngineLab(1),
                    () -> List.of(50_000 + (noise.chance(200_000) ? noise.below(8 * MILLI) : noise.below(400_000L))));
            assertThat(floods).as("seed %d", seed).isLessThanOrEqualTo(refreshes);
        }
    }

    /** In half an hour, over all links of five nodes. */
    private static int floodsWith(EngineLab mesh, EngineLab.Network network) {
        mesh.network = network;
        mesh.mesh(5);
        mesh.runFor(SETTLING);
        int[] floods = new int[1];
        mesh.wire = (from, to, frame) -> {
            floods[0] += frame.at(0) == FrameType.FLOOD.code() ? 1 : 0;
            return 0;
        };
        mesh.runFor(30 * MINUTE);
        return floods[0];
    }

    private int turnsPerMinute(int nodes) {
        lab.network = () -> List.of(MILLI / 5);
        lab.mesh(nodes);
        lab.runFor(SETTLING);
        int before = lab.nodes.get(0).turns;
        lab.runFor(MINUTE);
        return lab.nodes.get(0).turns - before;
    }
}
