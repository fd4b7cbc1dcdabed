/**
 * Whether a neighbor is there and what it costs: handshake and negotiation, heartbeat, round trip and clock, back-off,
 * which of two links stands, statistics. May import {@code base}, {@code wire} and {@code authority}.
 */
@NullMarked
package dev.weft.core.link;

import org.jspecify.annotations.NullMarked;
