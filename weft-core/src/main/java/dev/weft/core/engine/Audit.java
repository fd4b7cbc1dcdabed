package dev.weft.core.engine;

import dev.weft.core.base.Check;
import dev.weft.core.flow.FlowConfig;
import java.util.TreeMap;

/**
 * What must hold of an engine between any two turns, and what it has counted.
 *
 * <p>Called by {@link Engine} alone.
 */
final class Audit {
    private final EngineConfig config;
    private final Machines machines;

    Audit(EngineConfig config, Machines machines) {
        this.config = config;
        this.machines = machines;
    }

    /** @throws dev.weft.core.base.InvariantError unless the books balance and every bound holds */
    void check() {
        machines.sends.audit();
        FlowConfig flow = config.flow();
        long queuedBytes = machines.sender.queuedBytes();
        int queued = machines.sender.inFlight();
        Check.that(
                queuedBytes <= flow.queuedBytesMax() && queued <= flow.queuedMessagesMax(),
                "%d messages of %d bytes are queued",
                queued,
                queuedBytes);
        long incomplete = machines.receiver.reassemblyBytes();
        Check.that(incomplete <= flow.reassemblyBytesMax(), "%d bytes of incomplete messages", incomplete);
        int inbound = machines.receiver.flowCount();
        Check.that(inbound <= flow.flowsMax(), "%d flows to here", inbound);
        machines.groups.audit();
        machines.seals.audit();
        machines.checks.audit();
        int neighbors = machines.links.neighborCount();
        Check.that(neighbors <= config.linksMax(), "%d links", neighbors);
    }

    /** Everything counted beside the books, by stable names. */
    TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        counters.put("connection.open", (long) machines.connections.count());
        counters.put("connection.refused", machines.connections.refusedCount());
        counters.put("discovery.known", (long) machines.discovery.nodes().size());
        counters.put("discovery.evicted", machines.discovery.evictedCount());
        counters.put("discovery.foreign", machines.discovery.foreignCount());
        counters.put("discovery.dials-refused", machines.discovery.dialsRefusedCount());
        counters.put("discovery.malformed", machines.discovery.malformedCount());
        counters.put("flow.inbound", (long) machines.receiver.flowCount());
        counters.put("endpoint.open", (long) machines.endpoints.count() + machines.connections.listenerCount());
        counters.put("endpoint.held-bytes", machines.received.used());
        counters.put("endpoint.no-room", machines.received.refusedCount());
        counters.put("flow.inbound-refused", machines.receiver.refusedCount());
        counters.put("flow.outbound-refused", machines.sender.refusedCount());
        counters.put("flow.outbound", (long) machines.sender.flowCount());
        counters.put("flow.queued-bytes", machines.sender.queuedBytes());
        counters.put("flow.reassembly-bytes", machines.receiver.reassemblyBytes());
        counters.put("forward.refused", machines.forwarder.refusedCount());
        machines.groups.count(counters);
        machines.guard.count(counters);
        counters.put("link.half-open", (long) machines.links.halfOpenCount());
        counters.put("link.over-limit", machines.links.overLimitCount());
        machines.links.countDrops(counters);
        machines.links.countRates(counters);
        counters.put("link.up", (long) machines.links.neighborCount());
        counters.put("link.malformed", machines.links.malformedCount());
        counters.put("link.turned-out", machines.links.turnedOutCount());
        counters.put("link.over-budget", machines.links.overBudgetCount());
        counters.put("link.shut-out", machines.links.shutOutCount());
        counters.put("route.computed", machines.router.computedCount());
        machines.seals.count(counters);
        machines.checks.count(counters);
        counters.put("topology.advertisements", (long) machines.flooding.lsdb().size());
        counters.put("topology.bytes", machines.flooding.lsdb().bytes());
        counters.put("topology.refused", machines.flooding.lsdb().refusedCount());
        return counters;
    }
}
