/**
 * The cryptography of a node: its key and certificate, the proofs that it is a member of a mesh, sealed beacons. No
 * sockets. May import {@code core} and {@code api}.
 */
@NullMarked
package dev.weft.net.secure;

import org.jspecify.annotations.NullMarked;
