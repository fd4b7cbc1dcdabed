/**
 * What applications see of Weft. Depends on the JDK alone.
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
