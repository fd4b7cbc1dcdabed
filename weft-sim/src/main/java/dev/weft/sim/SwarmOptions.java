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
 * @param load what applications send
 * @param breakage what breaks beside the network
 * @param driftPpmMax how far clocks run fast or slow
 * @param discovery how nodes find each other
 * @param others who is there beside the mesh
 * @param taking how applications take what has come
 */
record SwarmOptions(
        int nodes,
        Carrier.Kind carrier,
        Faults faults,
        Load load,
        Breakage breakage,
        int driftPpmMax,
        Meeting discovery,
        Others others,
        Taking taking) {
    /**
     * What applications send.
     *
     * @param messagesPerSecond in the whole mesh
     * @param sessionsPerMinute connections begun in the whole mesh
     * @param payloadBytesMax the largest message
     */
    record Load(int messagesPerSecond, int sessionsPerMinute, int payloadBytesMax) {
        static final Load NONE = new Load(0, 0, 0);
    }

    /**
     * What breaks beside the network, about how often; 0 for never.
     *
     * @param crashEverySeconds a node crashes
     * @param partitionEverySeconds the network splits, or a pair is cut one way or both
     * @param pauseEverySeconds a process stands still
     */
    record Breakage(int crashEverySeconds, int partitionEverySeconds, int pauseEverySeconds) {
        static final Breakage NONE = new Breakage(0, 0, 0);
    }

    /**
     * Who is there beside the mesh.
     *
     * @param strangers nodes of another mesh
     * @param impostors nodes that know the mesh's name and not its key
     */
    record Others(int strangers, int impostors) {
        static final Others NONE = new Others(0, 0);
    }

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

    SwarmOptions withLoad(Load changed) {
        return new SwarmOptions(nodes, carrier, faults, changed, breakage, driftPpmMax, discovery, others, taking);
    }

    SwarmOptions withBreakage(Breakage changed) {
        return new SwarmOptions(nodes, carrier, faults, load, changed, driftPpmMax, discovery, others, taking);
    }

    SwarmOptions withOthers(Others changed) {
        return new SwarmOptions(nodes, carrier, faults, load, breakage, driftPpmMax, discovery, changed, taking);
    }

    SwarmOptions withTaking(Taking changed) {
        return new SwarmOptions(nodes, carrier, faults, load, breakage, driftPpmMax, discovery, others, changed);
    }

    /** Messages per second of a calm world, for each node of a small one and of a large one altogether. */
    private static final int MESSAGES_PER_NODE = 20;

    private static final int MESSAGES_LEAST = 200;

    static SwarmOptions calm(int nodes) {
        // In a large mesh each message is between two strangers, and costs its key exchange and more hops.
        int messages =
                nodes <= 50 ? MESSAGES_PER_NODE * nodes : Math.max(MESSAGES_LEAST, MESSAGES_PER_NODE * 2_500 / nodes);
        return new SwarmOptions(
                nodes,
                Carrier.Kind.STREAM,
                Faults.NONE,
                new Load(messages, 30, 2_000),
                Breakage.NONE,
                0,
                Meeting.CONFIGURED,
                Others.NONE,
                Taking.PROMPT);
    }

    /** A calm network whose nodes die and come back, one about every five seconds. */
    static SwarmOptions crashing(int nodes) {
        return calm(nodes).withBreakage(new Breakage(5, 0, 0));
    }

    static SwarmOptions swarm(int nodes, Prng prng) {
        return new SwarmOptions(
                nodes,
                prng.chance(500_000) ? Carrier.Kind.STREAM : Carrier.Kind.DATAGRAM,
                Faults.drawn(prng),
                new Load((int) prng.between(5, 200), (int) prng.between(1, 120), (int) prng.between(0, 60_000)),
                new Breakage(
                        prng.chance(300_000) ? 0 : (int) prng.between(5, 60),
                        prng.chance(300_000) ? 0 : (int) prng.between(5, 60),
                        prng.chance(500_000) ? 0 : (int) prng.between(5, 60)),
                prng.chance(500_000) ? 0 : (int) prng.between(1, 500),
                prng.chance(500_000) ? Meeting.BEACON : Meeting.CONFIGURED,
                new Others(prng.chance(700_000) ? 0 : 2, prng.chance(500_000) ? 0 : 2),
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
        all.put("messagesPerSecond", load.messagesPerSecond());
        all.put("sessionsPerMinute", load.sessionsPerMinute());
        all.put("payloadBytesMax", load.payloadBytesMax());
        all.put("crashEverySeconds", breakage.crashEverySeconds());
        all.put("partitionEverySeconds", breakage.partitionEverySeconds());
        all.put("pauseEverySeconds", breakage.pauseEverySeconds());
        all.put("driftPpmMax", driftPpmMax);
        all.put("discovery", discovery.name().toLowerCase(Locale.ROOT));
        all.put("strangers", others.strangers());
        all.put("impostors", others.impostors());
        all.put("roomBytes", taking.roomBytes());
        all.put("slowPerMillion", taking.slowPerMillion());
        all.put("momentMillis", taking.momentMillis());
        all.put("pausesPerMillion", taking.pausesPerMillion());
        all.put("readerPauseMillis", taking.pauseMillis());
        return all;
    }
}
