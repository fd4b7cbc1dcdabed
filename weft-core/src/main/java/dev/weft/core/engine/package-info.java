/**
 * {@link dev.weft.core.engine.Engine}: composes everything, the only door from outside. May import every package of
 * the core.
 */
@NullMarked
package dev.weft.core.engine;

import org.jspecify.annotations.NullMarked;
