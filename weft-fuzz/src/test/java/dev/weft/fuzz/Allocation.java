package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** That reading costs memory in proportion to what came in, not to what it claims. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Room for tables of a fixed size. */
    private static final long FLAT_BYTES = 256 << 10;

    /** A text of one byte, the dearest thing there is for its size, takes a decoder and two buffers. */
    private static final long BYTES_PER_BYTE = 512;

    private Allocation() {}

    /** @param reading has run on the same input before, so that no class is loaded within */
    static void check(int inputBytes, Runnable reading) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        reading.run();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as("bytes allocated to read %d bytes", inputBytes)
                .isLessThan(FLAT_BYTES + BYTES_PER_BYTE * inputBytes);
    }
}
