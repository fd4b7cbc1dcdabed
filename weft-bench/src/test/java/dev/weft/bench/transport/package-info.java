/** Transports beside each other, without a mesh above them. May use {@code weft-net}. */
@NullMarked
package dev.weft.bench.transport;

import org.jspecify.annotations.NullMarked;
