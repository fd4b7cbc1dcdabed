package dev.weft;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Counters of a node since it joined. At any moment {@code sent} equals the sum of {@code outcomes} plus
 * {@code inFlight}; and {@code received} and {@code refused} are the sums over {@code endpoints}, and
 * {@code elsewhere}.
 *
 * @param sent messages handed over to be sent
 * @param inFlight of these, those without an outcome yet
 * @param outcomes of these, the settled ones by kind; every kind is present
 * @param received messages that endpoints of this node have taken
 * @param refused messages for this node that were refused
 * @param forwarded frames passed on for others
 * @param counters everything else that is counted, by stable names
 * @param links the links that are up
 * @param endpoints the endpoints that are open, by name
 * @param elsewhere what came to endpoints that are closed now, and to names of which there was no endpoint
 */
public record Statistics(
        long sent,
        long inFlight,
        Map<Outcome.Kind, Long> outcomes,
        long received,
        long refused,
        long forwarded,
        Map<String, Long> counters,
        List<LinkStatus> links,
        List<EndpointStatus> endpoints,
        Elsewhere elsewhere) {
    /** Messages for no endpoint that is open now. */
    public record Elsewhere(long received, long refused) {
        public static final Elsewhere NONE = new Elsewhere(0, 0);
    }

    /** Of all links that are up together; of those that are gone nothing is in it. */
    public record LinkSums(
            long framesIn,
            long framesOut,
            long bytesIn,
            long bytesOut,
            int queuedFrames,
            Map<LinkStatus.Drop, Long> drops,
            LinkStatus.Rates rates) {
        static final LinkSums NONE =
                new LinkSums(0, 0, 0, 0, 0, new EnumMap<>(LinkStatus.Drop.class), LinkStatus.Rates.NONE);

        /** Frames dropped for whatever reason. */
        public long dropped() {
            return drops.values().stream().mapToLong(Long::longValue).sum();
        }

        private LinkSums plus(LinkStatus link) {
            return new LinkSums(
                    framesIn + link.framesIn(),
                    framesOut + link.framesOut(),
                    bytesIn + link.bytesIn(),
                    bytesOut + link.bytesOut(),
                    queuedFrames + link.queuedFrames(),
                    sum(link.drops()),
                    rates.plus(link.rates()));
        }

        private Map<LinkStatus.Drop, Long> sum(Map<LinkStatus.Drop, Long> more) {
            EnumMap<LinkStatus.Drop, Long> sums = new EnumMap<>(LinkStatus.Drop.class);
            more.forEach((reason, count) -> sums.put(reason, count + drops.getOrDefault(reason, 0L)));
            return sums;
        }
    }

    public LinkSums linkSums() {
        LinkSums sums = LinkSums.NONE;
        for (LinkStatus link : links) {
            sums = sums.plus(link);
        }
        return sums;
    }
}
