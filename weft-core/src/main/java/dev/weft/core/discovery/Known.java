package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one node without regard to links: where it may be reached, and when it was last heard of. Changed
 * by {@link PeerBook} alone.
 */
final class Known {
    static final int LOCATORS_MAX = 16;

    /** Where only beacons that anybody can send lead to. */
    static final int CANDIDATES_MAX = 4;

    final NodeId node;
    List<Locator> locators = List.of();
    /** Where nobody vouches for: dialled after the others and seldom, told to nobody; the latest heard of first. */
    List<Locator> candidates = List.of();

    long incarnation;
    /** The latest life that only such beacons tell of. */
    long claimedIncarnation;

    long heardNanos;
    /** Whether it stands where it belongs in the order of silence, or rightly in none. */
    boolean isIndexed;

    /** The order that it stands in, and its place there; kept by {@link Silences} alone. */
    @Nullable
    Silences silences;

    int silencesPlace;
    Source source;

    /** How a node came to be known; a better source does not expire. */
    enum Source {
        /** Nobody vouches for it. */
        OPEN_BEACON("beacon"),
        BEACON("beacon"),
        EXCHANGE("exchange"),
        REMEMBERED("remembered"),
        HOST_DIRECTORY("host directory");

        final String words;

        Source(String words) {
            this.words = words;
        }
    }

    Known(NodeId node, Source source, long nowNanos) {
        this.node = node;
        this.source = source;
        this.heardNanos = nowNanos;
    }

    /** Whether nothing but beacons tells of it. */
    boolean isOfBeaconsAlone() {
        return source == Source.OPEN_BEACON || source == Source.BEACON;
    }

    void claim(List<Locator> more) {
        List<Locator> all = new ArrayList<>(candidates);
        for (Locator locator : more) {
            all.remove(locator);
            if (!locators.contains(locator)) {
                all.add(0, locator);
            }
        }
        candidates = List.copyOf(all.subList(0, Math.min(all.size(), CANDIDATES_MAX)));
    }

    /** The locator comes first from now on: it has worked. */
    void worked(Locator locator) {
        List<Locator> all = new ArrayList<>(locators);
        all.remove(locator);
        all.add(0, locator);
        locators = List.copyOf(all.subList(0, Math.min(all.size(), LOCATORS_MAX)));
        dropVouchedFor(List.of(locator));
    }

    void add(List<Locator> more) {
        dropVouchedFor(more);
        if (locators.containsAll(more)) {
            return;
        }
        List<Locator> all = new ArrayList<>(locators);
        for (Locator locator : more) {
            if (!all.contains(locator)) {
                if (all.size() == LOCATORS_MAX) {
                    all.remove(LOCATORS_MAX - 1);
                }
                all.add(locator);
            }
        }
        // Mostly all that is known is what the node says of itself, and one list is enough.
        locators = all.equals(more) ? List.copyOf(more) : List.copyOf(all);
    }

    private void dropVouchedFor(List<Locator> vouchedFor) {
        if (!candidates.isEmpty()) {
            List<Locator> left = new ArrayList<>(candidates);
            left.removeAll(vouchedFor);
            candidates = List.copyOf(left);
        }
    }
}
