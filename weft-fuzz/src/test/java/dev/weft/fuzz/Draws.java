package dev.weft.fuzz;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns a fuzzer's bytes into decisions, in the order of the bytes, so that an input whose beginning is kept acts alike
 * at its beginning. Where they have run out everything is 0.
 */
final class Draws {
    private static final int SCRIPT_COUNT = 24;
    private static final int SCRIPT_BYTES = 480;

    private final byte[] input;
    private int at;

    Draws(byte[] input) {
        this.input = input;
    }

    /** Inputs to begin with. A fuzzer goes to long ones slowly by itself, and most of what engines do takes long ones. */
    static Stream<byte[]> scripts() {
        return IntStream.range(0, SCRIPT_COUNT).mapToObj(seed -> {
            Prng prng = new Prng(seed);
            byte[] script = new byte[SCRIPT_BYTES];
            for (int i = 0; i < script.length; i++) {
                script[i] = (byte) prng.nextLong();
            }
            return script;
        });
    }

    boolean hasMore() {
        return at < input.length;
    }

    int u8() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    /** From 0 to {@code bound - 1}, which is below 256. */
    int below(int bound) {
        return u8() % bound;
    }

    boolean chance() {
        return (u8() & 1) == 1;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(u8() % choices.size());
    }

    /** Not negative: mostly small, or where small numbers end, or where all do. */
    long number() {
        int form = u8();
        return switch (form & 7) {
            case 0, 1, 2, 3 -> form >>> 3;
            case 4 -> u8() << 8 | u8();
            case 5 -> Long.MAX_VALUE - u8();
            case 6 -> Math.max(0, (1L << u8() % 63) - 1 + (form >>> 3 & 3));
            default -> u64() & Long.MAX_VALUE;
        };
    }

    long u64() {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    int within(int min, int max) {
        return (int) (min + number() % (max - min + 1L));
    }

    NodeId nodeId(List<NodeId> usual) {
        int choice = u8();
        return choice < 224 ? usual.get(choice % usual.size()) : new NodeId(u64(), u64());
    }

    ByteView bytes() {
        int length = u8();
        byte[] bytes = Arrays.copyOfRange(input, Math.min(at, input.length), Math.min(at + length, input.length));
        at += bytes.length;
        return ByteView.of(bytes);
    }

    /** Bytes that cost the input next to nothing. */
    ByteView block(int bytesMax) {
        byte[] bytes = new byte[within(0, bytesMax)];
        Arrays.fill(bytes, (byte) u8());
        return ByteView.of(bytes);
    }

    ByteView damaged(ByteView frame) {
        byte[] bytes = frame.toByteArray();
        for (int left = 1 + below(3); left > 0 && bytes.length > 0; left--) {
            bytes[(u8() << 8 | u8()) % bytes.length] ^= (byte) (1 + below(255));
        }
        return ByteView.of(chance() ? bytes : Arrays.copyOf(bytes, bytes.length - bytes.length / (1 + below(16))));
    }
}
