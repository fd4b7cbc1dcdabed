/**
 * What passes over relays, sealed from end to end: associations between two lives of two nodes, their keys' lifetimes,
 * what is refused. The cryptography itself is behind {@link dev.weft.core.seal.Sealer}. May import the packages from
 * {@code base} to {@code forward}.
 */
@NullMarked
package dev.weft.core.seal;

import org.jspecify.annotations.NullMarked;
