package dev.weft.sim;

import dev.weft.core.base.Shrinking;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for a smaller run that breaks the same invariant: shorter, with fewer nodes, with kinds of faults left out one
 * by one, with less load. Bounded in tries and by whoever waits; deterministic but for the latter.
 */
public final class Shrinker {
    /** Asked while candidates run; the present one is given up where time is over. */
    public interface Patience {
        boolean isOver();
    }

    private static final long SECOND = 1_000_000_000L;
    private static final List<Integer> LOADS = List.of(5, 25, 50);

    private Shrinker() {}

    /**
     * The smallest plan that was found to break what the failing one has broken; the same where there is none.
     *
     * @param report of the failing plan
     * @param triesMax how many candidates are run
     */
    public static Simulation.Plan smallest(Simulation.Plan failing, RunReport report, int triesMax, Patience patience) {
        return smallest(failing, report.brokenInvariant(), triesMax, patience, Simulation::run);
    }

    /** How a candidate is run. */
    interface Runner {
        RunReport run(Simulation.Plan plan, Simulation.Progress progress);
    }

    static Simulation.Plan smallest(
            Simulation.Plan failing, String invariant, int triesMax, Patience patience, Runner runner) {
        Simulation.Progress progress = (virtual, events) -> {
            if (patience.isOver()) {
                throw new PatienceLost();
            }
        };
        return Shrinking.smallest(
                failing,
                Shrinker::smaller,
                plan -> {
                    try {
                        return !patience.isOver()
                                && runner.run(plan, progress).brokenInvariant().equals(invariant);
                    } catch (PatienceLost over) {
                        return false;
                    }
                },
                triesMax);
    }

    /** What makes the rest cheaper to try comes first. */
    private static List<Simulation.Plan> smaller(Simulation.Plan plan) {
        List<Simulation.Plan> all = new ArrayList<>();
        Shrinking.lesser(plan.forNanos() / SECOND, 1).forEach(seconds -> all.add(plan.withForNanos(seconds * SECOND)));
        Shrinking.lesser(plan.nodes(), 2).forEach(nodes -> all.add(plan.withNodes(nodes.intValue())));
        if (plan.faults() != Simulation.FaultLevel.NONE) {
            for (Mishap mishap : Mishap.values()) {
                if (!plan.reduction().without().contains(mishap)) {
                    all.add(plan.withReduction(plan.reduction().andWithout(mishap)));
                }
            }
        }
        for (int load : LOADS) {
            if (load < plan.reduction().loadPercent()) {
                all.add(plan.withReduction(plan.reduction().withLoadPercent(load)));
            }
        }
        return all;
    }

    /** Ends a run from within. */
    private static final class PatienceLost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
