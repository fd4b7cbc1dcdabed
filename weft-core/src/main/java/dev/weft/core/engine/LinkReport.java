package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.link.LinkStatistics;
import java.util.Optional;

/** One link as it is now; times in nanoseconds, 0 before the first heartbeat was answered. */
public record LinkReport(
        NodeId peer,
        Optional<Locator> locator,
        long roundTripNanos,
        long roundTripMinNanos,
        long roundTripVariationNanos,
        long clockOffsetNanos,
        long clockDriftPartsPerBillion,
        LinkStatistics.Snapshot figures) {}
