package dev.weft.net;

/**
 * What Netty is told before its first class is loaded. Called by {@link Loop}, which every transport is made with.
 */
final class NettySettings {
    /**
     * Whether Netty tells Flight Recorder of its buffers. Unless told otherwise it loads all of Flight Recorder with the first
     * of them: some 150 classes and a tenth of a second of a node's start, for events that nobody has asked for.
     */
    private static final String FLIGHT_RECORDER = "io.netty.jfr.enabled";

    private NettySettings() {}

    /** What somebody has set already stays as it is. */
    static void apply() {
        if (System.getProperty(FLIGHT_RECORDER) == null) {
            System.setProperty(FLIGHT_RECORDER, "false");
        }
    }
}
