package dev.weft.sim;

import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
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
 * @param taking how applications take what has come
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
        int impostors,
        Taking taking) {
    /** How nodes find each other. */
    enum Meeting {
        /** Every node hears every beacon. */
        BEACON,
        /** Each node is told of the first and of one other. */
        CONFIGURED
    }

    /**
     * How applications take what has come, and how much may wait for them.
     *
     * @param roomBytes of each endpoint and each connection; 0 for what there is by default
     * @param slowPerMillion how many messages are left for a moment
     * @param momentMillis up to so long
     * @param pausesPerMillion at how many messages of a connection its reader begins a pause
     * @param pauseMillis up to so long
     */
    record Taking(int roomBytes, int slowPerMillion, int momentMillis, int pausesPerMillion, int pauseMillis) {
        static final Taking PROMPT = new Taking(0, 50_000, 50, 0, 0);

        static Taking drawn(Prng prng) {
            return prng.chance(600_000)
                    ? PROMPT
                    : new Taking(
                            prng.chance(300_000) ? 0 : (int) prng.between(64 << 10, 256 << 10),
                            (int) prng.between(50_000, 400_000),
                            (int) prng.between(20, 100),
                            prng.chance(300_000) ? 0 : (int) prng.between(1_000, 50_000),
                            (int) prng.between(1_000, 60_000));
        }

        long endpointBytes() {
            return roomBytes == 0 ? Endpoints.Limits.DEFAULT.capacityBytes() : roomBytes;
        }

        EngineConfig in(EngineConfig config) {
            Connections.Limits usual = config.connections();
            return roomBytes == 0
                    ? config
                    : config.withConnections(new Connections.Limits(
                            usual.connectionsMax(), usual.backlogMax(), roomBytes, usual.silenceNanos()));
        }

        /** How long a message is left. */
        long momentNanos(Prng prng) {
            return prng.chance(slowPerMillion) ? prng.below(momentMillis * 1_000_000) : 0;
        }

        /** How long a reader that has got a message takes none; mostly 0. */
        long pauseNanos(Prng prng) {
            return pausesPerMillion > 0 && prng.chance(pausesPerMillion) ? prng.below(pauseMillis) * 1_000_000L : 0;
        }
    }

    /** With applications that take what comes as they do by default. */
    SwarmOptions(
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
        this(
                nodes,
                carrier,
                faults,
                messagesPerSecond,
                sessionsPerMinute,
                payloadBytesMax,
                crashEverySeconds,
                partitionEverySeconds,
                pauseEverySeconds,
                driftPpmMax,
                discovery,
                strangers,
                impostors,
                Taking.PROMPT);
    }

    SwarmOptions withTaking(Taking other) {
        return new SwarmOptions(
                nodes,
                carrier,
                faults,
                messagesPerSecond,
                sessionsPerMinute,
                payloadBytesMax,
                crashEverySeconds,
                partitionEverySeconds,
                pauseEverySeconds,
                driftPpmMax,
                discovery,
                strangers,
                impostors,
                other);
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
                prng.chance(500_000) ? 0 : 2,
                Taking.drawn(prng));
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
        all.put("roomBytes", taking.roomBytes());
        all.put("slowPerMillion", taking.slowPerMillion());
        all.put("momentMillis", taking.momentMillis());
        all.put("pausesPerMillion", taking.pausesPerMillion());
        all.put("readerPauseMillis", taking.pauseMillis());
        return all;
    }
}
