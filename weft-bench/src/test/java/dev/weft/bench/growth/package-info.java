/** What Weft costs as the work grows: tables and pictures for the docs. */
@NullMarked
package dev.weft.bench.growth;

import org.jspecify.annotations.NullMarked;
