package dev.weft;

/** What a socket promises about a message, in the words of POSIX. */
public enum SocketKind {
    /** Keeps boundaries; each message is tried once and arrives whole or not at all, at most once, in any order. */
    DGRAM,
    /** Keeps boundaries; reliable, each message arrives exactly once while both ends live, in any order. */
    RDM,
    /** Keeps boundaries and order; reliable, each message arrives exactly once while both ends live. */
    SEQPACKET
}
