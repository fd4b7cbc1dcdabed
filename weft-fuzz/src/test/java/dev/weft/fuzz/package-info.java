/**
 * Fuzzing: whatever bytes a peer sends, a decoder says that they are malformed or reads what it would write itself,
 * and an engine keeps its books, its bounds and its word.
 */
@NullMarked
package dev.weft.fuzz;

import org.jspecify.annotations.NullMarked;
