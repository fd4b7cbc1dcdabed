/**
 * Who belongs to a mesh by the word of its authority, and what each may do: credentials, revocations, policies. The
 * cryptography is behind {@link dev.weft.core.authority.Notary}. May import {@code base} and {@code wire}.
 */
@NullMarked
package dev.weft.core.authority;

import org.jspecify.annotations.NullMarked;
