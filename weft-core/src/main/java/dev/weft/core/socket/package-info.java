/**
 * What an application receives: endpoints by name, and the ledger of everything sent. May import the packages from
 * {@code base} to {@code flow}.
 */
@NullMarked
package dev.weft.core.socket;

import org.jspecify.annotations.NullMarked;
