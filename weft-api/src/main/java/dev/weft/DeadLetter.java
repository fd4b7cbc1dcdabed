package dev.weft;

import java.time.Instant;

/**
 * A message that did not reach its target.
 *
 * @param ticket the number of its ticket
 * @param at when its fate was known
 * @param destination the node it was for
 * @param endpoint the endpoint it was for
 * @param outcome what became of it
 * @param payload its bytes, at most the first 64 KiB
 */
public record DeadLetter(
        long ticket, Instant at, NodeId destination, String endpoint, Outcome outcome, byte[] payload) {}
