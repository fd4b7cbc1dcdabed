package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReassemblyTest {
    private static Data piece(ByteView message, int index, int count, int from, int bytes) {
        return Data.piece(
                FlowRef.established(1), 100 + index, 0, index, count, message.length(), message.slice(from, bytes));
    }

    @Test
    void fragmentsOfAnySizesInAnyOrderAndMoreThanOnceMakeTheMessage() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            byte[] bytes = new byte[(int) prng.between(2, 300_000)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) prng.between(0, 255);
            }
            ByteView message = ByteView.of(bytes);
            int count = (int) prng.between(2, Math.min(16 + bytes.length / 256, Math.min(40, bytes.length)));
            List<Data> pieces = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < count; i++) {
                int left = bytes.length - from - (count - 1 - i);
                int size = i == count - 1 ? bytes.length - from : (int) prng.between(1, Math.min(left, 20_000));
                pieces.add(piece(message, i, count, from, size));
                from += size;
            }
            for (int swaps = (int) prng.between(0, 2L * count); swaps > 0; swaps--) {
                int a = (int) prng.between(0, count - 1);
                int b = (int) prng.between(0, count - 1);
                Data moved = pieces.get(a);
                pieces.set(a, pieces.get(b));
                pieces.set(b, moved);
            }
            Reassembly reassembly = new Reassembly(count, bytes.length, 0);
            for (int i = 0; i < count; i++) {
                assertThat(reassembly.missingBytes()).as("seed %d", seed).isPositive();
                Reassembly.State state = reassembly.add(pieces.get(i), i);
                assertThat(state)
                        .as("seed %d, fragment %d of %d", seed, i, count)
                        .isEqualTo(i < count - 1 ? Reassembly.State.INCOMPLETE : Reassembly.State.COMPLETE);
                if (i < count - 1) {
                    Data again = pieces.get((int) prng.between(0, i));
                    assertThat(reassembly.add(again, i)).isEqualTo(Reassembly.State.INCOMPLETE);
                }
            }
            assertThat(reassembly.missingBytes()).isZero();
            assertThat(reassembly.message()).as("seed %d", seed).containsExactly(message);
        }
    }

    @Test
    void fragmentsThatTogetherAreMoreOrLessThanWasSaidAreNoMessage() {
        ByteView bytes = ByteView.of(new byte[100]);
        Reassembly tooMuch = new Reassembly(3, 100, 0);
        assertThat(tooMuch.add(piece(bytes, 1, 3, 0, 60), 0)).isEqualTo(Reassembly.State.INCOMPLETE);
        assertThat(tooMuch.add(piece(bytes, 0, 3, 0, 60), 0)).isEqualTo(Reassembly.State.CONTRADICTION);
        Reassembly tooLittle = new Reassembly(2, 100, 0);
        assertThat(tooLittle.add(piece(bytes, 0, 2, 0, 10), 0)).isEqualTo(Reassembly.State.INCOMPLETE);
        assertThat(tooLittle.add(piece(bytes, 1, 2, 0, 10), 0)).isEqualTo(Reassembly.State.CONTRADICTION);
        assertThat(new Reassembly(2, 100, 0).add(piece(bytes, 0, 3, 0, 10), 0))
                .isEqualTo(Reassembly.State.CONTRADICTION);
    }

    @Test
    void aSizeThatIsSaidTakesNoMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Data first = Data.piece(FlowRef.established(1), 100, 0, 0, 1_000, 16 << 20, ByteView.of(new byte[10]));
        long before = threads.getCurrentThreadAllocatedBytes();
        Reassembly reassembly = new Reassembly(1_000, 16 << 20, 0);
        assertThat(reassembly.add(first, 0)).isEqualTo(Reassembly.State.INCOMPLETE);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }
}
