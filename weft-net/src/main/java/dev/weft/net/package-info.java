/**
 * Everything that touches a network: stream transports over Netty, beacons, the host directory. No type of Netty
 * leaves this package.
 */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
