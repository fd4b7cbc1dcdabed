/** Fuzzing of what only this package sees: the files that a node reads at its start. */
@NullMarked
package dev.weft.node;

import org.jspecify.annotations.NullMarked;
