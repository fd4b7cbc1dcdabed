package dev.weft.core.base;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Cuts a case that fails down to a smaller one that fails still, step by step: of the smaller cases that one is given,
 * the first that fails takes its place, until none does. Asked by the simulator and by tests that draw their cases; no
 * state. After the greedy search of QuickCheck and, for lists, the partitions of delta debugging.
 */
public final class Shrinking {
    private Shrinking() {}

    /**
     * The smallest case that was found.
     *
     * @param smaller the cases to try in place of one, the boldest first
     * @param fails whether a case fails still; deterministic
     * @param triesMax how often that is asked altogether
     */
    public static <T> T smallest(
            T failing, Function<? super T, List<T>> smaller, Predicate<? super T> fails, int triesMax) {
        T present = failing;
        int tries = 0;
        boolean foundOne = true;
        while (foundOne) {
            foundOne = false;
            for (T candidate : smaller.apply(present)) {
                if (tries++ >= triesMax) {
                    return present;
                }
                if (fails.test(candidate)) {
                    present = candidate;
                    foundOne = true;
                    break;
                }
            }
        }
        return present;
    }

    /** Lists with less in them: nothing at all, then without each half, each quarter .. at last without each item. */
    public static <T> List<List<T>> fewer(List<T> items) {
        List<List<T>> all = new ArrayList<>();
        for (int taken = items.size(); taken > 0; taken /= 2) {
            for (int from = 0; from < items.size(); from += taken) {
                List<T> rest = new ArrayList<>(items.subList(0, from));
                rest.addAll(items.subList(Math.min(items.size(), from + taken), items.size()));
                all.add(rest);
            }
        }
        return all;
    }

    /** Sizes from the least one up to just below that one, by halves of what lies between. */
    public static List<Long> lesser(long size, long least) {
        List<Long> all = new ArrayList<>();
        for (long less = size - least; less > 0; less /= 2) {
            all.add(size - less);
        }
        return all;
    }
}
