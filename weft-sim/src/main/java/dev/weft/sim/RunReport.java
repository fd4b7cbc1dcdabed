package dev.weft.sim;

import dev.weft.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param seed what it grew from
 * @param options what was drawn
 * @param virtualNanos how long it lasted on its own clock
 * @param events how many events happened
 * @param outcomes messages by outcome, those whose sender died as {@code orphaned}; connections begun, and those
 *     that went their whole way
 * @param copies messages for many, by member and outcome
 * @param faults what really went wrong
 * @param mesh what membership cost: {@code convergedMillis} when every node first knew all and the same, -1 where never;
 *     {@code controlBytesPerNode} of link frames sent, and of these {@code joinBytesPerNode} until then;
 *     {@code lsdbBytesPerNode} and {@code routeComputationsPerNode} at the end
 * @param traceHash equal for equal runs
 * @param violations what should never have happened
 * @param lastEvents before the end
 * @param dot the topology at the end, for Graphviz
 */
public record RunReport(
        long seed,
        Map<String, Object> options,
        long virtualNanos,
        long events,
        Map<String, Long> outcomes,
        Map<String, Long> copies,
        Map<String, Long> faults,
        Map<String, Long> mesh,
        String traceHash,
        List<String> violations,
        List<String> lastEvents,
        String dot) {
    public boolean isGood() {
        return violations.isEmpty();
    }

    /** The name of the invariant that was broken first; empty where none was. */
    public String brokenInvariant() {
        return violations.isEmpty() ? "" : violations.get(0).replaceFirst("(?s)^'(.*?)' does not hold.*", "$1");
    }

    static RunReport of(long seed, World world, String dot) {
        Map<String, Long> outcomes = new LinkedHashMap<>();
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            outcomes.put(kind.name().toLowerCase(Locale.ROOT), world.journal.outcomes(kind));
        }
        outcomes.put("orphaned", world.journal.orphaned());
        outcomes.put("sessions", (long) world.sessions.size());
        outcomes.put("sessionsCompleted", world.sessions.completed());
        Map<String, Long> faults = new LinkedHashMap<>();
        faults.put("heckled", world.counts.heckled);
        faults.put("lost", world.counts.lost);
        faults.put("duplicated", world.counts.duplicated);
        faults.put("reordered", world.counts.reordered);
        faults.put("heldUp", world.counts.heldUp);
        faults.put("cut", world.counts.cut);
        faults.put("crashes", world.counts.crashes);
        faults.put("restarts", world.counts.restarts);
        faults.put("pauses", world.counts.pauses);
        faults.put("endpointsClosed", world.counts.endpointsClosed);
        faults.put("inboxesFull", world.counts.inboxesFull);
        faults.put("membershipsChanged", world.counts.membershipsChanged);
        faults.put("partitions", world.counts.partitions);
        faults.put("oneWayCuts", world.counts.oneWayCuts);
        faults.put("castsHeard", world.counts.castsHeard);
        faults.put("castsLost", world.counts.castsLost);
        return new RunReport(
                seed,
                world.options.described(),
                world.events.nowNanos(),
                world.events.happenedCount(),
                outcomes,
                world.groups.described(),
                faults,
                world.traffic.described(world),
                world.traceHash(),
                world.violations.all().stream().map(Object::toString).toList(),
                world.lastEvents(),
                dot);
    }
}
