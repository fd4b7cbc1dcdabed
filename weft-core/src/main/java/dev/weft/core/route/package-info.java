/**
 * Which way: shortest paths, alternates, trees and the SPF back-off. Pure functions over an immutable graph. May
 * import the packages from {@code base} to {@code topology}.
 */
@NullMarked
package dev.weft.core.route;

import org.jspecify.annotations.NullMarked;
