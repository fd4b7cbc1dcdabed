package dev.weft;

import java.time.Duration;

/**
 * One link of this node.
 *
 * @param peer the node at the other end
 * @param locator the address it is reached at
 * @param roundTrip smoothed (RFC 6298)
 * @param roundTripMin the smallest seen lately
 * @param roundTripVariation mean deviation (RFC 6298)
 * @param clockOffset the other's wall clock minus ours (RFC 5905)
 * @param framesIn frames received
 * @param framesOut frames sent
 * @param bytesIn bytes received
 * @param bytesOut bytes sent
 * @param queuedFrames frames that wait to be sent
 * @param dropped frames dropped because the queue was full
 */
public record LinkStatus(
        NodeId peer,
        Locator locator,
        Duration roundTrip,
        Duration roundTripMin,
        Duration roundTripVariation,
        Duration clockOffset,
        long framesIn,
        long framesOut,
        long bytesIn,
        long bytesOut,
        int queuedFrames,
        long dropped) {}
