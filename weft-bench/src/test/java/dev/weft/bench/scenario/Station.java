package dev.weft.bench.scenario;

import java.util.List;

/**
 * A messaging system as one process of a benchmark sees it. The calling order is {@link #listen}, {@link #dial},
 * then {@link #send}. What comes in goes to the {@link Listener} that the station was opened with, one message at a
 * time. Each system has its own; the rest of the harness is the same for all.
 */
interface Station extends AutoCloseable {
    /** What a station reports, on whatever thread suits the system. May call {@link Station#send}. */
    interface Listener {
        void onMessage(byte[] message);

        /** The system itself knows that a target's application has taken so many of the messages sent to it. */
        void onAcknowledged(int target, long messages);

        void onFailed(String reason);
    }

    /** Begins to take messages. Returns where, in words of the system without spaces. */
    String listen() throws Exception;

    /** From now on every message is sent to all of these. */
    void dial(List<String> addresses) throws Exception;

    /** Takes the message for sending; may wait for room. Called by one thread at a time. The array is the station's. */
    void send(byte[] message);

    /** Nothing more is sent for now: what has been gathered has to leave. */
    default void flush() {}

    @Override
    void close() throws Exception;
}
