/**
 * Who exists and how to reach them: the peer book, beacons, who to dial and when, expiry, suspicion. May import the
 * packages from {@code base} to {@code link}.
 */
@NullMarked
package dev.weft.core.discovery;

import org.jspecify.annotations.NullMarked;
