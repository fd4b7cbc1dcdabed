package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Rates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Greedy flows of different distance through one link, over whole engines: senders at 2 to 50 ms, a relay, and a link of 200 Mbit/s to
 * the node that they all send to.
 */
class FairShareTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;
    /** For so few flows; for many it is 1 Gbit/s, of which 64 get one fragment each in 8 ms. */
    private static final long RATE = 200_000_000;

    private static final int MESSAGE_BYTES = 16 << 10;
    private static final int SENDERS_MAX = 16;

    private static EngineConfig pinned(Rates rates, String... neighbors) {
        return EngineConfig.DEFAULT
                .withRates(rates)
                .withWishes(new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(neighbors), List.of()));
    }

    private static final class Load {
        private final EngineLab lab;
        private final int count;
        private final long rate;
        private final Node sink;
        private final List<Node> senders = new ArrayList<>();
        private final TreeMap<Integer, Long> received = new TreeMap<>();
        private final TreeMap<Long, Integer> flowOf = new TreeMap<>();
        private long nextTicket = 1;

        private Load(int count, long seed) {
            this.count = count;
            lab = new EngineLab(seed);
            Prng prng = new Prng(seed);
            rate = count > 8 ? 5 * RATE : RATE;
            int nodes = Math.min(count, SENDERS_MAX);
            String[] neighbors = new String[1 + nodes];
            Arrays.setAll(neighbors, i -> "n" + (i + 1));
            lab.add(pinned(new Rates(0, 0, rate), neighbors)).start();
            sink = lab.add(pinned(Rates.UNLIMITED, "n0"));
            sink.start();
            long[] oneWayNanos = new long[2 + nodes];
            for (int i = 2; i < oneWayNanos.length; i++) {
                Node sender = lab.add(pinned(Rates.UNLIMITED, "n0"));
                senders.add(sender);
                sender.start();
                oneWayNanos[i] = prng.between(0, 24 * MILLI);
            }
            // The nearest and the farthest, whatever was drawn.
            oneWayNanos[2] = 0;
            oneWayNanos[3] = 24 * MILLI;
            lab.wire = (from, to, frame) -> oneWayNanos[from.number] + oneWayNanos[to.number];
            lab.runFor(8 * SECOND);
            for (int flow = 0; flow < count; flow++) {
                int number = flow;
                sink.turn(() -> sink.engine.open("sink" + number, SocketKind.RDM, 64 << 20));
            }
            sink.delivered = (endpoint, payload) -> {
                received.merge((int) payload.at(0), (long) MESSAGE_BYTES, Long::sum);
                sink.afterTurn(() -> sink.engine.taken(endpoint, ReceiveBuffer.charge(payload), lab.nowNanos));
            };
            for (int flow = 0; flow < count; flow++) {
                int number = flow;
                Node sender = senders.get(flow % senders.size());
                sender.settled = (ticket, outcome) -> {
                    int ended = flowOf.remove(ticket * SENDERS_MAX + sender.number % SENDERS_MAX);
                    lab.after(1, () -> send(ended));
                };
                lab.after(prng.below((int) SECOND), () -> {
                    for (int i = 0; i < 160; i++) {
                        send(number);
                    }
                });
            }
        }

        private void send(int flow) {
            Node sender = senders.get(flow % senders.size());
            byte[] payload = new byte[MESSAGE_BYTES];
            payload[0] = (byte) flow;
            long ticket = nextTicket++;
            flowOf.put(ticket * SENDERS_MAX + sender.number % SENDERS_MAX, flow);
            Send send = new Send(
                    Claim.of(ticket),
                    sink.id,
                    "sink" + flow,
                    SocketKind.RDM,
                    Manner.DEFAULT,
                    ByteView.of(payload),
                    600 * SECOND);
            sender.turn(() -> sender.engine.send(send, lab.nowNanos));
        }

        private List<Long> over(long nanos) {
            TreeMap<Integer, Long> before = new TreeMap<>(received);
            lab.runFor(nanos);
            List<Long> shares = new ArrayList<>();
            for (int flow = 0; flow < count; flow++) {
                shares.add(received.getOrDefault(flow, 0L) - before.getOrDefault(flow, 0L));
            }
            return shares;
        }
    }

    private static double jain(List<Long> shares) {
        double sum = 0;
        double squares = 0;
        for (long share : shares) {
            sum += share;
            squares += (double) share * share;
        }
        return sum * sum / (shares.size() * squares);
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "2, 2", "2, 3", "8, 1", "8, 2", "8, 3", "64, 1", "64, 2"})
    void flowsOfDifferentDistanceShareALinkFairlyAndUseIt(int count, long seed) {
        Load load = new Load(count, seed);
        load.lab.runFor(5 * SECOND);
        List<Long> shares = load.over(10 * SECOND);
        long used = shares.stream().mapToLong(Long::longValue).sum();
        assertThat(jain(shares))
                .as("Jain's index of %d flows, seed %d: %s", count, seed, shares)
                .isGreaterThanOrEqualTo(0.9);
        assertThat(used).as("bytes in 10 s").isGreaterThan(load.rate / 8 * 10 * 8 / 10);
    }
}
