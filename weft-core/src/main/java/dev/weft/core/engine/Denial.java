package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.link.Link;

/**
 * Something that the authority of the mesh has given one of two nodes no right to.
 *
 * @param node the other one
 * @param side who refused it to whom: this node to the other, or the other to this one
 */
public record Denial(long atNanos, NodeId node, Link.Side side, String text) {}
