/**
 * The {@code weft} command: one class per subcommand, data in, rows out.
 */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
