/**
 * Links through memory that two processes of one host and one user share: two rings of bytes in a mapped file, a Unix
 * socket to agree on it, to wake each other and to learn of the other's death. Uses {@code dev.weft.net} through its
 * public types only.
 */
@NullMarked
package dev.weft.net.shm;

import org.jspecify.annotations.NullMarked;
