/**
 * Checks, randomness, deadlines, byte views: what every other package leans on and what decides nothing itself.
 * May import nothing of the core.
 */
@NullMarked
package dev.weft.core.base;

import org.jspecify.annotations.NullMarked;
