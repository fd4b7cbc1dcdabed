/** Benchmarks of single parts of the core, by JMH. May import whatever of the product they drive. */
@NullMarked
package dev.weft.bench.micro;

import org.jspecify.annotations.NullMarked;
