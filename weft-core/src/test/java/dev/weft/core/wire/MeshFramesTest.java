package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Cases;
import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame beyond a link's own: the vector of the docs both ways, truncation, corruption, noise. */
class MeshFramesTest {
    private static final NodeId ONE = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId TWO = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final ByteView HOST = ByteView.utf8("0123456789abcdef");

    static Stream<Frame> frames() {
        NodeRecord record = NodeRecord.of("alpha", HOST, List.of(Locator.parse("tcp/10.0.0.7:7400")))
                .withWords(new NodeRecord.Words(
                        List.of("ops"), List.of("eu"), new TreeMap<>(java.util.Map.of("rack", "7"))))
                .withKept(new Peer.Bandwidth(1_000_000, 2_000_000));
        Lsa node = Lsa.originate(new LsaKey(ONE, LsaKind.NODE), new LsaVersion(3, 9), record.encode());
        Lsa adjacency = Lsa.originate(
                new LsaKey(ONE, LsaKind.ADJACENCY),
                new LsaVersion(3, 10),
                new Adjacencies(List.of(new Adjacencies.Adjacency(TWO, 5, 1_250))).encode());
        LsaHeading heading = new LsaHeading(node.key(), node.version());
        FlowLabel label = new FlowLabel(ONE, 3, 7, TWO, 4, SocketKind.RDM, WhenFull.WAIT, "inbox", 0);
        return Stream.of(
                new Peers(List.of(new Peers.Entry(TWO, 4, List.of(Locator.parse("unix//run/b.sock")), 12))),
                new Flood(List.of(new Flood.Item(30, adjacency), new Flood.Item(31, node))),
                new FloodAck(List.of(heading)),
                new FloodWant(List.of(heading)),
                new Digest(Optional.empty(), Optional.of(node.key()), List.of(heading)),
                new Revoked(ByteView.utf8("list"), 8),
                new CastHeard(300, 299),
                RoutedFrame.of(
                        RouteHeader.along(5, 300), Data.whole(FlowRef.opening(label), 4, 1, ByteView.utf8("hello"))),
                RoutedFrame.of(
                        RouteHeader.DIRECT,
                        new Ack(
                                3,
                                7,
                                99,
                                12,
                                5,
                                65_536,
                                1,
                                2,
                                List.of(new Ack.Range(7, 9)),
                                List.of(new Ack.Refusal(8, Outcome.Reason.NO_ENDPOINT)))),
                RoutedFrame.of(RouteHeader.DIRECT, new Advance(FlowRef.established(99), 6)),
                RoutedFrame.of(
                        RouteHeader.along(2),
                        new RouteError(RouteError.Reason.NO_LINK, TWO, 300, FrameType.DATA, ByteView.utf8("abc"))),
                RoutedFrame.of(RouteHeader.along(1), new Probe(77)),
                RoutedFrame.of(RouteHeader.DIRECT.back(), new ProbeReply(77, TWO, 2)),
                RoutedFrame.of(RouteHeader.DIRECT, new Reset(TWO, 4, FlowRef.established(99))),
                RoutedFrame.of(RouteHeader.DIRECT, new Abort(FlowRef.established(99), Outcome.Reason.TIMEOUT)),
                tree(new GroupData(
                        3,
                        7,
                        2,
                        Optional.of(new GroupName(GroupName.Scope.GROUP, SocketKind.RDM, "ops", "inbox")
                                .withWhenFull(WhenFull.REFUSE)
                                .with(GroupName.Sealing.SEALED)),
                        0,
                        2,
                        9,
                        ByteView.utf8("hello"))),
                RoutedFrame.of(
                        RouteHeader.DIRECT,
                        new GroupAck(
                                ONE,
                                3,
                                List.of(
                                        new GroupAck.Answer(300, List.of(new GroupAck.Run(4, 90, Verdict.DELIVERED))),
                                        new GroupAck.Answer(
                                                302,
                                                List.of(new GroupAck.Run(
                                                        4,
                                                        90,
                                                        Verdict.DELIVERED,
                                                        RouteHeader.Mark.CONGESTION,
                                                        OptionalLong.of(0x0102030405060708L)))),
                                        new GroupAck.Answer(
                                                301,
                                                List.of(
                                                        new GroupAck.Run(
                                                                4, 40, Verdict.HELD, RouteHeader.Mark.CONGESTION),
                                                        new GroupAck.Run(
                                                                52,
                                                                90,
                                                                Verdict.refused(Outcome.Reason.NO_ENDPOINT))))))),
                tree(new GroupAdvance(3, 7, 2)),
                RoutedFrame.of(
                        RouteHeader.DIRECT,
                        new GroupKey(
                                3,
                                300,
                                ByteView.utf8("sixteen and twelve bytes: 28"),
                                2,
                                ByteView.utf8("thirty-two bytes that two know.."),
                                3,
                                7)),
                RoutedFrame.of(RouteHeader.DIRECT, new GroupKeyWant(3, 300)),
                RoutedFrame.of(
                        RouteHeader.along(5),
                        new Sealed(FrameType.SEALED, 0x01020304, 0, Optional.of(opening()), sealed())),
                RoutedFrame.of(
                        RouteHeader.along(5, 300),
                        new Sealed(FrameType.SEALED_CONTROL, 0x01020304, 300, Optional.empty(), sealed())),
                RoutedFrame.of(RouteHeader.along(2), new SealAnswer(0x01020304, TWO, HOST)));
    }

    private static SealOpening opening() {
        return new SealOpening(ONE, ByteView.utf8("key of one"), 3, 7, TWO, 4, 2, ByteView.utf8("encapsulated"));
    }

    /** Not what a cipher makes of it, but as long. */
    private static ByteView sealed() {
        return ByteView.utf8("hidden, and its tag: 16B");
    }

    /** Seven nodes: the origin, two neighbors, and behind the first of them four members. */
    static TreeLayout layout() {
        TreeMark member = TreeMark.member(0x01020304);
        return TreeLayout.of(
                new int[] {0, 0, 1, 2, 2, 1, 0},
                new int[] {0, 5, 7, 1, 300, 9, 6},
                List.of(TreeMark.RELAY, TreeMark.RELAY, member, member.withFloorDistance(7), member, member, member));
    }

    private static TreeFrame tree(Frame body) {
        TreeHeader atFirst = TreeHeader.first(new TreeHeader.TreeOrigin(ONE, 3, 300), 40, layout(), 1)
                .withPriority(6)
                .marked();
        TreeHeader next = atFirst.forwarded(atFirst.branches().get(0), 11);
        WireWriter out = new WireWriter();
        body.encodeBody(out);
        return new TreeFrame(body.type(), next, out.view());
    }

    /** Reads a frame with all its parts, as the engine does. */
    private static Frame decode(ByteView bytes) throws MalformedFrame {
        WireReader in = new WireReader(bytes);
        FrameType type = FrameType.decode(in);
        if (type.scope() == FrameType.Scope.LINK) {
            return switch (type) {
                case PEERS -> Peers.decode(in);
                case FLOOD -> readable(Flood.decode(in));
                case FLOOD_ACK -> FloodAck.decode(in);
                case FLOOD_WANT -> FloodWant.decode(in);
                case DIGEST -> Digest.decode(in);
                case REVOKED -> Revoked.decode(in);
                case CAST_HEARD -> CastHeard.decode(in);
                default -> throw new MalformedFrame("type", "of another test");
            };
        }
        if (type.scope() == FrameType.Scope.TREE) {
            TreeFrame tree = TreeFrame.decode(type, in);
            WireReader body = new WireReader(tree.body());
            Frame read = type == FrameType.GROUP_DATA ? GroupData.decode(body) : GroupAdvance.decode(body);
            WireWriter out = new WireWriter();
            read.encodeBody(out);
            return new TreeFrame(type, tree.header(), out.view());
        }
        RoutedFrame routed = RoutedFrame.decode(type, in);
        WireReader body = new WireReader(routed.body());
        Frame read = switch (type) {
            case DATA -> Data.decode(body);
            case ACK -> Ack.decode(body);
            case ADVANCE -> Advance.decode(body);
            case ROUTE_ERROR -> RouteError.decode(body);
            case PROBE -> Probe.decode(body);
            case PROBE_REPLY -> ProbeReply.decode(body);
            case RESET -> Reset.decode(body);
            case GROUP_ACK -> GroupAck.decode(body);
            case ABORT -> Abort.decode(body);
            case GROUP_KEY -> GroupKey.decode(body);
            case GROUP_KEY_WANT -> GroupKeyWant.decode(body);
            case SEALED, SEALED_CONTROL -> Sealed.decode(type, body);
            case SEAL_ANSWER -> SealAnswer.decode(body);
            default -> throw new InvariantError("no routed frame: " + type);
        };
        return RoutedFrame.of(routed.route(), read);
    }

    private static Flood readable(Flood flood) throws MalformedFrame {
        for (Flood.Item item : flood.items()) {
            dev.weft.core.topology.Edition.read(item.lsa());
        }
        return flood;
    }

    @Test
    void everyTypeOfFrameIsAmongTheseOrHasAContractOfItsOwn() {
        EnumSet<FrameType> tested =
                EnumSet.of(FrameType.HELLO, FrameType.ACCEPT, FrameType.CLOSE, FrameType.PING, FrameType.PONG);
        frames().forEach(frame -> tested.add(frame.type()));
        assertThat(EnumSet.complementOf(tested)).isEmpty();
    }

    @Test
    void aQuestionThatEachIsToAnswerForItselfSaysSo() throws MalformedFrame {
        TreeFrame asked = tree(new GroupAdvance(3, 7, 2, GroupAdvance.Answers.SEPARATE));
        assertThat(asked.encode()).isEqualTo(GoldenVectors.read("GROUP_ADVANCE_SEPARATE"));
        assertThat(decode(asked.encode())).isEqualTo(asked);
    }

    @Test
    void anAnswerThatIsVouchedForIsNeverAsLongAsADigest() {
        for (long number : new long[] {0, 1, 300, Long.MAX_VALUE}) {
            for (Outcome.Reason reason : Outcome.Reason.values()) {
                Verdict verdict = reason == Outcome.Reason.NONE ? Verdict.DELIVERED : Verdict.refused(reason);
                ByteView statement = GroupAck.statement(number, number, verdict, RouteHeader.Mark.CONGESTION);
                assertThat(statement.length()).isEqualTo(31);
                assertThat(statement).isNotEqualTo(GroupAck.statement(number, number, verdict, RouteHeader.Mark.NONE));
                assertThat(verdict.code()).isLessThan(64);
            }
        }
    }

    private static ByteView vector(Frame frame) {
        return GoldenVectors.read(frame.type().name());
    }

    @ParameterizedTest
    @MethodSource("frames")
    void theVectorOfTheDocsIsWrittenAndRead(Frame frame) throws MalformedFrame {
        assertThat(frame.encode()).isEqualTo(vector(frame));
        assertThat(decode(vector(frame)).encode()).isEqualTo(vector(frame));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void howeverAFrameIsEditedItIsReadOrMalformed(Frame frame) {
        ByteView vector = vector(frame);
        Cases.check(1, 5_000, Edit::drawn, edits -> readOrMalformed(Edit.applied(edits, vector)));
    }

    @Test
    void aFloodWithANumberIsAcknowledgedByIt() throws MalformedFrame {
        Lsa adjacency = Lsa.originate(
                new LsaKey(ONE, LsaKind.ADJACENCY),
                new LsaVersion(3, 10),
                new Adjacencies(List.of(new Adjacencies.Adjacency(TWO, 5, 1_250))).encode());
        Flood flood = new Flood(List.of(new Flood.Item(30, adjacency)), 300);
        LsaHeading heading = new LsaHeading(new LsaKey(ONE, LsaKind.NODE), new LsaVersion(3, 9));
        FloodAck ack = new FloodAck(List.of(heading), List.of(300L, 301L));
        assertThat(flood.encode()).isEqualTo(GoldenVectors.read("FLOOD_NUMBERED"));
        assertThat(ack.encode()).isEqualTo(GoldenVectors.read("FLOOD_ACK_FRAMES"));
        for (Frame frame : List.of(flood, ack)) {
            ByteView vector = frame.encode();
            assertThat(decode(vector).encode()).isEqualTo(vector);
            for (int length = 0; length < vector.length(); length++) {
                readOrMalformed(vector.slice(0, length));
            }
            for (int at = 0; at < vector.length(); at++) {
                for (int flip = 1; flip < 256; flip++) {
                    byte[] bytes = vector.toByteArray();
                    bytes[at] ^= (byte) flip;
                    readOrMalformed(ByteView.of(bytes));
                }
            }
        }
    }

    @Test
    void theVectorOfASealRecordIsWrittenAndReadAndNothingBreaksIt() throws MalformedFrame {
        SealRecord record = new SealRecord(
                ByteView.utf8("key of one"),
                SealRecord.Manner.ALWAYS,
                2,
                ByteView.utf8("prekey"),
                ByteView.utf8("signature"));
        Lsa lsa = Lsa.originate(new LsaKey(ONE, LsaKind.SEAL), new LsaVersion(3, 11), record.encode());
        ByteView vector = GoldenVectors.read("FLOOD_SEAL");
        assertThat(new Flood(List.of(new Flood.Item(1, lsa))).encode()).isEqualTo(vector);
        assertThat(SealRecord.decode(record.encode())).isEqualTo(record);
        for (int length = 0; length < vector.length(); length++) {
            readOrMalformed(vector.slice(0, length));
        }
        for (int at = 0; at < vector.length(); at++) {
            for (int flip = 1; flip < 256; flip++) {
                byte[] bytes = vector.toByteArray();
                bytes[at] ^= (byte) flip;
                readOrMalformed(ByteView.of(bytes));
            }
        }
    }

    @Test
    void whatIsAuthenticatedIsAllThatStandsBeforeWhatIsEncrypted() {
        Sealed frame = new Sealed(FrameType.SEALED, 0x01020304, 5, Optional.of(opening()), sealed());
        WireWriter body = new WireWriter();
        frame.encodeBody(body);
        ByteView head = body.view().slice(0, body.length() - sealed().length());
        assertThat(frame.associated(6))
                .isEqualTo(new WireWriter()
                        .u8(FrameType.SEALED.code())
                        .u8(6)
                        .bytes(head)
                        .view());
        assertThat(body.length() - 8).isLessThanOrEqualTo(Sealed.OVERHEAD_BYTES_MAX);
    }

    @ParameterizedTest
    @MethodSource("frames")
    void noTruncationAndNoFlippedByteIsMoreThanMalformed(Frame frame) {
        ByteView vector = vector(frame);
        for (int length = 0; length < vector.length(); length++) {
            readOrMalformed(vector.slice(0, length));
        }
        for (int at = 0; at < vector.length(); at++) {
            for (int flip = 1; flip < 256; flip++) {
                byte[] bytes = vector.toByteArray();
                bytes[at] ^= (byte) flip;
                readOrMalformed(ByteView.of(bytes));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("frames")
    void noiseIsNoMoreThanMalformed(Frame frame) {
        for (long seed = 1; seed <= 5_000; seed++) {
            Prng prng = new Prng(seed);
            byte[] bytes = new byte[1 + prng.below(80)];
            for (int i = 1; i < bytes.length; i++) {
                bytes[i] = (byte) (prng.chance(500_000) ? prng.below(8) : prng.nextLong());
            }
            bytes[0] = (byte) frame.type().code();
            readOrMalformed(ByteView.of(bytes));
        }
    }

    @Test
    void aBeaconIsReadAsWrittenAndNothingBreaksIt() throws MalformedFrame {
        Beacon beacon = new Beacon(
                Beacon.Kind.PING, 42, ONE, 3, 5, 600, List.of(Locator.parse("tcp/10.0.0.7:7400")), List.of(TWO));
        ByteView datagram = beacon.encode(Beacon.BYTES_MAX);
        assertThat(datagram.length()).isEqualTo(Beacon.QUESTION_BYTES);
        assertThat(Beacon.decode(datagram)).isEqualTo(beacon);
        for (int at = 0; at < 80; at++) {
            for (int flip = 1; flip < 256; flip++) {
                byte[] bytes = datagram.toByteArray();
                bytes[at] ^= (byte) flip;
                try {
                    Beacon.decode(ByteView.of(bytes));
                } catch (MalformedFrame expected) {
                    assertThat(expected).hasMessageContaining(":");
                }
            }
        }
    }

    /** An unchecked exception from here fails the test that called. */
    private static void readOrMalformed(ByteView bytes) {
        try {
            decode(bytes).encode();
        } catch (MalformedFrame expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        }
    }

    /** Prints the vectors for docs/protocol.md. */
    public static void main(String[] args) {
        frames().forEach(frame -> {
            System.out.println("```hex " + frame.type());
            String hex = java.util.HexFormat.of().formatHex(frame.encode().toByteArray());
            for (int i = 0; i < hex.length(); i += 96) {
                System.out.println(hex.substring(i, Math.min(hex.length(), i + 96)));
            }
            System.out.println("```\n");
        });
    }
}
