package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.InvariantError;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.link.Assurance;
import dev.weft.core.seal.FakeSealer;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** One engine among peers that say what they like, well formed or not, in any order and at any time. */
class EngineFuzz {
    private static final ByteView RECEIPT = ByteView.of(new byte[SealAnswer.RECEIPT_BYTES]);
    private static final ByteView GROUP_SECRET = ByteView.of(new byte[GroupKey.SECRET_BYTES]);
    private static final ByteView GROUP_OWN = ByteView.of(new byte[GroupKey.OWN_BYTES]);
    private static final int OPERATIONS_MAX = 256;
    private static final long SECOND = 1_000_000_000L;
    private static final long SELF_INCARNATION = 4;
    private static final long SELF_INSTANCE = 77;
    private static final long PEER_INCARNATION = 3;

    /** The nodes of the vectors: what they say is meant for this engine. */
    private static final NodeId SELF = NodeId.parse("22222222-2222-8222-9222-222222222222");

    private static final NodeId FIRST_PEER = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final List<NodeId> NODES = List.of(
            FIRST_PEER, new NodeId(2, 2), new NodeId(3, 3), new NodeId(4, 4), new NodeId(5, 5), SELF, NodeId.ZERO);
    private static final List<String> ENDPOINTS = List.of("inbox", "a", "b");
    private static final List<byte[]> VECTORS = List.copyOf(Vectors.all().values());
    private static final List<FrameType> TYPES = List.of(FrameType.values());

    @MethodSource("scripts")
    @FuzzTest
    void anEngineKeepsItsBooksWhateverItsPeersSay(byte[] input) {
        run(input, Sealer.Policy.NONE);
    }

    @Test
    void everyVectorOfTheDocsIsTakenOverALink() {
        vectorScripts().forEach(input -> run(input, Sealer.Policy.NONE));
    }

    @Test
    void framesReachPastTheLink() {
        Run run = new Run(new Draws(new byte[] {(byte) Operation.LINK.ordinal(), 0, 0}), Sealer.Policy.NONE);
        run.operate();
        assertThat(run.subject.engine.neighbors()).containsExactly(FIRST_PEER);
        run.subject.toggle("inbox", SocketKind.RDM);
        FlowLabel flow = new FlowLabel(
                FIRST_PEER, PEER_INCARNATION, 7, SELF, SELF_INCARNATION, SocketKind.RDM, WhenFull.WAIT, "inbox", 0);
        Data data = Data.whole(FlowRef.opening(flow), 0, 0, ByteView.utf8("hello"));
        run.feed(RoutedFrame.of(RouteHeader.DIRECT, data).encode());
        assertThat(run.delivered).isEqualTo(1);
        run.end();
    }

    static Stream<byte[]> scripts() {
        return Stream.concat(vectorScripts(), Draws.scripts());
    }

    /** A link, and over it one vector, or all. */
    static Stream<byte[]> vectorScripts() {
        byte[] all = new byte[3 + 3 * VECTORS.size()];
        for (int i = 0; i < VECTORS.size(); i++) {
            all[3 + 3 * i] = (byte) Operation.VECTOR.ordinal();
            all[3 + 3 * i + 1] = (byte) i;
        }
        Stream<byte[]> single = Stream.iterate(0, i -> i < VECTORS.size(), i -> i + 1)
                .map(i -> new byte[] {0, 0, 0, (byte) Operation.VECTOR.ordinal(), i.byteValue(), 0});
        return Stream.concat(single, Stream.of(all));
    }

    static void run(byte[] input, Sealer.Policy policy) {
        Run run = new Run(new Draws(input), policy);
        run.operate();
        run.end();
    }

    /** A peer begins an association and says one thing rightly and one wrongly; the engine begins one with a node behind. */
    static Map<String, Long> speakUnderSeals() {
        Run run = new Run(new Draws(new byte[] {(byte) Operation.LINK.ordinal(), 0, 0}), Sealer.Policy.RELAYED);
        run.operate();
        run.work();
        long connection = run.wires.firstKey();
        NodeId behind = NODES.get(1);
        run.feed(
                connection,
                new Flood(List.of(
                                run.adjacencies(FIRST_PEER, SELF, behind),
                                run.adjacencies(behind, FIRST_PEER),
                                run.item(
                                        behind,
                                        LsaKind.NODE,
                                        PEER_INCARNATION,
                                        9,
                                        run.record(NodeRecord.Status.ACTIVE)),
                                run.item(
                                        behind,
                                        LsaKind.SEAL,
                                        PEER_INCARNATION,
                                        9,
                                        FakeSealer.record(behind, SealRecord.Manner.RELAYED, 1)
                                                .encode())))
                        .encode());
        run.work();
        run.subject.advanceTo(5 * SECOND);
        SealOpening opening = FakeSealer.opening(behind, PEER_INCARNATION, 1, SELF, SELF_INCARNATION, 1, 0);
        RouteHeader relayed = RouteHeader.along(1).forwarded(2);
        ByteView right = run.sealed(opening, relayed, 1, new Probe(7)).encode();
        run.feed(connection, right);
        run.work();
        byte[] wrong = run.sealed(opening, relayed, 2, new Probe(8)).encode().toByteArray();
        wrong[wrong.length - 1]++;
        run.feed(connection, ByteView.of(wrong));
        run.subject.send(behind, "inbox", SocketKind.RDM, ByteView.utf8("sealed"), SECOND);
        run.work();
        Map<String, Long> counters = run.subject.engine.counters();
        run.end();
        return counters;
    }

    private enum Operation {
        LINK,
        VECTOR,
        FRAME,
        RAW,
        DAMAGED,
        ANSWER,
        TIME,
        SEND,
        ACCEPTED,
        CONNECTED,
        LOST,
        ENDPOINT,
        BEACON,
        DIRECTORY,
        WRITABLE,
        TOPOLOGY,
        PROBE,
        ACCEPTANCE,
        LOCATORS,
        LEAVE,
        SEAL_WORK,
        SEALED
    }

    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** A connection as its peer has it. */
    private static final class Wire {
        private final int peer;
        private final long dialNumber;
        private boolean writable = true;
        private long pings;
        private final ArrayDeque<ByteView> heard = new ArrayDeque<>();

        private Wire(int peer, long dialNumber) {
            this.peer = peer;
            this.dialNumber = dialNumber;
        }
    }

    private static final class Run implements Subject.World {
        private final Draws draws;
        private final TreeMap<Long, Wire> wires = new TreeMap<>();
        private final TreeSet<Long> dials = new TreeSet<>();
        private final List<Long> handles = new ArrayList<>(List.of(1L));
        private Acceptance acceptance = Acceptance.TAKEN;
        private long peerSequence;
        private int delivered;
        private long dialNumber;
        private final Subject subject;

        private final FakeSealer sealer;
        private final FuzzSignatory signatory = new FuzzSignatory(SELF);
        private final TreeMap<Long, SealOpening> openings = new TreeMap<>();
        private long sealCounter;

        private Run(Draws draws, Sealer.Policy policy) {
            this.draws = draws;
            this.sealer = new FakeSealer(SELF, SELF_INCARNATION, terms(policy));
            this.subject = new Subject(
                    SELF,
                    SELF_INCARNATION,
                    SELF_INSTANCE,
                    Locator.parse("fuzz/subject"),
                    policy == Sealer.Policy.NONE ? Sealer.NONE : sealer,
                    policy == Sealer.Policy.NONE ? Signatory.NONE : signatory,
                    this);
        }

        /** Short and small enough for a script to meet the ends of keys. */
        private static Sealer.Terms terms(Sealer.Policy policy) {
            return new Sealer.Terms(policy, 60_000_000_000L, 5_000_000_000L, 30_000_000_000L, 32, 64 << 10);
        }

        private void operate() {
            for (int i = 0; i < OPERATIONS_MAX && draws.hasMore(); i++) {
                operate(draws.oneOf(OPERATIONS));
            }
        }

        private void end() {
            wires.values().forEach(wire -> wire.writable = true);
            subject.close();
        }

        private void operate(Operation operation) {
            switch (operation) {
                case LINK -> link(accepted(), draws.below(5));
                case VECTOR -> feed(ByteView.of(draws.oneOf(VECTORS)));
                case FRAME -> feed(made(this::frame));
                case RAW -> feed(draws.bytes());
                case DAMAGED -> feed(draws.damaged(made(this::frame)));
                case ANSWER -> answer();
                case TIME -> time();
                case SEND -> send();
                case ACCEPTED -> accepted();
                case CONNECTED -> connected();
                case LOST -> lost();
                case ENDPOINT -> endpoint();
                case BEACON -> beacon();
                case DIRECTORY -> directory();
                case WRITABLE -> writable();
                case TOPOLOGY -> topology();
                case PROBE -> probe();
                case ACCEPTANCE -> acceptance = draws.oneOf(List.of(Acceptance.values()));
                case LOCATORS -> locators();
                case LEAVE -> subject.turn(engine -> engine.leave(subject.now()));
                case SEAL_WORK -> sealWork();
                case SEALED -> feed(made(this::sealedByAPeer));
            }
        }

        // -------------------------------------------------------------- operations

        private long accepted() {
            long[] number = new long[1];
            int peer = draws.below(5);
            subject.turn(engine -> {
                number[0] = engine.handleAccepted(locator(peer), Assurance.PLAIN, subject.now());
                wires.put(number[0], new Wire(peer, ++dialNumber));
            });
            return number[0];
        }

        /** Both ends take each other, as far as the engine lets this peer in. */
        private void link(long connection, int peer) {
            Wire wire = wires.get(connection);
            long number = wire == null ? 0 : wire.dialNumber;
            feed(connection, hello(NODES.get(peer), PEER_INCARNATION, number).encode());
            feed(connection, new Accept(SELF_INSTANCE, List.of(), 1).encode());
        }

        private void connected() {
            Long dial = dials.pollFirst();
            if (dial == null) {
                return;
            }
            if (draws.chance()) {
                subject.turn(engine -> engine.handleCarrierLost(dial, "the connection broke", subject.now()));
                return;
            }
            wires.put(dial, new Wire(draws.below(5), 0));
            subject.turn(engine -> engine.handleConnected(dial, Assurance.PLAIN, subject.now()));
            if (draws.chance()) {
                link(dial, draws.below(5));
            }
        }

        private void lost() {
            Long connection = connection();
            if (connection != null) {
                wires.remove(connection);
                subject.turn(engine -> engine.handleCarrierLost(connection, "the connection broke", subject.now()));
            }
        }

        private void time() {
            long scale = draws.oneOf(List.of(1L, 1_000_000L, 50_000_000L, SECOND, 10 * SECOND));
            int steps = draws.below(64);
            if (draws.chance()) {
                subject.advanceTo(subject.now() + scale * steps);
                return;
            }
            // As a driver does: each deadline in its turn.
            long end = subject.now() + scale * steps;
            for (int turns = 0; turns < 64 && subject.engine.nextDeadlineNanos() <= end; turns++) {
                subject.advanceTo(Math.max(subject.now(), subject.engine.nextDeadlineNanos()));
            }
        }

        private void send() {
            NodeId destination = draws.nodeId(NODES);
            SocketKind kind = draws.oneOf(List.of(SocketKind.values()));
            int times = 1 + draws.below(8);
            if (draws.below(4) == 3) {
                subject.turn(engine -> {
                    if (draws.chance()) {
                        engine.join("red", subject.now());
                    } else {
                        engine.leave("red", subject.now());
                    }
                });
                subject.sendToGroup(
                        draws.chance() ? "" : "red",
                        draws.oneOf(List.of(SocketKind.DGRAM, SocketKind.RDM, SocketKind.SEQPACKET)),
                        draws.block(6_000),
                        SECOND * (1 + draws.below(60)));
            }
            for (int i = 0; i < times; i++) {
                subject.send(
                        destination, draws.oneOf(ENDPOINTS), kind, draws.block(6_000), SECOND * (1 + draws.below(60)));
            }
        }

        private void endpoint() {
            String name = draws.oneOf(ENDPOINTS);
            subject.toggle(name, draws.oneOf(List.of(SocketKind.values())));
        }

        private void beacon() {
            ByteView datagram;
            if (draws.chance()) {
                datagram = draws.bytes();
            } else {
                Beacon beacon = new Beacon(
                        draws.oneOf(List.of(Beacon.Kind.values())),
                        ByteView.utf8("weft mesh " + Subject.MESH).hash64(),
                        draws.nodeId(NODES),
                        draws.number(),
                        draws.within(0, Integer.MAX_VALUE),
                        draws.within(0, 86_400),
                        someLocators(),
                        Collections.nCopies(draws.below(3), draws.nodeId(NODES)));
                datagram = beacon.encode(Beacon.BYTES_MAX);
            }
            String source = "fuzz/" + draws.below(4);
            subject.turn(engine -> engine.handleBeacon(datagram, source, subject.now()));
        }

        private void directory() {
            NodeId node = draws.nodeId(NODES);
            List<Locator> locators = someLocators();
            int what = draws.below(4);
            long incarnation = draws.number();
            subject.turn(engine -> {
                switch (what) {
                    case 0 -> engine.handleHostEntry(node, incarnation, locators, subject.now());
                    case 1 -> engine.handleHostEntryGone(node, subject.now());
                    case 2 -> engine.remember(node, locators, subject.now());
                    default -> locators.forEach(locator -> engine.addConfigured(locator, subject.now()));
                }
            });
        }

        private void writable() {
            Long connection = connection();
            Wire wire = connection == null ? null : wires.get(connection);
            if (wire != null) {
                wire.writable = !wire.writable;
                subject.turn(engine -> {});
            }
        }

        /** A peer tells the truth of itself: there is a way to it, and over it to another. */
        private void topology() {
            NodeId peer = NODES.get(draws.below(5));
            NodeId behind = NODES.get(draws.below(5));
            List<Flood.Item> items = new ArrayList<>();
            items.add(adjacencies(peer, SELF, behind));
            items.add(adjacencies(behind, peer));
            NodeRecord.Status status = draws.below(8) == 7 ? NodeRecord.Status.LEAVING : NodeRecord.Status.ACTIVE;
            items.add(item(behind, LsaKind.NODE, PEER_INCARNATION, ++peerSequence, record(status)));
            SealRecord prekey = FakeSealer.record(
                    behind, draws.chance() ? SealRecord.Manner.RELAYED : SealRecord.Manner.ALWAYS, 1 + draws.below(4));
            items.add(item(behind, LsaKind.SEAL, PEER_INCARNATION, ++peerSequence, prekey.encode()));
            feed(new Flood(items).encode());
            check(items.size());
        }

        private void probe() {
            NodeId destination = draws.nodeId(NODES);
            long number = draws.below(64);
            boolean ends = draws.chance();
            subject.turn(engine -> {
                if (ends) {
                    engine.endProbe(number);
                } else {
                    engine.probe(destination, number, subject.now());
                }
            });
        }

        private void locators() {
            List<Locator> locators = someLocators();
            subject.turn(engine -> engine.locatorsChanged(locators, subject.now()));
        }

        // -------------------------------------------------------------- seals

        /** Signatures have been looked at. */
        private void check(int count) {
            List<Signatory.Checked> found = signatory.take(count);
            if (!found.isEmpty()) {
                subject.turn(engine -> engine.handleChecked(found, subject.now()));
            }
        }

        /** All that the signatory and the sealer were asked for is done. */
        private void work() {
            check(Integer.MAX_VALUE);
            for (Optional<Sealer.Made> made = sealer.work(); made.isPresent(); made = sealer.work()) {
                Sealer.Made done = made.get();
                subject.turn(engine -> engine.handleSealing(done, subject.now()));
            }
        }

        /** Some of what the sealer was asked for is done, or cannot be. */
        private void sealWork() {
            check(1 + draws.below(64));
            for (int left = 1 + draws.below(4); left > 0; left--) {
                Sealer.Made made = sealer.work().orElse(null);
                if (made == null) {
                    return;
                }
                Sealer.Made done = draws.below(8) == 7 ? Sealer.Made.failed(made.task(), "drawn") : made;
                subject.turn(engine -> engine.handleSealing(done, subject.now()));
            }
        }

        /** What a node behind a link says under an association of its own, new or one of before. */
        private Frame sealedByAPeer() {
            long which = draws.below(8);
            SealOpening opening = openings.get(which);
            if (opening == null || draws.below(8) == 7) {
                opening = FakeSealer.opening(
                        NODES.get(draws.below(5)),
                        draws.below(8) == 7 ? draws.number() : PEER_INCARNATION,
                        1 + draws.below(64),
                        SELF,
                        SELF_INCARNATION,
                        1 + draws.below(4),
                        draws.below(4));
                openings.put(which, opening);
            }
            int[] labels = {draws.within(1, 128)};
            RouteHeader route = draws.chance()
                    ? RouteHeader.DIRECT
                    : RouteHeader.along(labels).forwarded(draws.within(1, 128));
            long counter = draws.chance() ? sealCounter++ : draws.below(8);
            Frame inner = draws.chance() ? data() : draws.chance() ? ack() : new Probe(draws.number());
            return sealed(opening, route, counter, inner);
        }

        private RoutedFrame sealed(SealOpening opening, RouteHeader route, long counter, Frame inner) {
            Sealer.Keys keys = FakeSealer.keys(opening);
            FrameType type = Sealed.typeFor(inner.type());
            WireWriter plain = new WireWriter();
            plain.u8(inner.type().code());
            inner.encodeBody(plain);
            Optional<SealOpening> shown = Optional.of(opening);
            ByteView associated = Sealed.associated(type, route.priority(), keys.association(), counter, shown);
            return RoutedFrame.of(
                    route,
                    new Sealed(type, keys.association(), counter, shown, keys.seal(counter, associated, plain.view())));
        }

        // -------------------------------------------------------------- frames

        private void feed(ByteView frame) {
            Long connection = connection();
            if (connection != null) {
                feed(connection, frame);
            }
        }

        private void feed(long connection, ByteView frame) {
            subject.turn(engine -> engine.handleFrame(connection, frame, subject.now()));
        }

        private @Nullable Long connection() {
            int choice = draws.u8();
            return wires.isEmpty() ? null : List.copyOf(wires.keySet()).get(choice % wires.size());
        }

        /** What an honest peer would say to the oldest frames that it has not answered. */
        private void answer() {
            Long connection = connection();
            Wire wire = connection == null ? null : wires.get(connection);
            for (int left = 1 + draws.below(4); wire != null && left > 0; left--) {
                ByteView frame = wire.heard.poll();
                if (frame == null) {
                    return;
                }
                for (Frame answer : answers(wire, frame)) {
                    feed(connection, answer.encode());
                }
            }
        }

        private List<Frame> answers(Wire wire, ByteView frame) {
            Frames.Read read;
            try {
                read = Frames.read(frame);
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
            if (read.frame() instanceof RoutedFrame routed && routed.route().isAtEnd()) {
                return answersAlong(routed.route().back(), read.body());
            }
            if (read.frame() instanceof Hello) {
                return List.of(
                        hello(NODES.get(wire.peer), PEER_INCARNATION, wire.dialNumber),
                        new Accept(SELF_INSTANCE, List.of(), 1));
            }
            if (read.frame() instanceof Ping ping) {
                return List.of(
                        Pong.answering(ping, subject.now()),
                        new Ping(++wire.pings, subject.now(), subject.engine.lsdbHash(), Interest.WANTED, Push.EAGER));
            }
            if (read.frame() instanceof Flood flood) {
                return List.of(new FloodAck(flood.items().stream()
                        .map(item -> new LsaHeading(item.lsa().key(), item.lsa().version()))
                        .toList()));
            }
            return List.of();
        }

        private List<Frame> answersAlong(RouteHeader back, Frame body) {
            if (body instanceof Data data) {
                long flow = data.flow().label().map(FlowLabel::number).orElse(1L);
                Ack ack = new Ack(
                        SELF_INCARNATION,
                        flow,
                        9 + flow,
                        data.sequence(),
                        data.sequence() + 1,
                        1 << 20,
                        0,
                        1,
                        List.of(),
                        List.of());
                return List.of(RoutedFrame.of(back, ack));
            }
            if (body instanceof Sealed sealed && sealed.opening().isPresent()) {
                SealOpening opening = sealed.opening().get();
                return List.of(RoutedFrame.of(
                        back,
                        new SealAnswer(
                                sealed.association(),
                                opening.destination(),
                                FakeSealer.keys(opening).receipt())));
            }
            if (body instanceof Probe probe) {
                return List.of(RoutedFrame.of(back, new ProbeReply(probe.number(), FIRST_PEER, 1)));
            }
            return List.of();
        }

        /** Some frame; nothing where what was drawn can be none, for then the damaged ones are the ones to try. */
        private ByteView made(Supplier<Frame> drawn) {
            try {
                return drawn.get().encode();
            } catch (IllegalArgumentException | InvariantError impossible) {
                return ByteView.EMPTY;
            }
        }

        private Ping ping() {
            long seq = 1 + draws.number() / 2;
            long clockNanos = draws.number();
            long hash = draws.number();
            return new Ping(
                    seq,
                    clockNanos,
                    hash,
                    draws.chance() ? Interest.WANTED : Interest.UNWANTED,
                    hash % 2 == 0 ? Push.EAGER : Push.LAZY);
        }

        private Frame frame() {
            FrameType type = draws.oneOf(TYPES);
            return switch (type) {
                case HELLO -> hello(draws.nodeId(NODES.subList(0, 6)), 1 + draws.number() / 2, draws.below(4));
                case ACCEPT ->
                    new Accept(draws.chance() ? SELF_INSTANCE : 1 + draws.number() / 2, proofs(), 1 + draws.below(3));
                case CLOSE -> new Close(draws.oneOf(List.of(CloseReason.values())), "enough");
                case PING -> ping();
                case PONG -> pong();
                case PEERS -> peers();
                case FLOOD -> flood();
                case FLOOD_ACK -> new FloodAck(headings());
                case FLOOD_WANT -> new FloodWant(headings());
                case CAST_HEARD -> {
                    long count = 1L + draws.below(50);
                    yield new CastHeard(count + draws.below(50), count);
                }
                case DIGEST -> new Digest(bound(), bound(), headings());
                case REVOKED -> new Revoked(draws.block(200), 1 + draws.number() / 2);
                case DATA -> routed(data());
                case ACK -> routed(ack());
                case ADVANCE -> routed(new Advance(flowRef(), draws.number()));
                case ROUTE_ERROR -> routed(routeError());
                case PROBE -> routed(new Probe(draws.number()));
                case PROBE_REPLY -> routed(new ProbeReply(draws.number(), draws.nodeId(NODES), draws.u8()));
                case RESET -> routed(new Reset(draws.nodeId(NODES), draws.number(), flowRef()));
                case ABORT -> routed(new Abort(flowRef(), draws.oneOf(List.of(Outcome.Reason.values()))));
                case GROUP_KEY ->
                    routed(new GroupKey(
                            draws.below(4),
                            draws.below(4),
                            GROUP_SECRET,
                            draws.below(4),
                            GROUP_OWN,
                            draws.below(4),
                            draws.number()));
                case GROUP_KEY_WANT -> routed(new GroupKeyWant(draws.below(6), draws.below(4)));
                case SEALED, SEALED_CONTROL -> routed(sealed(type));
                case SEAL_ANSWER ->
                    routed(new SealAnswer(
                            draws.below(4), draws.nodeId(NODES), draws.chance() ? ByteView.EMPTY : RECEIPT));
                case GROUP_DATA -> tree(groupData());
                case GROUP_ACK -> routed(groupAck());
                case GROUP_ADVANCE -> {
                    long message = draws.number();
                    yield tree(new GroupAdvance(
                            draws.below(4),
                            message,
                            Math.min(message, draws.below(4)),
                            draws.oneOf(List.of(GroupAdvance.Answers.values()))));
                }
            };
        }

        private Sealed sealed(FrameType type) {
            SealOpening opening = new SealOpening(
                    draws.nodeId(NODES),
                    RECEIPT,
                    draws.number(),
                    draws.number(),
                    draws.nodeId(NODES),
                    draws.number(),
                    draws.number(),
                    RECEIPT);
            return new Sealed(
                    type,
                    draws.below(4),
                    draws.u8(),
                    draws.chance() ? Optional.empty() : Optional.of(opening),
                    ByteView.of(new byte[Sealed.TAG_BYTES + 1 + draws.below(64)]));
        }

        /** From some origin, over this node, to two behind it; this node and they are members, or others are. */
        private Frame tree(Frame body) {
            TreeMark here = TreeMark.member(TreeMark.checkOf(SELF, SELF_INCARNATION));
            TreeMark mark = draws.below(4) == 3
                    ? TreeMark.RELAY
                    : draws.chance() ? here : here.withFloorDistance(draws.chance() ? draws.below(4) : draws.number());
            int first = draws.within(1, 128);
            TreeLayout layout = TreeLayout.of(
                    new int[] {0, 0, 1, 1},
                    new int[] {0, 1, first, first + draws.within(1, 64)},
                    List.of(TreeMark.RELAY, mark, TreeMark.member(1), TreeMark.member(2)));
            TreeHeader.TreeOrigin origin = new TreeHeader.TreeOrigin(
                    draws.nodeId(NODES), draws.chance() ? PEER_INCARNATION : draws.number(), draws.below(64));
            WireWriter out = new WireWriter();
            body.encodeBody(out);
            TreeHeader header = TreeHeader.first(origin, draws.within(0, TreeHeader.PATIENCE_MILLIS_MAX), layout, 1);
            TreeHeader urgent = header.withPriority(draws.below(8));
            return new TreeFrame(body.type(), draws.chance() ? urgent : urgent.marked(), out.view());
        }

        private GroupData groupData() {
            GroupName name = new GroupName(
                    draws.oneOf(List.of(GroupName.Scope.values())),
                    draws.oneOf(List.of(SocketKind.values())),
                    draws.oneOf(List.of(WhenFull.values())),
                    draws.oneOf(List.of(GroupName.Sealing.values())),
                    draws.chance() ? "" : "red",
                    draws.chance() ? "" : draws.oneOf(ENDPOINTS));
            long message = draws.chance() ? draws.below(16) : draws.number();
            int count = draws.chance() ? 1 : 1 + draws.below(4);
            ByteView payload = draws.block(600);
            return new GroupData(
                    draws.below(4),
                    message,
                    Math.min(message, draws.below(4)),
                    draws.chance() ? Optional.of(name) : Optional.empty(),
                    draws.below(count),
                    count,
                    count == 1 ? payload.length() : payload.length() + draws.below(64),
                    payload);
        }

        private GroupAck groupAck() {
            List<GroupAck.Answer> answers = new ArrayList<>();
            for (int left = 1 + draws.below(3); left > 0; left--) {
                int from = draws.below(40);
                Verdict verdict = draws.oneOf(List.of(
                        Verdict.ABSENT,
                        Verdict.HELD,
                        Verdict.DELIVERED,
                        Verdict.UNKNOWN_FLOW,
                        Verdict.refused(Outcome.Reason.NO_ENDPOINT)));
                OptionalLong code = draws.chance() ? OptionalLong.empty() : OptionalLong.of(draws.number());
                GroupAck.Run run =
                        new GroupAck.Run(from, from + 1 + draws.below(60), verdict, RouteHeader.Mark.NONE, code);
                answers.add(new GroupAck.Answer(draws.below(64), List.of(run)));
            }
            return new GroupAck(draws.chance() ? SELF : draws.nodeId(NODES), SELF_INCARNATION, answers);
        }

        private Hello hello(NodeId node, long incarnation, long number) {
            return new Hello(
                    VersionRange.OURS,
                    Subject.MESH,
                    node,
                    node.low() | 1,
                    incarnation,
                    "peer",
                    Subject.HOST,
                    0,
                    List.of(locator(0)),
                    Optional.empty(),
                    number,
                    1_000,
                    1 << 20,
                    ByteView.of(new byte[Hello.NONCE_BYTES]));
        }

        private List<ByteView> proofs() {
            ByteView proof = ByteView.of(new byte[Accept.PROOF_BYTES]);
            return Collections.nCopies(draws.below(Accept.PROOFS_MAX + 1), proof);
        }

        private Pong pong() {
            long received = draws.number() / 2;
            return new Pong(1 + draws.number() / 2, draws.number(), received, received + draws.number() / 2);
        }

        private Peers peers() {
            List<Peers.Entry> entries = new ArrayList<>();
            for (int left = draws.below(32); left > 0 && draws.hasMore(); left--) {
                entries.add(new Peers.Entry(
                        draws.nodeId(NODES),
                        draws.number(),
                        someLocators(),
                        draws.within(0, Peers.SILENT_SECONDS_MAX)));
            }
            return new Peers(entries);
        }

        private Flood flood() {
            List<Flood.Item> items = new ArrayList<>();
            do {
                NodeId origin = draws.nodeId(NODES.subList(0, 6));
                LsaKind kind = draws.chance() ? LsaKind.ADJACENCY : LsaKind.NODE;
                ByteView content;
                if (draws.below(8) == 7) {
                    content = draws.bytes();
                } else if (kind == LsaKind.NODE) {
                    content = record(draws.chance() ? NodeRecord.Status.ACTIVE : NodeRecord.Status.LEAVING);
                } else {
                    content = links();
                }
                Flood.Item made = item(origin, kind, 1 + draws.number() / 2, 1 + draws.number(), content);
                Lsa lsa = draws.below(16) == 15 ? forged(made.lsa()) : made.lsa();
                items.add(new Flood.Item(draws.within(0, Flood.AGE_SECONDS_MAX), lsa));
            } while (items.size() < 32 && draws.below(4) == 3);
            return new Flood(items);
        }

        private Flood.Item item(NodeId origin, LsaKind kind, long incarnation, long sequence, ByteView content) {
            LsaVersion version = new LsaVersion(incarnation, Math.max(1, sequence));
            LsaKey key = new LsaKey(origin, kind);
            return new Flood.Item(
                    0,
                    Lsa.originate(
                            Subject.MESH, key, version, content, FuzzSignatory.key(origin), FuzzSignatory::signature));
        }

        private static Lsa forged(Lsa lsa) {
            return Lsa.originate(
                    Subject.MESH,
                    lsa.key(),
                    lsa.version(),
                    lsa.content(),
                    lsa.originKey(),
                    statement -> ByteView.of(new byte[Lsa.SIGNATURE_BYTES]));
        }

        private Flood.Item adjacencies(NodeId origin, NodeId... neighbors) {
            List<Adjacencies.Adjacency> links = new ArrayList<>();
            for (NodeId neighbor : new TreeSet<>(List.of(neighbors))) {
                links.add(new Adjacencies.Adjacency(neighbor, 1 + links.size(), 100));
            }
            ByteView content = new Adjacencies(links).encode();
            return item(origin, LsaKind.ADJACENCY, PEER_INCARNATION, ++peerSequence, content);
        }

        private ByteView links() {
            TreeMap<NodeId, Adjacencies.Adjacency> links = new TreeMap<>();
            for (int left = draws.below(8); left > 0; left--) {
                NodeId neighbor = draws.nodeId(NODES);
                links.put(
                        neighbor,
                        new Adjacencies.Adjacency(
                                neighbor,
                                draws.within(1, RouteHeader.LABEL_MAX),
                                draws.within(1, Adjacencies.COST_MAX)));
            }
            return new Adjacencies(List.copyOf(links.values())).encode();
        }

        private ByteView record(NodeRecord.Status status) {
            // Large ones meet the bound in bytes.
            int words = draws.below(4) == 3 ? NodeRecord.GROUPS_MAX : 1;
            return NodeRecord.of("peer", Subject.HOST, someLocators())
                    .withWords(new NodeRecord.Words(
                            Collections.nCopies(words, "g".repeat(1 + draws.below(120))), List.of(), new TreeMap<>()))
                    .withKept(new Peer.Bandwidth(draws.number(), draws.number()))
                    .withStatus(status)
                    .encode();
        }

        private List<LsaHeading> headings() {
            TreeMap<LsaKey, LsaHeading> headings = new TreeMap<>();
            for (int left = draws.below(8); left > 0; left--) {
                LsaKey key = key();
                headings.put(key, new LsaHeading(key, new LsaVersion(draws.number(), draws.number())));
            }
            return List.copyOf(headings.values());
        }

        private LsaKey key() {
            return new LsaKey(draws.nodeId(NODES), draws.chance() ? LsaKind.ADJACENCY : LsaKind.NODE);
        }

        private Optional<LsaKey> bound() {
            return draws.chance() ? Optional.empty() : Optional.of(key());
        }

        private RoutedFrame routed(Frame body) {
            int[] ahead = new int[draws.below(4) == 3 ? draws.below(4) : 0];
            for (int i = 0; i < ahead.length; i++) {
                ahead[i] = draws.within(1, 128);
            }
            RouteHeader route = RouteHeader.along(ahead);
            for (int left = ahead.length == 0 ? 0 : draws.below(ahead.length); left > 0; left--) {
                route = route.forwarded(draws.within(1, 128));
            }
            return RoutedFrame.of(route, body);
        }

        private FlowRef flowRef() {
            if (draws.chance()) {
                return FlowRef.established(
                        draws.below(4) == 3 ? 1 + draws.number() / 2 : handles.get(draws.u8() % handles.size()));
            }
            NodeId origin = draws.nodeId(NODES);
            boolean toSelf = draws.below(4) != 3;
            SocketKind kind = draws.oneOf(List.of(SocketKind.values()));
            return FlowRef.opening(new FlowLabel(
                    origin,
                    draws.chance() ? PEER_INCARNATION : SELF_INCARNATION,
                    draws.below(8),
                    toSelf ? SELF : draws.nodeId(NODES),
                    toSelf ? SELF_INCARNATION : draws.number(),
                    kind,
                    draws.oneOf(List.of(WhenFull.values())),
                    draws.oneOf(ENDPOINTS),
                    kind.isConnected() ? draws.below(4) : 0));
        }

        private Data data() {
            FlowRef flow = flowRef();
            long sequence = draws.number() >>> 3;
            if (draws.below(16) == 15) {
                return Data.end(
                        flow, sequence, 0, sequence % 2 == 0 ? Outcome.Reason.NONE : Outcome.Reason.CONNECTION_RESET);
            }
            long lag = Math.min(sequence, draws.number());
            ByteView payload = draws.chance() ? draws.block(300) : draws.block(64);
            if (draws.chance()) {
                return Data.whole(flow, sequence, lag, payload);
            }
            int count = draws.within(2, Data.FRAGMENTS_MAX);
            int index = (int) Math.min(sequence, draws.within(0, count - 1));
            int bytes = Math.max(Math.max(256 * count, payload.length()), draws.within(0, Data.MESSAGE_BYTES_MAX));
            ByteView part = payload.isEmpty() ? ByteView.utf8("x") : payload;
            return Data.piece(flow, sequence, lag, index, count, bytes, part);
        }

        private Ack ack() {
            long floor = draws.number();
            List<Ack.Range> ranges = new ArrayList<>();
            long at = floor;
            for (int left = draws.below(4); left > 0; left--) {
                long from = at + 1 + draws.below(8);
                long to = from + 1 + draws.below(200);
                if (from < at || to < from) {
                    break;
                }
                ranges.add(new Ack.Range(from, to));
                at = to;
            }
            List<Ack.Refusal> refusals = new ArrayList<>();
            for (int left = draws.below(4); left > 0; left--) {
                refusals.add(new Ack.Refusal(draws.number(), draws.oneOf(List.of(Outcome.Reason.values()))));
            }
            return new Ack(
                    SELF_INCARNATION,
                    draws.below(8),
                    draws.chance() ? handles.get(draws.u8() % handles.size()) : 1 + draws.number() / 2,
                    draws.number(),
                    floor,
                    draws.number(),
                    draws.number(),
                    draws.u8(),
                    ranges,
                    refusals);
        }

        private RouteError routeError() {
            ByteView excerpt = draws.bytes();
            if (draws.chance()) {
                ByteView body = RoutedFrame.of(RouteHeader.DIRECT, data()).body();
                excerpt = body.slice(0, Math.min(RouteError.EXCERPT_BYTES_MAX, body.length()));
            }
            return new RouteError(
                    draws.oneOf(List.of(RouteError.Reason.values())),
                    draws.nodeId(NODES),
                    draws.within(1, 128),
                    draws.below(4) == 3 ? draws.oneOf(TYPES) : FrameType.DATA,
                    excerpt);
        }

        private List<Locator> someLocators() {
            List<Locator> locators = new ArrayList<>();
            for (int left = draws.below(4); left > 0; left--) {
                locators.add(locator(draws.below(16)));
            }
            return locators;
        }

        private static Locator locator(int index) {
            return new Locator("fuzz", "peer" + index);
        }

        // -------------------------------------------------------------- the world

        @Override
        public void dial(long connection, Locator locator) {
            dials.add(connection);
        }

        @Override
        public boolean isWritable(long connection) {
            Wire wire = wires.get(connection);
            return wire != null && wire.writable;
        }

        @Override
        public void transmit(long connection, ByteView frame) {
            Wire wire = wires.get(connection);
            assertThat(wire).isNotNull();
            if (wire.heard.size() < 64) {
                wire.heard.add(frame);
            }
            learnHandle(frame);
        }

        private void learnHandle(ByteView frame) {
            try {
                if (Frames.read(frame).body() instanceof Ack ack && !handles.contains(ack.handle())) {
                    handles.add(ack.handle());
                }
            } catch (MalformedFrame passedOn) {
                // Of what goes along a tree no more than the header need be readable, as was looked at before.
                return;
            }
        }

        @Override
        public void close(long connection) {
            wires.remove(connection);
        }

        @Override
        public void beacon(ByteView datagram) {}

        @Override
        public void deliver(String endpoint, ByteView payload) {
            delivered++;
        }

        @Override
        public boolean takes() {
            return acceptance == Acceptance.TAKEN;
        }

        @Override
        public void settled(long ticket, Outcome outcome) {}
    }
}
