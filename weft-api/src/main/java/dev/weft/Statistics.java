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
        List<LinkStatus> links) {
    /** Of all links that are up together; of those that are gone nothing is in it. */
    public record LinkSums(
            long framesIn,
            long framesOut,
            long bytesIn,
            long bytesOut,
            int queuedFrames,
            long dropped,
            LinkStatus.Rates rates) {
        static final LinkSums NONE = new LinkSums(0, 0, 0, 0, 0, 0, LinkStatus.Rates.NONE);

        private LinkSums plus(LinkStatus link) {
            return new LinkSums(
                    framesIn + link.framesIn(),
                    framesOut + link.framesOut(),
                    bytesIn + link.bytesIn(),
                    bytesOut + link.bytesOut(),
                    queuedFrames + link.queuedFrames(),
                    dropped + link.dropped(),
                    rates.plus(link.rates()));
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
