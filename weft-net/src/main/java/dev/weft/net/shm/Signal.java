package dev.weft.net.shm;

import dev.weft.core.base.ByteView;
import java.util.Optional;

/**
 * What the two ends say over their socket: one byte, and a text after it where the signal has one.
 *
 * <pre>
 * dialler                      acceptor
 *    | -- JOIN file name --------> |   has made the file; the acceptor maps and deletes it
 *    | <------------------ READY - |   or REFUSED with the reason
 *    | <------------------> BELL - |   wake up, there is something to read or room to write
 * </pre>
 */
enum Signal {
    JOIN(1),
    READY(2),
    REFUSED(3),
    BELL(4);

    private static final int TEXT_BYTES_MAX = 512;

    private final byte code;

    Signal(int code) {
        this.code = (byte) code;
    }

    ByteView frame() {
        return ByteView.of(new byte[] {code});
    }

    ByteView frame(String text) {
        ByteView bytes = ByteView.utf8(text);
        byte[] whole = new byte[1 + bytes.length()];
        whole[0] = code;
        bytes.copyTo(whole, 1);
        return ByteView.of(whole, 0, Math.min(whole.length, 1 + TEXT_BYTES_MAX));
    }

    /** What a frame says; nothing where it is none of these. */
    static Optional<Signal> of(ByteView frame) {
        if (frame.length() > 1 + TEXT_BYTES_MAX) {
            return Optional.empty();
        }
        return switch (frame.at(0)) {
            case 1 -> Optional.of(JOIN);
            case 2 -> Optional.of(READY);
            case 3 -> Optional.of(REFUSED);
            case 4 -> Optional.of(BELL);
            default -> Optional.empty();
        };
    }

    static String text(ByteView frame) {
        return frame.slice(1, frame.length() - 1).utf8();
    }
}
