/**
 * What bytes mean: one file per frame with its byte diagram, a bounds-checked reader, a writer, and the limits.
 * May import {@code base} only.
 */
@NullMarked
package dev.weft.core.wire;

import org.jspecify.annotations.NullMarked;
