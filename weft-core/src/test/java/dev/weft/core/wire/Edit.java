package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Prng;
import java.util.Arrays;
import java.util.List;

/**
 * What may have befallen bytes when they arrive: something overwritten, lost, said twice, put in between. A list of these
 * that breaks a decoder is cut down to those that do it.
 */
record Edit(Kind kind, int at, int length, int value) {
    enum Kind {
        OVERWRITE,
        REMOVE,
        REPEAT,
        INSERT
    }

    private static final int EDITS_MAX = 8;
    private static final int LENGTH_MAX = 12;

    static List<Edit> drawn(Prng prng) {
        return Cases.list(
                prng,
                EDITS_MAX,
                draws -> new Edit(
                        Kind.values()[draws.below(Kind.values().length)],
                        draws.below(1 << 16),
                        1 + draws.below(LENGTH_MAX),
                        draws.below(256)));
    }

    static ByteView applied(List<Edit> edits, ByteView bytes) {
        byte[] present = bytes.toByteArray();
        for (Edit edit : edits) {
            present = edit.applied(present);
        }
        return ByteView.of(present);
    }

    private byte[] applied(byte[] bytes) {
        int from = bytes.length == 0 ? 0 : at % bytes.length;
        int to = Math.min(bytes.length, from + length);
        byte[] filling = new byte[length];
        Arrays.fill(filling, (byte) value);
        return switch (kind) {
            case OVERWRITE -> joined(bytes, from, Arrays.copyOf(filling, to - from), to);
            case REMOVE -> joined(bytes, from, new byte[0], to);
            case REPEAT -> joined(bytes, to, Arrays.copyOfRange(bytes, from, to), to);
            case INSERT -> joined(bytes, from, filling, from);
        };
    }

    /** All up to {@code end}, then {@code middle}, then all from {@code begin} on. */
    private static byte[] joined(byte[] bytes, int end, byte[] middle, int begin) {
        return new WireWriter()
                .bytes(ByteView.of(Arrays.copyOf(bytes, end)))
                .bytes(ByteView.of(middle))
                .bytes(ByteView.of(Arrays.copyOfRange(bytes, begin, bytes.length)))
                .view()
                .toByteArray();
    }
}
