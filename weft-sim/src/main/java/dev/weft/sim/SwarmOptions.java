package dev.weft.sim;

import dev.weft.core.base.Prng;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What one run is made of. Drawn from the seed where faults are wanted, so that every run is another world; all of it
 * is printed.
 *
 * @param nodes how many nodes
 * @param carrier what connections are made of
 * @param faults what the network does to frames while faults are on
 * @param messagesPerSecond the load of the whole mesh
 * @param sessionsPerMinute connections begun in the whole mesh
 * @param payloadBytesMax the largest message
 * @param crashEverySeconds a node crashes about so often; 0 never
 * @param partitionEverySeconds the network splits, or a pair is cut one way or both, about so often; 0 never
 * @param pauseEverySeconds a process stands still about so often; 0 never
 * @param driftPpmMax how far clocks run fast or slow
 * @param discovery how nodes find each other
 * @param strangers nodes of another mesh among them
 * @param impostors nodes among them that know the mesh's name and not its key
 */
record SwarmOptions(
        int nodes,
        Carrier.Kind carrier,
        Faults faults,
        int messagesPerSecond,
        int sessionsPerMinute,
        int payloadBytesMax,
        int crashEverySeconds,
        int partitionEverySeconds,
        int pauseEverySeconds,
        int driftPpmMax,
        Meeting discovery,
        int strangers,
        int impostors) {
    /** How nodes find each other. */
    enum Meeting {
        /** Every node hears every beacon. */
        BEACON,
        /** Each node is told of the first and of one other. */
        CONFIGURED
    }

    /** Messages per second of a calm world, for each node of a small one and of a large one altogether. */
    private static final int MESSAGES_PER_NODE = 20;

    private static final int MESSAGES_LEAST = 200;

    static SwarmOptions calm(int nodes) {
        return new SwarmOptions(
                nodes,
                Carrier.Kind.STREAM,
                Faults.NONE,
                // In a large mesh each is between two strangers, and costs its key exchange and more hops.
                nodes <= 50 ? MESSAGES_PER_NODE * nodes : Math.max(MESSAGES_LEAST, MESSAGES_PER_NODE * 2_500 / nodes),
                30,
                2_000,
                0,
                0,
                0,
                0,
                Meeting.CONFIGURED,
                0,
                0);
    }

    static SwarmOptions swarm(int nodes, Prng prng) {
        return new SwarmOptions(
                nodes,
                prng.chance(500_000) ? Carrier.Kind.STREAM : Carrier.Kind.DATAGRAM,
                Faults.drawn(prng),
                (int) prng.between(5, 200),
                (int) prng.between(1, 120),
                (int) prng.between(0, 60_000),
                prng.chance(300_000) ? 0 : (int) prng.between(5, 60),
                prng.chance(300_000) ? 0 : (int) prng.between(5, 60),
                prng.chance(500_000) ? 0 : (int) prng.between(5, 60),
                prng.chance(500_000) ? 0 : (int) prng.between(1, 500),
                prng.chance(500_000) ? Meeting.BEACON : Meeting.CONFIGURED,
                prng.chance(700_000) ? 0 : 2,
                prng.chance(500_000) ? 0 : 2);
    }

    /** For the report, by stable names. */
    Map<String, Object> described() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("nodes", nodes);
        all.put("carrier", carrier.name().toLowerCase(Locale.ROOT));
        all.put("delayMicros", faults.delayNanos() / 1_000);
        all.put("jitterMicros", faults.jitterNanos() / 1_000);
        all.put("lossPerMillion", faults.lossPerMillion());
        all.put("duplicatePerMillion", faults.duplicatePerMillion());
        all.put("bitsPerSecond", faults.bitsPerSecond());
        all.put("queueBytes", faults.queueBytes());
        all.put("messagesPerSecond", messagesPerSecond);
        all.put("sessionsPerMinute", sessionsPerMinute);
        all.put("payloadBytesMax", payloadBytesMax);
        all.put("crashEverySeconds", crashEverySeconds);
        all.put("partitionEverySeconds", partitionEverySeconds);
        all.put("pauseEverySeconds", pauseEverySeconds);
        all.put("driftPpmMax", driftPpmMax);
        all.put("discovery", discovery.name().toLowerCase(Locale.ROOT));
        all.put("strangers", strangers);
        all.put("impostors", impostors);
        return all;
    }
}
