package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.EncodedFrame;

/** One connection; its methods are called on the loop's thread. */
public interface Connection {
    /** The address the other end is seen at. */
    Locator peer();

    /** What is known of the other end beside its address. */
    Assurance assurance();

    /** How long ago whoever listens here let it in; 0 where that is not known or this end has dialled. */
    default long openingNanos() {
        return 0;
    }

    /** False once either end has closed it, though what had come before may still be handed over. */
    boolean isOpen();

    /** False while more than enough waits to be sent; {@link ConnectionHandler#onWritable} follows. */
    boolean isWritable();

    /** Adds a frame of 1 byte to 1 MiB to what is to be sent; goes out with {@link #flush}. */
    void write(EncodedFrame frame);

    /** The same for one in one piece. */
    default void write(ByteView frame) {
        write(EncodedFrame.of(frame));
    }

    void flush();

    /**
     * The other end has shown that it belongs here: frames of up to 1 MiB are read from now on. Until then a stream takes
     * none above 64 KiB, so that strangers cost little.
     */
    default void admit() {}

    /**
     * Ends the connection after all that was written has gone out, within a second. Of its handler's methods only
     * {@link ConnectionHandler#onClosed} is still called.
     */
    void close();
}
