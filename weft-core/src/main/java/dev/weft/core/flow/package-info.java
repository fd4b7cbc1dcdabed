/**
 * What became of a message: sequence numbers, acknowledgement, retransmission, duplicate suppression, fragments,
 * tickets. May import the packages from {@code base} to {@code forward}.
 */
@NullMarked
package dev.weft.core.flow;

import org.jspecify.annotations.NullMarked;
