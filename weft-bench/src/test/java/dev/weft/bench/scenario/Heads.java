package dev.weft.bench.scenario;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The first bytes of every message: its number, and whether its sender wants to hear how many have come. */
final class Heads {
    static final int BYTES_MIN = 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long ANSWER_WANTED = Long.MIN_VALUE;

    private Heads() {}

    static byte[] message(int bytes, long number) {
        byte[] message = new byte[bytes];
        LONGS.set(message, 0, number);
        return message;
    }

    static byte[] asking(int bytes, long number) {
        return message(bytes, number | ANSWER_WANTED);
    }

    static byte[] answer(int target, long taken) {
        byte[] message = message(BYTES_MIN, taken);
        LONGS.set(message, Long.BYTES, (long) target);
        return message;
    }

    static long number(byte[] message) {
        return (long) LONGS.get(message, 0) & ~ANSWER_WANTED;
    }

    static boolean wantsAnswer(byte[] message) {
        return (long) LONGS.get(message, 0) < 0;
    }

    static int target(byte[] answer) {
        return (int) (long) LONGS.get(answer, Long.BYTES);
    }
}
