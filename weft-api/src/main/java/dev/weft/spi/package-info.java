/**
 * What an implementation of Weft registers. Not for applications.
 */
@NullMarked
package dev.weft.spi;

import org.jspecify.annotations.NullMarked;
