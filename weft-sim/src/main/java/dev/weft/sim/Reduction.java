package dev.weft.sim;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is taken away from the world of a seed. Immutable.
 *
 * @param without in their order of declaration
 * @param loadPercent of the messages and connections, 1 to 100
 */
public record Reduction(Set<Mishap> without, int loadPercent) {
    public static final Reduction NONE = new Reduction(Collections.emptySet(), 100);

    public Reduction {
        if (loadPercent < 1 || loadPercent > 100) {
            throw new IllegalArgumentException("load=" + loadPercent + " must be from 1 to 100 percent");
        }
        without = Collections.unmodifiableSet(new TreeSet<>(without));
    }

    Reduction andWithout(Mishap mishap) {
        TreeSet<Mishap> more = new TreeSet<>(without);
        more.add(mishap);
        return new Reduction(more, loadPercent);
    }

    Reduction withLoadPercent(int percent) {
        return new Reduction(without, percent);
    }

    /** The world that is left of one. */
    SwarmOptions of(SwarmOptions whole) {
        Faults faults = whole.faults();
        SwarmOptions.Load load = whole.load();
        SwarmOptions.Breakage breakage = whole.breakage();
        boolean isNarrow = !without.contains(Mishap.BANDWIDTH);
        return new SwarmOptions(
                whole.nodes(),
                whole.carrier(),
                new Faults(
                        faults.delayNanos(),
                        unless(Mishap.JITTER, faults.jitterNanos()),
                        (int) unless(Mishap.LOSS, faults.lossPerMillion()),
                        (int) unless(Mishap.DUPLICATION, faults.duplicatePerMillion()),
                        isNarrow ? faults.bitsPerSecond() : Faults.NONE.bitsPerSecond(),
                        isNarrow ? faults.queueBytes() : Faults.NONE.queueBytes()),
                new SwarmOptions.Load(
                        share(load.messagesPerSecond()),
                        share((int) unless(Mishap.SESSIONS, load.sessionsPerMinute())),
                        without.contains(Mishap.LARGE)
                                ? Math.min(200, load.payloadBytesMax())
                                : load.payloadBytesMax()),
                new SwarmOptions.Breakage(
                        (int) unless(Mishap.CRASHES, breakage.crashEverySeconds()),
                        (int) unless(Mishap.PARTITIONS, breakage.partitionEverySeconds()),
                        (int) unless(Mishap.PAUSES, breakage.pauseEverySeconds())),
                (int) unless(Mishap.DRIFT, whole.driftPpmMax()),
                whole.discovery(),
                new SwarmOptions.Others(
                        (int) unless(Mishap.STRANGERS, whole.others().strangers()),
                        (int) unless(Mishap.IMPOSTORS, whole.others().impostors())),
                without.contains(Mishap.SLOWNESS) ? SwarmOptions.Taking.PROMPT : whole.taking());
    }

    private long unless(Mishap mishap, long drawn) {
        return without.contains(mishap) ? 0 : drawn;
    }

    /** Never so little that it is nothing. */
    private int share(int drawn) {
        return drawn == 0 ? 0 : Math.max(1, (int) ((long) drawn * loadPercent / 100));
    }

    /** As on the command line, with a blank before; empty where nothing is taken away. */
    String options() {
        List<String> words = without.stream().map(Mishap::word).toList();
        return (words.isEmpty() ? "" : " --without " + String.join(",", words))
                + (loadPercent == 100 ? "" : " --load " + loadPercent);
    }
}
