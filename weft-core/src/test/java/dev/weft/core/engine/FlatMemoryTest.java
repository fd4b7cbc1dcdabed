package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import dev.weft.core.socket.Endpoints;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** At a limit for long: somebody is told, and nothing grows. */
class FlatMemoryTest {
    private static final int MESSAGE_BYTES = 8 << 10;
    private static final long GROWTH_BYTES_MAX = 32L << 20;

    private static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** One node sends to an endpoint that nobody reads, for minutes, each time to another of many endpoints that are not. */
    private static final class Flood {
        private final EngineLab lab = new EngineLab(1);
        private final TreeMap<Outcome.Reason, Integer> told = new TreeMap<>();
        private final EngineLab.Node from;
        private final EngineLab.Node to;
        private long sent;

        private Flood() {
            from = lab.add();
            to = lab.add(EngineConfig.DEFAULT
                    .withEndpoints(new Endpoints.Limits(16, 64 << 10, 1 << 20))
                    .withFlow(EngineConfig.DEFAULT.flow().withFlowsMax(64)));
            from.start();
            to.start();
            lab.runFor(5 * EngineLab.SECOND);
            from.settled = (ticket, outcome) -> told.merge(outcome.reason(), 1, Integer::sum);
            to.turn(() -> to.engine.open("full", SocketKind.RDM, 64 << 10));
        }

        private void send(String endpoint, Manner manner) {
            from.turn(() -> from.engine.send(
                    new Send(
                            Claim.of(++sent),
                            to.id,
                            endpoint,
                            SocketKind.RDM,
                            manner,
                            ByteView.of(new byte[MESSAGE_BYTES]),
                            2 * EngineLab.SECOND),
                    lab.nowNanos));
        }

        /** So many times ten messages, over a tenth of a second each. */
        private void run(int times) {
            Manner refuse = new Manner(3, WhenFull.REFUSE, Manner.DEFAULT.retriesMax(), Manner.DEFAULT.routing());
            for (int i = 0; i < times; i++) {
                for (int k = 0; k < 8; k++) {
                    send("full", k == 0 ? Manner.DEFAULT : refuse);
                }
                send("nobody-" + sent, refuse);
                send("nobody-" + sent, Manner.DEFAULT);
                lab.runFor(EngineLab.SECOND / 10);
            }
        }
    }

    @Test
    void aMinuteOrTenAtItsLimitsLeaveANodeAsLarge() {
        Flood flood = new Flood();
        flood.run(600);
        long warmBytes = heapBytes();
        Map<String, Long> warm = held(flood);
        flood.run(5_400);
        long endBytes = heapBytes();
        assertThat(endBytes - warmBytes)
                .as("bytes of heap more after ten minutes than after one, with %s before and %s", warm, held(flood))
                .isLessThan(GROWTH_BYTES_MAX);
        int fates = flood.told.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(flood.sent - fates).as("sends without an outcome yet").isLessThan(300);
        assertThat(flood.told.keySet()).contains(Outcome.Reason.QUEUE_FULL, Outcome.Reason.NO_ENDPOINT);
        Map<String, Long> there = flood.to.engine.counters();
        assertThat(there.get("endpoint.held-bytes")).isBetween(64L << 10, (64L << 10) + 2 * MESSAGE_BYTES);
        assertThat(there.get("endpoint.no-room")).isPositive();
        assertThat(there.get("flow.inbound")).isLessThanOrEqualTo(64);
        assertThat(flood.from.engine.counters().get("flow.queued-bytes"))
                .isLessThan(EngineConfig.DEFAULT.flow().queuedBytesMax());
    }

    private static Map<String, Long> held(Flood flood) {
        TreeMap<String, Long> held = new TreeMap<>();
        for (EngineLab.Node node : List.of(flood.from, flood.to)) {
            node.engine.counters().forEach((name, count) -> {
                if (name.startsWith("flow.") || name.endsWith("-bytes") || name.startsWith("topology")) {
                    held.put(node.number + " " + name, count);
                }
            });
        }
        return held;
    }

    @Test
    void whoOnlyBeaconsMakesRoomForWhoComesAndThatIsTold() {
        EngineLab lab = new EngineLab(2);
        EngineConfig few = EngineConfig.DEFAULT
                .withDiscovery(EngineConfig.DEFAULT.discovery().withPeersMax(16))
                .withWishes(new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(), List.of()));
        EngineLab.Node listener = lab.add(few);
        listener.start();
        for (int i = 0; i < 40; i++) {
            lab.add(few).start();
            lab.runFor(EngineLab.SECOND);
        }
        Map<String, Long> counters = listener.engine.counters();
        assertThat(counters.get("discovery.known")).isEqualTo(16);
        assertThat(counters.get("discovery.evicted")).isGreaterThanOrEqualTo(24);
        assertThat(listener.traces.stream().filter(event -> event.kind() == TraceEvent.Kind.PEER_FORGOTTEN))
                .hasSizeGreaterThanOrEqualTo(24)
                .allMatch(event -> event.detail().equals("there was no room"));
    }

    @Test
    void advertisementsOfMoreNodesThanThereIsRoomForAreNotKept() {
        EngineLab lab = new EngineLab(3);
        EngineLab.Node small = lab.add(EngineConfig.DEFAULT
                .withTopology(EngineConfig.DEFAULT.topology().withEntriesMax(16))
                .withWishes(new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of("n1"), List.of())));
        small.start();
        for (int i = 0; i < 12; i++) {
            lab.add().start();
        }
        lab.runFor(20 * EngineLab.SECOND);
        // Beside the 16 there is always room for what this node and its only neighbor say.
        assertThat(small.engine.counters().get("topology.advertisements")).isLessThanOrEqualTo(20);
        assertThat(small.engine.counters().get("topology.refused")).isPositive();
        assertThat(lab.nodes.get(1).engine.counters().get("topology.advertisements"))
                .isGreaterThan(20);
    }
}
