package dev.weft;

/**
 * A message that has arrived.
 *
 * @param from the node that sent it
 * @param payload its bytes; the receiver's to keep and change
 * @param hops how many links it crossed
 */
public record Message(NodeId from, byte[] payload, int hops) {}
