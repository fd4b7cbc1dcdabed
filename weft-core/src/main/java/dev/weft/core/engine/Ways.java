package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Routing;
import dev.weft.core.flow.Paths;
import dev.weft.core.forward.Path;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ways to one node under one routing, as far as {@link Router} has looked for them, and whether those that an
 * earlier graph had are still good in the next one.
 */
final class Ways {
    /** How long what was searched may stand though something better may have come. */
    static final long SEARCH_AGAIN_NANOS = 30_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE / 2;

    record Wanted(NodeId destination, Routing routing) {}

    final Wanted wanted;
    long sentNanos = NEVER;

    /** Whether its alternate is known, or is waited for, in the present graph. */
    boolean isSeenTo;

    /** What was asked for in particular; of the best ways the alternate. */
    final EnumMap<Paths.Choice, Optional<Route>> found = new EnumMap<>(Paths.Choice.class);

    @Nullable
    List<Route> pair;

    /** When the alternate or the pair was searched. */
    long searchedNanos = NEVER;

    /** What is taken of it now. */
    final EnumMap<Paths.Choice, Optional<Path>> taken = new EnumMap<>(Paths.Choice.class);

    Ways(Wanted wanted) {
        this.wanted = wanted;
    }

    void forgetPaths() {
        taken.clear();
    }

    /**
     * Takes into the next graph what is as good there: two ways that share no node, neither dearer than it was. All
     * else is forgotten.
     *
     * @return whether nothing need be searched again
     */
    boolean carryOver(Routes next, long nowNanos) {
        boolean stays = isSeenTo && nowNanos - searchedNanos < SEARCH_AGAIN_NANOS && isAsGoodIn(next);
        if (!stays) {
            isSeenTo = false;
            found.clear();
            pair = null;
        }
        return stays;
    }

    private boolean isAsGoodIn(Routes next) {
        return switch (wanted.routing().mode()) {
            case BEST -> wanted.routing().nodes().isEmpty() && isAlternateAsGoodIn(next);
            case TWO_AT_ONCE ->
                pair != null
                        && pair.size() == 2
                        && pair.stream().allMatch(next::holdsAsCheap)
                        && pair.get(0).sharesOnlyEndsWith(pair.get(1));
            case PINNED -> true;
        };
    }

    private boolean isAlternateAsGoodIn(Routes next) {
        Optional<Route> alternate = found.getOrDefault(Paths.Choice.ALTERNATE, Optional.empty());
        Optional<Route> primary = next.primary(wanted.destination());
        return alternate.isPresent()
                && primary.isPresent()
                && next.holdsAsCheap(alternate.get())
                && primary.get().sharesOnlyEndsWith(alternate.get());
    }
}
