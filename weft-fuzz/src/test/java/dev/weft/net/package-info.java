/** Fuzzing of what lies between a stream and its frames; here, for it is nobody else's business. */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
