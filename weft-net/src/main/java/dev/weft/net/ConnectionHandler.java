package dev.weft.net;

import dev.weft.core.base.ByteView;

/** What happens on one connection; called on the loop's thread. */
public interface ConnectionHandler {
    /** Connected; first of all calls on a connection that was dialled. */
    void onOpen(Connection connection);

    /** A frame; the view is the handler's to keep. */
    void onFrame(Connection connection, ByteView frame);

    /** What has been read at once has been handed over: the moment to answer. */
    void onReadComplete(Connection connection);

    void onWritable(Connection connection);

    /** The end, or a dial that failed; the last call. */
    void onClosed(String why);
}
