package dev.weft.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is run for many seeds, with a {@link SimTestSeeds.Run} as its argument: first for those of
 * {@code seeds.txt}, each of which has failed once, then for 1 to {@link #seeds}. {@code -Dsim.seed=S} runs one alone,
 * with {@code -Dsim.nodes} and {@code -Dsim.seconds} where they differ from the annotation's.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimTestSeeds.class)
@interface SimTest {
    int seeds();

    int nodes() default 30;

    /** Of virtual time, while faults last. */
    int seconds() default 20;
}
