package dev.weft;

/**
 * A message that has come to a membership.
 *
 * @param from the node that sent it
 * @param payload its bytes; the receiver's to keep and change
 * @param hops how many links it crossed; 0 where this node has sent it
 * @param missed at least how many messages of that sender before it, sent in order, were given up for this member: 0 unless
 *     something is lost
 */
public record GroupMessage(NodeId from, byte[] payload, int hops, long missed) {}
