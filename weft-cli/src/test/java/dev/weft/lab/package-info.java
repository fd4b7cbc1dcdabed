/**
 * Nodes in processes of their own, on this host and on hosts made of network namespaces: what tests and measurements
 * start, steer, kill and read. Uses the public API and the {@code weft} command alone.
 */
@NullMarked
package dev.weft.lab;

import org.jspecify.annotations.NullMarked;
