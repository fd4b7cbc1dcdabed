package dev.weft;

/** What a socket promises, in the words of POSIX. */
public enum SocketKind {
    /** Keeps boundaries; each message is tried once and arrives whole or not at all, at most once, in any order. */
    DGRAM,
    /** Keeps boundaries; reliable, each message arrives exactly once while both ends live, in any order. */
    RDM,
    /** Connected; keeps boundaries; reliable, messages arrive exactly once and in the order of sending. */
    SEQPACKET,
    /** Connected; reliable bytes in the order of sending, without boundaries. */
    STREAM;

    /** Whether two ends must connect before they can speak. */
    public boolean isConnected() {
        return this == SEQPACKET || this == STREAM;
    }
}
