package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which way messages to one node go, as their sender asked: over two ways at once, over a pinned one, around nodes; and
 * how often each is tried. Whole engines between which there are three ways: over 6, over 1 and 2, over 4 and 5.
 */
class RoutingTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;
    private static final String[][] THREE_WAYS = {
        {"n1", "n4", "n6"}, {"n0", "n2"}, {"n1", "n3"}, {"n2", "n5", "n6"}, {"n0", "n5"}, {"n4", "n3"}, {"n0", "n3"}
    };

    /** Node 0 sends to node 3, and it is seen what crosses which link. */
    private static final class Mesh {
        private final EngineLab lab;
        private final SocketKind kind;
        private final Node origin;
        private final Node destination;
        private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
        private final TreeMap<Long, Long> sentNanos = new TreeMap<>();
        private final TreeMap<Long, Long> settledNanos = new TreeMap<>();
        private final List<Long> arrived = new ArrayList<>();
        private final List<Long> arrivedNanos = new ArrayList<>();
        /** Frames of data, by the link that they were put on. */
        private final TreeMap<String, Integer> data = new TreeMap<>();

        private final TreeSet<String> cut = new TreeSet<>();
        private int lossPerMillion;
        private String lossy = "";
        private long connection;
        private long next = 1;

        private Mesh(SocketKind kind, long seed) {
            this.kind = kind;
            lab = new EngineLab(seed);
            Prng prng = new Prng(seed);
            for (String[] neighbors : THREE_WAYS) {
                lab.add(pinnedTo(neighbors)).start();
            }
            lab.runFor(8 * SECOND);
            origin = lab.nodes.get(0);
            destination = lab.nodes.get(3);
            origin.settled = (ticket, outcome) -> {
                outcomes.put(ticket, outcome);
                settledNanos.put(ticket, lab.nowNanos);
            };
            receive();
            lab.wire = (from, to, frame) -> {
                String link = from.number + ">" + to.number;
                boolean isData = typeOf(frame) == FrameType.DATA;
                if (isData) {
                    data.merge(link, 1, Integer::sum);
                }
                boolean isLost = isData && link.equals(lossy) && prng.chance(lossPerMillion);
                return isLost || cut.contains(link) ? EngineLab.LOST : 0;
            };
        }

        private static EngineConfig pinnedTo(String... neighbors) {
            return EngineConfig.DEFAULT.withWishes(
                    new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(neighbors), List.of()));
        }

        private static FrameType typeOf(ByteView frame) {
            try {
                return FrameType.decode(new WireReader(frame));
            } catch (MalformedFrame malformed) {
                throw new AssertionError(malformed);
            }
        }

        private NodeId id(int number) {
            return lab.nodes.get(number).id;
        }

        private void cutSilently(int a, int b) {
            cut.add(a + ">" + b);
            cut.add(b + ">" + a);
        }

        private void receive() {
            if (!kind.isConnected()) {
                destination.turn(() -> destination.engine.open("there", kind, 16 << 20));
                destination.delivered = (endpoint, payload) -> {
                    arrived(payload);
                    destination.afterTurn(
                            () -> destination.engine.taken(endpoint, ReceiveBuffer.charge(payload), lab.nowNanos));
                };
                return;
            }
            destination.turn(() -> destination.engine.listen("there", kind));
            destination.sockets = new Unheard() {
                @Override
                public void accepted(long listener, long number, NodeId from) {
                    destination.afterTurn(() -> destination.engine.accept(number));
                }

                @Override
                public Acceptance received(long number, ByteView payload) {
                    arrived(payload);
                    destination.afterTurn(
                            () -> destination.engine.takenFrom(number, ReceiveBuffer.charge(payload), lab.nowNanos));
                    return Acceptance.TAKEN;
                }
            };
        }

        private void arrived(ByteView payload) {
            long number = 0;
            for (int i = 0; i < 8; i++) {
                number = number << 8 | payload.at(i) & 0xff;
            }
            arrived.add(number);
            arrivedNanos.add(lab.nowNanos);
        }

        private void connect(Routing routing) {
            if (kind.isConnected()) {
                origin.turn(() -> connection = origin.engine.connect(
                        destination.id, kind, "there", manner(routing, 1_000), 20 * SECOND, lab.nowNanos));
                lab.runFor(SECOND / 2);
            }
        }

        private static Manner manner(Routing routing, int retriesMax) {
            return new Manner(Manner.DEFAULT.priority(), Manner.DEFAULT.whenFull(), retriesMax, routing);
        }

        private long send(Routing routing, int retriesMax, long timeoutNanos) {
            long ticket = next++;
            byte[] payload = new byte[200];
            for (int i = 0; i < 8; i++) {
                payload[i] = (byte) (ticket >>> 8 * (7 - i));
            }
            sentNanos.put(ticket, lab.nowNanos);
            Send send = new Send(
                    Claim.of(ticket),
                    destination.id,
                    "there",
                    kind,
                    manner(routing, retriesMax),
                    ByteView.of(payload),
                    timeoutNanos);
            origin.turn(() -> {
                if (kind.isConnected()) {
                    origin.engine.sendOn(connection, send, lab.nowNanos);
                } else {
                    origin.engine.send(send, lab.nowNanos);
                }
            });
            return ticket;
        }

        /** One message each so often. */
        private void stream(Routing routing, int count, long everyNanos) {
            for (int i = 0; i < count; i++) {
                send(routing, 1_000, 30 * SECOND);
                lab.runFor(everyNanos);
            }
        }

        private int dataOver(String link) {
            return data.getOrDefault(link, 0);
        }

        private long slowestNanos() {
            long slowest = 0;
            for (int i = 0; i < arrived.size(); i++) {
                slowest = Math.max(slowest, arrivedNanos.get(i) - sentNanos.get(arrived.get(i)));
            }
            return slowest;
        }

        private void everyOneCameOnce(int count) {
            assertThat(arrived).doesNotHaveDuplicates().hasSize(count);
            assertThat(outcomes.values()).hasSize(count).allMatch(Outcome::isDelivered);
            if (kind.isConnected()) {
                assertThat(arrived).isSorted();
            }
        }
    }

    // ------------------------------------------------------------------ two ways at once

    @ParameterizedTest
    @EnumSource(
            value = SocketKind.class,
            names = {"DGRAM", "RDM", "SEQPACKET"})
    void twoAtOnceSendsEachMessageOnceOverEachOfTwoWaysThatShareNothing(SocketKind kind) {
        Mesh mesh = new Mesh(kind, 1);
        mesh.connect(Routing.TWO_AT_ONCE);
        mesh.data.clear();
        mesh.stream(Routing.TWO_AT_ONCE, 50, 10 * MILLI);
        mesh.lab.runFor(SECOND);
        assertThat(mesh.dataOver("0>6")).isEqualTo(50);
        assertThat(mesh.dataOver("6>3")).isEqualTo(50);
        assertThat(mesh.dataOver("0>1") + mesh.dataOver("0>4")).isEqualTo(50);
        assertThat(mesh.dataOver("2>3") + mesh.dataOver("5>3")).isEqualTo(50);
        mesh.everyOneCameOnce(50);
    }

    @ParameterizedTest
    @EnumSource(
            value = SocketKind.class,
            names = {"DGRAM", "RDM", "SEQPACKET"})
    void lossOnOneOfTwoWaysLosesNothingAndNoTime(SocketKind kind) {
        for (long seed = 1; seed <= 3; seed++) {
            for (String lossy : List.of("6>3", "0>1", "0>4")) {
                Mesh mesh = new Mesh(kind, seed);
                mesh.connect(Routing.TWO_AT_ONCE);
                mesh.lossy = lossy;
                mesh.lossPerMillion = 300_000;
                mesh.stream(Routing.TWO_AT_ONCE, 100, 10 * MILLI);
                mesh.lab.runFor(10 * SECOND);
                mesh.everyOneCameOnce(100);
                assertThat(mesh.slowestNanos())
                        .as("over three links at most, seed %d, %s loses", seed, lossy)
                        .isLessThanOrEqualTo(3 * MILLI);
            }
        }
    }

    /** A link that swallows everything, in both directions, answers included. */
    @ParameterizedTest
    @CsvSource({"RDM, 6, 3", "RDM, 0, 1", "RDM, 0, 4", "SEQPACKET, 6, 3", "SEQPACKET, 0, 1", "SEQPACKET, 0, 4"})
    void oneOfTwoWaysDiesSilentlyAndNobodyNotices(SocketKind kind, int a, int b) {
        Mesh mesh = new Mesh(kind, 2);
        mesh.connect(Routing.TWO_AT_ONCE);
        mesh.stream(Routing.TWO_AT_ONCE, 50, 10 * MILLI);
        mesh.cutSilently(a, b);
        mesh.stream(Routing.TWO_AT_ONCE, 900, 10 * MILLI);
        mesh.lab.runFor(10 * SECOND);
        mesh.everyOneCameOnce(950);
        assertThat(mesh.slowestNanos()).as("the other way takes 3 ms at most").isLessThanOrEqualTo(3 * MILLI);
        assertThat(mesh.outcomes.values())
                .as("the answers come by the way that lives")
                .allMatch(outcome -> outcome.roundTrip().toNanos() <= 8 * MILLI);
    }

    @Test
    void twoAtOnceAroundNodesTakesTheTwoWaysThatAreLeft() {
        Mesh mesh = new Mesh(SocketKind.RDM, 3);
        Routing routing = Routing.TWO_AT_ONCE.avoiding(mesh.id(6));
        mesh.stream(routing, 50, 10 * MILLI);
        mesh.cutSilently(1, 2);
        mesh.stream(routing, 50, 10 * MILLI);
        mesh.lab.runFor(10 * SECOND);
        mesh.everyOneCameOnce(100);
        assertThat(mesh.slowestNanos()).isLessThanOrEqualTo(3 * MILLI);
        assertThat(mesh.dataOver("0>6")).isZero();
        assertThat(mesh.dataOver("0>1")).isGreaterThanOrEqualTo(100);
        assertThat(mesh.dataOver("0>4")).isGreaterThanOrEqualTo(100);
    }

    @Test
    void twoAtOnceTakesOneWayWhereThereIsOne() {
        Mesh mesh = new Mesh(SocketKind.RDM, 4);
        Routing routing = Routing.TWO_AT_ONCE.avoiding(mesh.id(6), mesh.id(1));
        mesh.stream(routing, 20, 10 * MILLI);
        mesh.lab.runFor(SECOND);
        mesh.everyOneCameOnce(20);
        assertThat(mesh.dataOver("0>4")).isEqualTo(20);
        assertThat(mesh.dataOver("0>1") + mesh.dataOver("0>6")).isZero();
    }

    // ------------------------------------------------------------------ around nodes

    @ParameterizedTest
    @EnumSource(
            value = SocketKind.class,
            names = {"DGRAM", "RDM", "SEQPACKET"})
    void whatGoesAroundNodesNeverPassesThem(SocketKind kind) {
        Mesh mesh = new Mesh(kind, 5);
        Routing routing = Routing.BEST.avoiding(mesh.id(6), mesh.id(2));
        mesh.connect(routing);
        mesh.stream(routing, 50, 10 * MILLI);
        mesh.lab.runFor(SECOND);
        mesh.everyOneCameOnce(50);
        assertThat(mesh.dataOver("0>6") + mesh.dataOver("0>1")).isZero();
        assertThat(mesh.dataOver("0>4")).isGreaterThanOrEqualTo(50);
    }

    /** After a retransmission timeout, not when the link is found dead after 3.5 s. */
    @Test
    void whatGoesAroundNodesHasAnAlternateWhenItsWayDiesSilently() {
        Mesh mesh = new Mesh(SocketKind.RDM, 6);
        Routing routing = Routing.BEST.avoiding(mesh.id(6));
        mesh.stream(routing, 50, 10 * MILLI);
        boolean overOne = mesh.dataOver("0>1") > 0;
        // One way only, so that answers get through.
        mesh.cut.add(overOne ? "1>2" : "4>5");
        mesh.stream(routing, 50, 10 * MILLI);
        mesh.lab.runFor(10 * SECOND);
        mesh.everyOneCameOnce(100);
        assertThat(mesh.slowestNanos()).isLessThan(SECOND);
        assertThat(mesh.dataOver(overOne ? "0>4" : "0>1")).isPositive();
        assertThat(mesh.dataOver("0>6")).isZero();
    }

    @Test
    void whatMayPassNobodyIsUndeliverable() {
        Mesh mesh = new Mesh(SocketKind.RDM, 7);
        Routing routing = Routing.BEST.avoiding(mesh.id(6), mesh.id(1), mesh.id(5));
        long ticket = mesh.send(routing, 1_000, 3 * SECOND);
        mesh.lab.runFor(4 * SECOND);
        assertThat(mesh.outcomes.get(ticket))
                .isEqualTo(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
        assertThat(mesh.settledNanos.get(ticket) - mesh.sentNanos.get(ticket)).isEqualTo(3 * SECOND);
        assertThat(mesh.data).isEmpty();
        Mesh once = new Mesh(SocketKind.DGRAM, 7);
        ticket = once.send(routing, 1_000, 3 * SECOND);
        once.lab.runFor(MILLI);
        assertThat(once.outcomes.get(ticket).reason()).isEqualTo(Outcome.Reason.NO_ROUTE);
    }

    // ------------------------------------------------------------------ pinned

    @ParameterizedTest
    @EnumSource(
            value = SocketKind.class,
            names = {"DGRAM", "RDM", "SEQPACKET"})
    void whatIsPinnedTakesThatWayAndNoOther(SocketKind kind) {
        Mesh mesh = new Mesh(kind, 8);
        Routing routing = Routing.via(mesh.id(4), mesh.id(5));
        mesh.connect(routing);
        mesh.data.clear();
        mesh.stream(routing, 50, 10 * MILLI);
        mesh.lab.runFor(SECOND);
        mesh.everyOneCameOnce(50);
        assertThat(mesh.data).containsOnlyKeys("0>4", "4>5", "5>3").containsEntry("0>4", 50);
    }

    @Test
    void whatIsPinnedWaitsForItsWayOrIsToldThatThereIsNone() {
        Mesh mesh = new Mesh(SocketKind.RDM, 9);
        Routing routing = Routing.via(mesh.id(4), mesh.id(5));
        mesh.stream(routing, 5, 10 * MILLI);
        mesh.lab.nodes.get(5).crash();
        mesh.lab.runFor(SECOND);
        mesh.data.clear();
        long impatient = mesh.send(routing, 1_000, 2 * SECOND);
        long patient = mesh.send(routing, 1_000, 60 * SECOND);
        mesh.lab.runFor(5 * SECOND);
        assertThat(mesh.data).isEmpty();
        assertThat(mesh.outcomes.get(impatient))
                .isEqualTo(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
        assertThat(mesh.outcomes).doesNotContainKey(patient);
        mesh.lab.again(mesh.lab.nodes.get(5), Mesh.pinnedTo(THREE_WAYS[5])).start();
        mesh.lab.runFor(20 * SECOND);
        assertThat(mesh.outcomes.get(patient).isDelivered()).isTrue();
        assertThat(mesh.data.keySet()).containsExactly("0>4", "4>5", "5>3");
        assertThat(mesh.arrived).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void aPinnedDatagramIsToldAtOnceThatItsWayIsGone() {
        Mesh mesh = new Mesh(SocketKind.DGRAM, 10);
        Routing nowhere = Routing.via(mesh.id(4), mesh.id(2));
        long ticket = mesh.send(nowhere, 1_000, 20 * SECOND);
        mesh.lab.runFor(MILLI);
        assertThat(mesh.outcomes.get(ticket))
                .isEqualTo(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
        assertThat(mesh.data).isEmpty();
    }

    // ------------------------------------------------------------------ retries

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 6})
    void aMessageIsTriedOnceAndAsOftenAgainAsItsSenderAllows(int retries) {
        for (Routing routing : List.of(Routing.BEST, Routing.TWO_AT_ONCE)) {
            Mesh mesh = new Mesh(SocketKind.RDM, 11);
            // All data is lost on its last link, nothing else is: no link is found dead.
            EngineLab.Wire counting = mesh.lab.wire;
            mesh.lab.wire = (from, to, frame) -> {
                long more = counting.moreNanos(from, to, frame);
                return to.number == 3 && Mesh.typeOf(frame) == FrameType.DATA ? EngineLab.LOST : more;
            };
            long ticket = mesh.send(routing, retries, 1_000 * SECOND);
            mesh.lab.runFor(600 * SECOND);
            assertThat(mesh.outcomes).containsKey(ticket);
            assertThat(mesh.outcomes.get(ticket).reason()).isEqualTo(Outcome.Reason.RETRIES);
            assertThat(mesh.outcomes.get(ticket).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
            int copies = routing.equals(Routing.BEST) ? 1 : 2;
            assertThat(mesh.dataOver("0>6") + mesh.dataOver("0>1") + mesh.dataOver("0>4"))
                    .isEqualTo(copies * (retries + 1));
            assertThat(mesh.arrived).isEmpty();
        }
    }

    // ------------------------------------------------------------------ alternates before they are needed

    @Test
    void aFailureOfTheWayInUseCostsNoSearch() {
        Mesh mesh = new Mesh(SocketKind.RDM, 12);
        List<Routing> all = List.of(Routing.BEST, Routing.BEST.avoiding(mesh.id(1)), Routing.TWO_AT_ONCE);
        for (Routing routing : all) {
            mesh.send(routing, 1_000, 30 * SECOND);
        }
        mesh.lab.runFor(100 * MILLI);
        long searched = mesh.origin.engine.routes().searchCount();
        assertThat(searched).as("by the first message").isPositive();
        mesh.cut.add("6>3");
        mesh.data.clear();
        for (Routing routing : all) {
            mesh.send(routing, 1_000, 30 * SECOND);
        }
        mesh.lab.runFor(SECOND);
        assertThat(mesh.dataOver("0>1")).isPositive();
        assertThat(mesh.dataOver("0>4")).isPositive();
        assertThat(mesh.origin.engine.routes().searchCount()).isEqualTo(searched);
        mesh.lab.nodes.get(6).crash();
        mesh.lab.runFor(SECOND);
        long after = mesh.origin.engine.routes().searchCount();
        assertThat(after).as("for the next failure, unasked, in what is left").isPositive();
        mesh.lab.runFor(SECOND);
        assertThat(mesh.outcomes.values()).allMatch(Outcome::isDelivered);
    }

    @Test
    void whatIsAsGoodInTheNextGraphIsNotSearchedAgainFor30Seconds() {
        Mesh mesh = new Mesh(SocketKind.RDM, 13);
        for (Routing routing : List.of(Routing.BEST, Routing.TWO_AT_ONCE)) {
            mesh.send(routing, 1_000, 30 * SECOND);
        }
        mesh.lab.runFor(100 * MILLI);
        assertThat(mesh.origin.engine.routes().searchCount()).isPositive();
        boolean isOver1 = mesh.dataOver("0>1") > 0;
        assertThat(mesh.dataOver("0>4") > 0).isEqualTo(!isOver1);

        mesh.lab.nodes.get(isOver1 ? 5 : 2).crash();
        mesh.lab.runFor(6 * SECOND);
        assertThat(mesh.origin.engine.routes().reaches(mesh.id(isOver1 ? 5 : 2)))
                .isFalse();
        assertThat(mesh.origin.engine.routes().searchCount())
                .as("what neither way leads through")
                .isZero();

        mesh.lab.runFor(20 * SECOND);
        for (Routing routing : List.of(Routing.BEST, Routing.TWO_AT_ONCE)) {
            mesh.send(routing, 1_000, 30 * SECOND);
        }
        mesh.lab.runFor(5 * SECOND);
        mesh.lab.nodes.get(isOver1 ? 4 : 1).crash();
        mesh.lab.runFor(6 * SECOND);
        assertThat(mesh.origin.engine.routes().searchCount())
                .as("something better could have come meanwhile")
                .isPositive();
        assertThat(mesh.outcomes.values()).allMatch(Outcome::isDelivered);
    }

    @Test
    void whatLostALinkIsSearchedAgain() {
        Mesh mesh = new Mesh(SocketKind.RDM, 14);
        mesh.send(Routing.TWO_AT_ONCE, 1_000, 30 * SECOND);
        mesh.lab.runFor(100 * MILLI);
        boolean isOver1 = mesh.dataOver("0>1") > 0;
        mesh.lab.nodes.get(isOver1 ? 2 : 5).crash();
        mesh.lab.runFor(SECOND);
        assertThat(mesh.origin.engine.routes().searchCount()).isPositive();
        mesh.data.clear();
        mesh.send(Routing.TWO_AT_ONCE, 1_000, 30 * SECOND);
        mesh.lab.runFor(100 * MILLI);
        assertThat(mesh.dataOver(isOver1 ? "0>4" : "0>1")).isPositive();
    }
}
