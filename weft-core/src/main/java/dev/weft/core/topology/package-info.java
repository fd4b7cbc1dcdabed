/**
 * What the mesh looks like: link-state advertisements, their database, flooding, ageing, link costs and labels, which
 * links to keep. May import the packages from {@code base} to {@code discovery}.
 */
@NullMarked
package dev.weft.core.topology;

import org.jspecify.annotations.NullMarked;
