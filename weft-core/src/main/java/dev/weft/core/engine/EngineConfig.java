package dev.weft.core.engine;

import dev.weft.core.base.Check;
import dev.weft.core.discovery.DiscoveryConfig;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.GroupConfig;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Rates;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.route.SpfBackoff;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.topology.TopologyConfig;
import java.util.List;

/**
 * All settings of an engine. Immutable; every instance is valid.
 *
 * @param linksMax the most neighbors: 1 to 1,024
 * @param rates how fast data goes out and comes in
 */
public record EngineConfig(
        LinkConfig link,
        LinkQueue.Bounds queue,
        int linksMax,
        DiscoveryConfig discovery,
        TopologyConfig topology,
        SpfBackoff.Timing spf,
        FlowConfig flow,
        GroupConfig group,
        Connections.Limits connections,
        Endpoints.Limits endpoints,
        Rates rates,
        LinkWishes wishes) {
    public static final EngineConfig DEFAULT = new EngineConfig(
            LinkConfig.LAN,
            LinkQueue.Bounds.DEFAULT,
            1_024,
            DiscoveryConfig.DEFAULT,
            TopologyConfig.DEFAULT,
            SpfBackoff.Timing.DEFAULT,
            FlowConfig.DEFAULT,
            GroupConfig.DEFAULT,
            Connections.Limits.DEFAULT,
            Endpoints.Limits.DEFAULT,
            Rates.UNLIMITED,
            LinkWishes.AUTOMATIC);

    /**
     * Which links are made beyond or against what the mesh would choose. Nodes are named by id, by its
     * beginning (8 digits or more), or by name.
     */
    public record LinkWishes(Policy policy, List<String> pinned, List<String> forbidden) {
        public static final LinkWishes AUTOMATIC = new LinkWishes(Policy.AUTOMATIC, List.of(), List.of());

        /** Whether links beside the pinned ones are made. */
        public enum Policy {
            AUTOMATIC,
            /** And those of observers on the same host. */
            PINNED_ONLY,
            /** One link, to whoever takes it: sees the mesh, relays nothing, and nodes with pinned links let it in. */
            OBSERVER
        }

        public LinkWishes {
            pinned = List.copyOf(pinned);
            forbidden = List.copyOf(forbidden);
        }

        public boolean isObserver() {
            return policy == Policy.OBSERVER;
        }
    }

    public EngineConfig {
        Check.within("links-max", linksMax, 1, 1_024);
    }

    public EngineConfig withLink(LinkConfig changed) {
        return new EngineConfig(
                changed, queue, linksMax, discovery, topology, spf, flow, group, connections, endpoints, rates, wishes);
    }

    public EngineConfig withLinksMax(int changed) {
        return new EngineConfig(
                link, queue, changed, discovery, topology, spf, flow, group, connections, endpoints, rates, wishes);
    }

    public EngineConfig withDiscovery(DiscoveryConfig changed) {
        return new EngineConfig(
                link, queue, linksMax, changed, topology, spf, flow, group, connections, endpoints, rates, wishes);
    }

    public EngineConfig withTopology(TopologyConfig changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, changed, spf, flow, group, connections, endpoints, rates, wishes);
    }

    public EngineConfig withFlow(FlowConfig changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, changed, group, connections, endpoints, rates, wishes);
    }

    public EngineConfig withGroup(GroupConfig changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, flow, changed, connections, endpoints, rates, wishes);
    }

    public EngineConfig withConnections(Connections.Limits changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, flow, group, changed, endpoints, rates, wishes);
    }

    public EngineConfig withEndpoints(Endpoints.Limits changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, flow, group, connections, changed, rates, wishes);
    }

    public EngineConfig withRates(Rates changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, flow, group, connections, endpoints, changed, wishes);
    }

    public EngineConfig withWishes(LinkWishes changed) {
        return new EngineConfig(
                link, queue, linksMax, discovery, topology, spf, flow, group, connections, endpoints, rates, changed);
    }
}
