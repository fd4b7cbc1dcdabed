package dev.weft.core.link;

import dev.weft.core.wire.Push;

/**
 * What each Ping says of flooding.
 *
 * @param lsdbHash of the sender's link-state database
 * @param push how the sender wants to hear news from who gets the Ping
 */
public record Spreading(long lsdbHash, Push push) {}
