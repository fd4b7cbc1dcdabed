package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.wire.RouteHeader;

/**
 * How a frame came to its destination, which is also a way back to its origin.
 *
 * @param neighbor the last node before this one
 * @param route the header as it arrived
 */
public record Arrival(NodeId neighbor, RouteHeader route) {}
