/**
 * Thousands of engines in one JVM on one virtual clock, with faults, invariants and seeds. Sees the core alone: no
 * network, no threads, no wall clock.
 */
@NullMarked
package dev.weft.sim;

import org.jspecify.annotations.NullMarked;
