package dev.weft.core.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Checks a property over lists that are drawn from seeds. A list that fails is cut down with {@link Shrinking}; the
 * error names the seed and shows what is left.
 */
public final class Cases {
    private static final int TRIES_MAX = 2_000;

    private Cases() {}

    /**
     * @param drawn a list for each seed
     * @param property throws where it does not hold; run again and again, so it must leave nothing behind
     */
    public static <T> void check(long firstSeed, int seeds, Function<Prng, List<T>> drawn, Consumer<List<T>> property) {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            List<T> items = drawn.apply(new Prng(seed));
            if (failure(property, items).isEmpty()) {
                continue;
            }
            List<T> least = Shrinking.smallest(
                    items, Shrinking::fewer, fewer -> failure(property, fewer).isPresent(), TRIES_MAX);
            Throwable why = failure(property, least).orElseThrow();
            throw new AssertionError(
                    "seed " + seed + ", cut down from " + items.size() + " to " + least.size() + ": " + least + "\n"
                            + why.getMessage(),
                    why);
        }
    }

    /** None to {@code max} of something. */
    public static <T> List<T> list(Prng draws, int max, Function<Prng, T> one) {
        List<T> items = new ArrayList<>();
        for (int i = draws.below(max + 1); i > 0; i--) {
            items.add(one.apply(draws));
        }
        return items;
    }

    private static <T> Optional<Throwable> failure(Consumer<List<T>> property, List<T> items) {
        try {
            property.accept(items);
            return Optional.empty();
        } catch (AssertionError | RuntimeException broken) {
            return Optional.of(broken);
        }
    }
}
