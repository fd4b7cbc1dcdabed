package dev.weft;

import java.time.Duration;
import java.util.Optional;

/**
 * One node on a probed way.
 *
 * @param node the node
 * @param hops its distance in links
 * @param roundTrip from this node to it and back; empty when no answer came
 */
public record Probed(NodeId node, int hops, Optional<Duration> roundTrip) {}
