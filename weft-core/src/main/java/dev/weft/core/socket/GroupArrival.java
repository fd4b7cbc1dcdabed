package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import java.util.List;

/**
 * Messages of one sender to a group that have come together and are taken, or not, together.
 *
 * @param payloads at least one, in the order in which they were sent
 * @param missedCount how many messages before the first, of this sender and in order, were given up for this member
 * @param secrecy whether they were sealed
 */
public record GroupArrival(
        NodeId from, String group, List<ByteView> payloads, int hops, long missedCount, Secrecy secrecy) {}
