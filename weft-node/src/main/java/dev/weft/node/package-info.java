/**
 * A node in this process: the loop that drives one engine, callbacks, identity files. Implements the API.
 */
@NullMarked
package dev.weft.node;

import org.jspecify.annotations.NullMarked;
