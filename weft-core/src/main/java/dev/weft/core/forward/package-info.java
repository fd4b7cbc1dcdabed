/**
 * What goes out next: source-routed forwarding, the queues of each link, route errors. May import the packages from
 * {@code base} to {@code route}.
 */
@NullMarked
package dev.weft.core.forward;

import org.jspecify.annotations.NullMarked;
