package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens is the same whoever does it, and in which order he does it. */
class WindowsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LOOKAHEAD = Faults.NONE.delayNanos();
    private static final Workers MANY =
            (count, piece) -> IntStream.range(0, count).parallel().forEach(piece::run);
    private static final Workers LAST_FIRST = (count, piece) -> {
        for (int number = count - 1; number >= 0; number--) {
            piece.run(number);
        }
    };

    private World world = new World(SwarmOptions.calm(4), 1, EngineConfig.DEFAULT);
    private final List<String> story = new ArrayList<>();

    private static String traceHash(Simulation.Plan plan, Workers workers) {
        RunReport report = Simulation.run(plan, workers, (virtual, events) -> {});
        assertThat(report.violations()).as(plan.replay()).isEmpty();
        return report.traceHash() + " " + report.events() + report.outcomes() + report.copies() + report.faults();
    }

    private static Workers shuffled(Prng order) {
        return (count, piece) -> {
            List<Integer> left =
                    new ArrayList<>(IntStream.range(0, count).boxed().toList());
            while (!left.isEmpty()) {
                piece.run(left.remove(order.below(left.size())));
            }
        };
    }

    /** The first worlds in which nobody heckles: the others have no windows. */
    static LongStream seeds() {
        return LongStream.iterate(1, seed -> seed + 1)
                .filter(seed ->
                        SwarmOptions.swarm(30, new Prng(seed).fork(3)).others().impostors() == 0)
                .limit(3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSwarmIsTheSameWithOneWorkerWithManyAndInAnyOrder(long seed) {
        Simulation.Plan plan = new Simulation.Plan(30, seed, 3 * SECOND, Simulation.FaultLevel.SWARM);
        TreeSet<String> hashes = new TreeSet<>();
        for (Workers workers : List.of(Workers.NONE, MANY, shuffled(new Prng(seed)))) {
            hashes.add(traceHash(plan, workers));
        }
        assertThat(hashes).hasSize(1);
    }

    @Test
    void inALargeWorldMostWindowsHaveSomethingForMany() {
        Simulation.Plan plan = new Simulation.Plan(70, 5, 2 * SECOND, Simulation.FaultLevel.NONE);
        AtomicInteger windows = new AtomicInteger();
        AtomicInteger pieces = new AtomicInteger();
        String shared = traceHash(plan, (count, piece) -> {
            windows.incrementAndGet();
            pieces.addAndGet(count);
            MANY.run(count, piece);
        });
        assertThat(shared).isEqualTo(traceHash(plan, Workers.NONE));
        assertThat(pieces.get()).isGreaterThan(2 * windows.get());
    }

    // ------------------------------------------------------------------ what a window is

    private void say(int node, String word) {
        Timeline timeline = world.node(node).timeline;
        timeline.tell(() -> story.add(timeline.nowNanos() + " " + node + " " + word));
    }

    private void at(long nanos, int node, String word) {
        world.events.at(nanos, world.node(node).timeline, at -> say(node, word));
    }

    private void runUntil(long nanos, Workers workers) {
        Windows windows = new Windows(world, workers);
        while (windows.step(nanos)) {}
    }

    @Test
    void whatNodesDoIsToldInOrderOfTimeAndOfTheirNumbers() {
        at(7, 2, "second");
        at(7, 1, "first");
        at(3, 3, "before");
        at(9, 1, "last");
        runUntil(SECOND, LAST_FIRST);
        assertThat(story).containsExactly("3 3 before", "7 1 first", "7 2 second", "9 1 last");
    }

    @Test
    void whatANodeSetsForItselfWithinAWindowHappensThere() {
        Timeline own = world.node(1).timeline;
        world.events.at(5, own, at -> {
            own.after(10, later -> say(1, "woken"));
            own.after(2 * LOOKAHEAD, later -> say(1, "woken late"));
        });
        at(20, 2, "meanwhile");
        runUntil(SECOND, Workers.NONE);
        assertThat(story).containsExactly("15 1 woken", "20 2 meanwhile", (5 + 2 * LOOKAHEAD) + " 1 woken late");
    }

    @Test
    void whatIsOfTheWorldEndsAWindow() {
        at(5, 1, "before");
        at(6, 2, "before");
        world.events.at(7, at -> story.add("7 world"));
        at(8, 1, "after");
        at(9, 2, "after");
        runUntil(SECOND, LAST_FIRST);
        assertThat(story).containsExactly("5 1 before", "6 2 before", "7 world", "8 1 after", "9 2 after");
    }

    @Test
    void whatTheWorldHearsOfItActsUponWhenTheWindowIsOver() {
        at(6, 2, "meanwhile");
        Timeline own = world.node(1).timeline;
        world.events.at(5, own, at -> own.tell(() -> world.events.after(0, later -> story.add(later + " world"))));
        runUntil(SECOND, Workers.NONE);
        assertThat(story).containsExactly("6 2 meanwhile", (5 + LOOKAHEAD) + " world");
    }

    @Test
    void whoLooksAtOthersSeesThemWhenAllHaveDoneTheirPartAndTellsOfItWithTheRest() {
        List<String> done = new ArrayList<>();
        Timeline own = world.node(1).timeline;
        world.events.at(5, own, at -> own.look(() -> say(1, "saw " + done)));
        world.events.at(6, world.node(2).timeline, at -> {
            done.add("what came later");
            say(2, "did it");
        });
        runUntil(SECOND, LAST_FIRST);
        assertThat(story).containsExactly("5 1 saw [what came later]", "6 2 did it");
    }

    @Test
    void whatBreaksIsToldInItsTurnWhoeverFindsItFirst() {
        at(5, 1, "before");
        world.events.at(6, world.node(2).timeline, at -> {
            throw new InvariantError("broken at " + at);
        });
        world.events.at(8, world.node(3).timeline, at -> {
            throw new InvariantError("broken at " + at);
        });
        assertThatThrownBy(() -> runUntil(SECOND, LAST_FIRST)).hasMessage("broken at 6");
        assertThat(story).containsExactly("5 1 before");
    }

    // ------------------------------------------------------------------ ticks

    private void growLarge() {
        world = new World(SwarmOptions.calm(World.LARGE_NODES_MIN), 1, EngineConfig.DEFAULT);
    }

    private void say(int node, String word, String lastWord) {
        say(node, word);
        world.node(node).timeline.atMomentEnd(at -> say(node, lastWord));
    }

    @Test
    void inALargeWorldWhatHasComeSinceTheLastTickIsOneTurn() {
        growLarge();
        at(8, 2, "meanwhile");
        for (String word : List.of("one", "two")) {
            world.events.at(5, world.node(1).timeline, at -> say(1, word, "end of the turn"));
        }
        at(World.TICK_NANOS + 1, 1, "later");
        runUntil(SECOND, LAST_FIRST);
        assertThat(story)
                .containsExactly(
                        World.TICK_NANOS + " 1 one",
                        World.TICK_NANOS + " 1 two",
                        World.TICK_NANOS + " 1 end of the turn",
                        World.TICK_NANOS + " 2 meanwhile",
                        2 * World.TICK_NANOS + " 1 later");
    }

    @Test
    void inALargeWorldWhatANodeSendsInATickArrivesInTheNextAtTheSoonest() {
        growLarge();
        Timeline own = world.node(1).timeline;
        world.events.at(5, own, at -> own.at(at + 1, world.node(2).timeline, later -> say(2, "read")));
        at(6, 3, "meanwhile");
        runUntil(SECOND, Workers.NONE);
        assertThat(story).containsExactly(World.TICK_NANOS + " 3 meanwhile", 2 * World.TICK_NANOS + " 2 read");
    }
}
