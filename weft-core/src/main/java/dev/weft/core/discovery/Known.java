package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of one node without regard to links: where it may be reached, and when it was last heard of. Changed
 * by {@link PeerBook} alone.
 */
final class Known {
    static final int LOCATORS_MAX = 16;

    /** Where only beacons that anybody can send lead to. */
    static final int CANDIDATES_MAX = 4;

    final NodeId node;
    final List<Locator> locators = new ArrayList<>();
    /** Where nobody vouches for: dialled after the others and seldom, told to nobody; the latest heard of first. */
    final List<Locator> candidates = new ArrayList<>();

    long incarnation;
    /** The latest life that only such beacons tell of. */
    long claimedIncarnation;

    long heardNanos;
    /** Where it stands in the order of silence: as of when it was heard the last time but some. */
    long indexedNanos;

    boolean isIndexed;
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
        for (Locator locator : more) {
            candidates.remove(locator);
            if (!locators.contains(locator)) {
                candidates.add(0, locator);
            }
        }
        while (candidates.size() > CANDIDATES_MAX) {
            candidates.remove(candidates.size() - 1);
        }
    }

    /** The locator comes first from now on: it has worked. */
    void worked(Locator locator) {
        candidates.remove(locator);
        locators.remove(locator);
        locators.add(0, locator);
        while (locators.size() > LOCATORS_MAX) {
            locators.remove(locators.size() - 1);
        }
    }

    void add(List<Locator> more) {
        for (Locator locator : more) {
            candidates.remove(locator);
            if (!locators.contains(locator)) {
                if (locators.size() == LOCATORS_MAX) {
                    locators.remove(LOCATORS_MAX - 1);
                }
                locators.add(locator);
            }
        }
    }
}
