package dev.weft.node;

import dev.weft.Description;
import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.Peer;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.forward.Rates;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.wire.Data;

/** What the limits of a node mean for its engine and for those who send. */
final class Bounds {
    /** What is kept for members that have detached is a part of what may be sent to a group, so that nobody waits for it. */
    private static final long PUT_BACK_PART = 4;

    private Bounds() {}

    static EngineConfig applied(Limits limits, EngineConfig config) {
        long sentBytes = limits.of(Limit.SENT_BYTES);
        return config.withLinksMax((int) limits.of(Limit.LINKS))
                .withDiscovery(config.discovery().withPeersMax((int) limits.of(Limit.PEERS)))
                .withFlow(config.flow()
                        .withFlowsMax((int) limits.of(Limit.FLOWS))
                        .withQueued(sentBytes, (int) Math.min(10_000_000, sentBytes / SendBudget.OVERHEAD_BYTES)))
                .withTopology(config.topology().withEntriesMax((int) limits.of(Limit.TOPOLOGY_ENTRIES)))
                .withGroup(config.group()
                        .withBounds(
                                (int) limits.of(Limit.GROUP_MEMBERS),
                                (int) limits.of(Limit.GROUP_FLOWS),
                                limits.of(Limit.GROUP_BYTES))
                        .withPutBack(
                                Math.min(config.group().putBackBytesMax(), limits.of(Limit.FLOW_BYTES) / PUT_BACK_PART))
                        .withQueued(sentBytes, (int) Math.min(1_000_000, sentBytes / SendBudget.MANY_OVERHEAD_BYTES)))
                .withConnections(new Connections.Limits(
                        (int) limits.of(Limit.CONNECTIONS),
                        (int) limits.of(Limit.BACKLOG),
                        limits.of(Limit.CONNECTION_BYTES),
                        config.connections().silenceNanos()))
                .withEndpoints(new Endpoints.Limits(
                        (int) limits.of(Limit.ENDPOINTS),
                        limits.of(Limit.ENDPOINT_BYTES),
                        limits.of(Limit.RECEIVED_BYTES)))
                .withRates(new Rates(
                        limits.of(Limit.RECEIVE_RATE), limits.of(Limit.SEND_RATE), limits.of(Limit.LINK_SEND_RATE)));
    }

    /** The last message let in may be as large as they come, and the engine must not refuse it. */
    static SendBudget budget(Limits limits) {
        return new SendBudget(limits.of(Limit.SENT_BYTES) - Data.MESSAGE_BYTES_MAX, limits.of(Limit.FLOW_BYTES));
    }

    /** What the mesh is told: the rates that are kept, where the application says no others. */
    static Description told(Limits limits, Description description) {
        Peer.Bandwidth said = description.bandwidth();
        return description.withBandwidth(new Peer.Bandwidth(
                said.receiveBitsPerSecond() > 0 ? said.receiveBitsPerSecond() : limits.of(Limit.RECEIVE_RATE),
                said.sendBitsPerSecond() > 0 ? said.sendBitsPerSecond() : limits.of(Limit.SEND_RATE)));
    }
}
