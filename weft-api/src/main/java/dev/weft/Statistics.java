package dev.weft;

import java.util.List;
import java.util.Map;

/**
 * Counters of a node since it joined. At any moment {@code sent} equals the sum of {@code outcomes} plus
 * {@code inFlight}.
 *
 * @param sent messages handed over to be sent
 * @param inFlight of these, those without an outcome yet
 * @param outcomes of these, the settled ones by kind; every kind is present
 * @param received messages that endpoints of this node have taken
 * @param refused messages for this node that were refused
 * @param forwarded frames passed on for others
 * @param counters everything else that is counted, by stable names
 * @param links the links that are up
 */
public record Statistics(
        long sent,
        long inFlight,
        Map<Outcome.Kind, Long> outcomes,
        long received,
        long refused,
        long forwarded,
        Map<String, Long> counters,
        List<LinkStatus> links) {}
