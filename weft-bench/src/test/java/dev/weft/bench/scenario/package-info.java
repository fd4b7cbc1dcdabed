/**
 * Benchmarks of whole processes: {@link dev.weft.bench.scenario.Bench} starts every endpoint of every system as a
 * process of its own, {@link dev.weft.bench.scenario.Worker}, and steers it by lines of text. A system takes part
 * through one {@link dev.weft.bench.scenario.Station}.
 */
@NullMarked
package dev.weft.bench.scenario;

import org.jspecify.annotations.NullMarked;
