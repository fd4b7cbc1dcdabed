package dev.weft.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.WireReader;
import dev.weft.proto.Weft;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/weft.proto is what a second implementation would start from. So for each of its messages: protobuf, given our
 * fields, writes the bytes that we write; it reads ours into those fields; and we read what it writes, also with
 * fields that we do not know.
 */
class PublishedSchemaTest {
    private static final int SEEDS = 400;
    private static final UnknownFieldSet FROM_THE_FUTURE = UnknownFieldSet.newBuilder()
            .addField(100, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    private static final UnknownFieldSet MUCH_FROM_THE_FUTURE = UnknownFieldSet.newBuilder()
            .addField(
                    100,
                    UnknownFieldSet.Field.newBuilder()
                            .addVarint(-1)
                            .addVarint(0)
                            .build())
            .addField(101, UnknownFieldSet.Field.newBuilder().addFixed32(7).build())
            .addField(102, UnknownFieldSet.Field.newBuilder().addFixed64(7).build())
            .addField(
                    536_000,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                            .build())
            .build();

    /** Reads what follows the type byte. */
    private interface Reader<T> {
        T read(ByteView body) throws MalformedFrame;
    }

    /** How protobuf reads a message. */
    private interface Parser<M> {
        M parse(byte[] bytes) throws InvalidProtocolBufferException;
    }

    private static <T extends Frame, M extends Message> void frames(
            FrameType type, Function<RandomFrames, T> draw, Reader<T> reader, Parser<M> parser, Function<T, M> fields) {
        bodies(
                draw,
                frame -> {
                    ByteView bytes = frame.encode();
                    assertThat(bytes.at(0)).isEqualTo((byte) type.code());
                    return bytes.slice(1, bytes.length() - 1);
                },
                reader,
                parser,
                fields);
    }

    private static <T, M extends Message> void bodies(
            Function<RandomFrames, T> draw,
            Function<T, ByteView> encode,
            Reader<T> reader,
            Parser<M> parser,
            Function<T, M> fields) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            T ours = draw.apply(new RandomFrames(seed));
            ByteView body = encode.apply(ours);
            M expected = fields.apply(ours);
            try {
                M parsed = parser.parse(body.toByteArray());
                assertThat(parsed).as("seed %d, read by protobuf", seed).isEqualTo(expected);
                assertThat(parsed.getUnknownFields().asMap())
                        .as("seed %d", seed)
                        .isEmpty();
                assertThat(ByteView.of(expected.toByteArray()))
                        .as("seed %d, written by protobuf", seed)
                        .isEqualTo(body);
                assertThat(reader.read(ByteView.of(expected.toByteArray())))
                        .as("seed %d, read by us", seed)
                        .isEqualTo(ours);
                Message longer = expected.toBuilder()
                        .setUnknownFields(MUCH_FROM_THE_FUTURE)
                        .build();
                assertThat(encode.apply(reader.read(ByteView.of(longer.toByteArray()))))
                        .as("seed %d, with unknown fields", seed)
                        .isEqualTo(body);
                Message deeper = extended(expected);
                assertThat(encode.apply(reader.read(ByteView.of(deeper.toByteArray()))))
                        .as("seed %d, with an unknown field in every part", seed)
                        .isEqualTo(body);
            } catch (InvalidProtocolBufferException | MalformedFrame e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** An unknown field in the message and in every message within it. */
    private static Message extended(Message message) {
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<Descriptors.FieldDescriptor, Object> field :
                message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != Descriptors.FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.getValue() instanceof List<?> parts) {
                List<Message> longer = new ArrayList<>();
                parts.forEach(part -> longer.add(extended((Message) part)));
                builder.setField(field.getKey(), longer);
            } else {
                builder.setField(field.getKey(), extended((Message) field.getValue()));
            }
        }
        return builder.setUnknownFields(FROM_THE_FUTURE).build();
    }

    @Test
    void hello() {
        frames(
                FrameType.HELLO,
                RandomFrames::hello,
                body -> Hello.decode(new WireReader(body)),
                dev.weft.proto.Hello::parseFrom,
                PublishedSchemaTest::fields);
    }

    private static dev.weft.proto.Hello fields(Hello hello) {
        dev.weft.proto.Hello.Builder fields = dev.weft.proto.Hello.newBuilder()
                .setMagic(0x57454654)
                .setVersionMin(hello.versions().min())
                .setVersionMax(hello.versions().max())
                .setMesh(hello.mesh())
                .setNode(bytes(hello.node()))
                .setInstance(hello.instance())
                .setIncarnation(hello.incarnation())
                .setName(hello.name())
                .setHost(bytes(hello.hostId()))
                .setCapabilities(hello.capabilities())
                .addAllLocators(texts(hello.locators()))
                .setDialNumber(hello.dialNumber())
                .setHeartbeatMillis(hello.heartbeatMillis())
                .setFrameBytesMax(hello.frameBytesMax())
                .setNonce(bytes(hello.nonce()));
        hello.observed().ifPresent(observed -> fields.setObserved(observed.toString()));
        return fields.build();
    }

    @Test
    void accept() {
        frames(
                FrameType.ACCEPT,
                RandomFrames::accept,
                body -> Accept.decode(new WireReader(body)),
                dev.weft.proto.Accept::parseFrom,
                accept -> dev.weft.proto.Accept.newBuilder()
                        .setInstance(accept.instance())
                        .addAllProofs(accept.proofs().stream()
                                .map(PublishedSchemaTest::bytes)
                                .toList())
                        .setCredential(bytes(accept.credential()))
                        .setPossession(bytes(accept.possession()))
                        .setVersion(accept.version())
                        .build());
    }

    @Test
    void close() {
        frames(
                FrameType.CLOSE,
                RandomFrames::close,
                body -> Close.decode(new WireReader(body)),
                dev.weft.proto.Close::parseFrom,
                close -> dev.weft.proto.Close.newBuilder()
                        .setText(close.text())
                        .setReason(dev.weft.proto.CloseReason.valueOf(
                                close.reason().name()))
                        .build());
    }

    @Test
    void theReasonsForClosingAreThoseOfTheSchemaWithTheirCodes() {
        TreeMap<String, Integer> published = new TreeMap<>();
        for (Descriptors.EnumValueDescriptor value :
                dev.weft.proto.CloseReason.getDescriptor().getValues()) {
            published.put(value.getName(), value.getNumber());
        }
        assertThat(published.remove("CLOSE_REASON_MISSING")).isZero();
        TreeMap<String, Integer> ours = new TreeMap<>();
        for (CloseReason reason : CloseReason.values()) {
            ours.put(reason.name(), reason.code());
        }
        assertThat(ours).isEqualTo(published);
    }

    @ParameterizedTest
    @ValueSource(ints = {29, 999, 65_535})
    void aReasonThatIsNotListedIsUnknown(int code) throws MalformedFrame {
        byte[] body = dev.weft.proto.Close.newBuilder()
                .setReasonValue(code)
                .setText("from the future")
                .build()
                .toByteArray();
        assertThat(Close.decode(new WireReader(ByteView.of(body))))
                .isEqualTo(new Close(CloseReason.UNKNOWN, "from the future"));
    }

    @Test
    void whatTheSchemaCallsNeverSentIsRefused() {
        byte[] close = dev.weft.proto.Close.newBuilder().setText("why").build().toByteArray();
        assertThatThrownBy(() -> Close.decode(new WireReader(ByteView.of(close))))
                .isInstanceOf(MalformedFrame.class);
        byte[] ping = dev.weft.proto.Ping.newBuilder().setSeq(1).build().toByteArray();
        assertThatThrownBy(() -> Ping.decode(new WireReader(ByteView.of(ping)))).isInstanceOf(MalformedFrame.class);
    }

    @Test
    void ping() {
        frames(
                FrameType.PING,
                RandomFrames::ping,
                body -> Ping.decode(new WireReader(body)),
                dev.weft.proto.Ping::parseFrom,
                ping -> dev.weft.proto.Ping.newBuilder()
                        .setClockNanos(ping.clockNanos())
                        .setLsdbHash(ping.lsdbHash())
                        .setWanted(
                                ping.wanted() == Interest.WANTED
                                        ? dev.weft.proto.Interest.WANTED
                                        : dev.weft.proto.Interest.UNWANTED)
                        .setPush(ping.push() == Push.EAGER ? dev.weft.proto.Push.EAGER : dev.weft.proto.Push.LAZY)
                        .setSeq(ping.seq())
                        .build());
    }

    @Test
    void pong() {
        frames(
                FrameType.PONG,
                RandomFrames::pong,
                body -> Pong.decode(new WireReader(body)),
                dev.weft.proto.Pong::parseFrom,
                pong -> dev.weft.proto.Pong.newBuilder()
                        .setPingClockNanos(pong.pingClockNanos())
                        .setReceivedClockNanos(pong.receivedClockNanos())
                        .setSentClockNanos(pong.sentClockNanos())
                        .setSeq(pong.seq())
                        .build());
    }

    @Test
    void peers() {
        frames(
                FrameType.PEERS,
                RandomFrames::peers,
                body -> Peers.decode(new WireReader(body)),
                dev.weft.proto.Peers::parseFrom,
                peers -> {
                    dev.weft.proto.Peers.Builder fields = dev.weft.proto.Peers.newBuilder();
                    for (Peers.Entry entry : peers.entries()) {
                        fields.addEntries(dev.weft.proto.PeersEntry.newBuilder()
                                .setNode(bytes(entry.node()))
                                .setIncarnation(entry.incarnation())
                                .addAllLocators(texts(entry.locators()))
                                .setSilentSeconds(entry.silentSeconds()));
                    }
                    return fields.build();
                });
    }

    @Test
    void flood() {
        frames(
                FrameType.FLOOD,
                RandomFrames::flood,
                body -> {
                    Flood read = Flood.decode(new WireReader(body));
                    for (Flood.Item item : read.items()) {
                        dev.weft.core.topology.Edition.read(item.lsa());
                    }
                    return read;
                },
                dev.weft.proto.Flood::parseFrom,
                flood -> {
                    dev.weft.proto.Flood.Builder fields = dev.weft.proto.Flood.newBuilder();
                    for (Flood.Item item : flood.items()) {
                        fields.addItems(dev.weft.proto.FloodItem.newBuilder()
                                .setAgeSeconds(item.ageSeconds())
                                .setLsa(fields(item.lsa()).toByteString()));
                    }
                    return fields.setNumber(flood.number()).build();
                });
    }

    private static dev.weft.proto.Lsa fields(Lsa lsa) {
        return dev.weft.proto.Lsa.newBuilder()
                .setOrigin(bytes(lsa.key().origin()))
                .setKind(code(lsa.key().kind()))
                .setIncarnation(lsa.version().incarnation())
                .setSequence(lsa.version().sequence())
                .setContent(bytes(lsa.content()))
                .setOriginKey(bytes(lsa.originKey()))
                .setSignature(bytes(lsa.signature()))
                .build();
    }

    @Test
    void anAdvertisementIsPassedOnWithTheFieldsThatWeDoNotKnow() throws MalformedFrame {
        for (long seed = 1; seed <= SEEDS; seed++) {
            for (Flood.Item item : new RandomFrames(seed).flood().items()) {
                if (item.lsa().isSigned()) {
                    // Nothing stands behind a signature.
                    continue;
                }
                ByteView longer = ByteView.of(fields(item.lsa()).toBuilder()
                        .setUnknownFields(FROM_THE_FUTURE)
                        .build()
                        .toByteArray());
                Lsa read = Lsa.decode(longer);
                assertThat(read.bytes()).as("seed %d", seed).isEqualTo(longer);
                assertThat(read.key()).as("seed %d", seed).isEqualTo(item.lsa().key());
                assertThat(read.content())
                        .as("seed %d", seed)
                        .isEqualTo(item.lsa().content());
            }
        }
    }

    @Test
    void adjacencies() {
        bodies(
                RandomFrames::adjacencies,
                Adjacencies::encode,
                Adjacencies::decode,
                dev.weft.proto.Adjacencies::parseFrom,
                adjacencies -> {
                    dev.weft.proto.Adjacencies.Builder fields = dev.weft.proto.Adjacencies.newBuilder();
                    for (Adjacencies.Adjacency link : adjacencies.links()) {
                        fields.addLinks(dev.weft.proto.Adjacency.newBuilder()
                                .setNeighbor(bytes(link.neighbor()))
                                .setLabel(link.label())
                                .setCost(link.cost()));
                    }
                    return fields.build();
                });
    }

    @Test
    void sealRecord() {
        bodies(
                RandomFrames::sealRecord,
                SealRecord::encode,
                SealRecord::decode,
                dev.weft.proto.SealRecord::parseFrom,
                record -> dev.weft.proto.SealRecord.newBuilder()
                        .setNodeKey(bytes(record.nodeKey()))
                        .setManner(record.manner() == SealRecord.Manner.ALWAYS ? 2 : 1)
                        .setNumber(record.number())
                        .setPrekey(bytes(record.prekey()))
                        .setSignature(bytes(record.signature()))
                        .build());
    }

    @Test
    void nodeRecord() {
        bodies(
                RandomFrames::nodeRecord,
                NodeRecord::encode,
                NodeRecord::decode,
                dev.weft.proto.NodeRecord::parseFrom,
                record -> {
                    dev.weft.proto.NodeRecord.Builder fields = dev.weft.proto.NodeRecord.newBuilder()
                            .setName(record.name())
                            .setHostId(bytes(record.hostId()))
                            .addAllLocators(texts(record.locators()))
                            .addAllGroups(record.groups())
                            .addAllTags(record.tags())
                            .setReceiveBitsPerSecond(record.kept().receiveBitsPerSecond())
                            .setSendBitsPerSecond(record.kept().sendBitsPerSecond())
                            .setStatus(record.status() == NodeRecord.Status.LEAVING ? 1 : 0)
                            .setMeasuredIn(record.measured().receiveBitsPerSecond())
                            .setMeasuredOut(record.measured().sendBitsPerSecond());
                    record.attributes()
                            .forEach((key, value) -> fields.addAttributes(dev.weft.proto.Attribute.newBuilder()
                                    .setKey(key)
                                    .setValue(value)));
                    return fields.build();
                });
    }

    @Test
    void floodAck() {
        frames(
                FrameType.FLOOD_ACK,
                RandomFrames::floodAck,
                body -> FloodAck.decode(new WireReader(body)),
                dev.weft.proto.FloodAck::parseFrom,
                ack -> dev.weft.proto.FloodAck.newBuilder()
                        .addAllHeadings(ack.headings().stream()
                                .map(PublishedSchemaTest::fields)
                                .toList())
                        .addAllFrames(ack.frames())
                        .build());
    }

    @Test
    void castHeard() {
        frames(
                FrameType.CAST_HEARD,
                RandomFrames::castHeard,
                body -> CastHeard.decode(new WireReader(body)),
                dev.weft.proto.CastHeard::parseFrom,
                heard -> dev.weft.proto.CastHeard.newBuilder()
                        .setHighest(heard.highest())
                        .setCount(heard.count())
                        .build());
    }

    @Test
    void floodWant() {
        frames(
                FrameType.FLOOD_WANT,
                RandomFrames::floodWant,
                body -> FloodWant.decode(new WireReader(body)),
                dev.weft.proto.FloodWant::parseFrom,
                want -> dev.weft.proto.FloodWant.newBuilder()
                        .addAllHeadings(want.headings().stream()
                                .map(PublishedSchemaTest::fields)
                                .toList())
                        .build());
    }

    @Test
    void digest() {
        frames(
                FrameType.DIGEST,
                RandomFrames::digest,
                body -> Digest.decode(new WireReader(body)),
                dev.weft.proto.Digest::parseFrom,
                digest -> {
                    dev.weft.proto.Digest.Builder fields = dev.weft.proto.Digest.newBuilder()
                            .addAllHeadings(digest.headings().stream()
                                    .map(PublishedSchemaTest::fields)
                                    .toList());
                    digest.after().ifPresent(key -> fields.setAfter(fields(key)));
                    digest.upTo().ifPresent(key -> fields.setUpTo(fields(key)));
                    fields.setHashes(bytes(digest.hashes()));
                    return fields.build();
                });
    }

    private static dev.weft.proto.LsaHeading fields(LsaHeading heading) {
        return fields(heading.key()).toBuilder()
                .setIncarnation(heading.version().incarnation())
                .setSequence(heading.version().sequence())
                .build();
    }

    private static dev.weft.proto.LsaHeading fields(LsaKey key) {
        return dev.weft.proto.LsaHeading.newBuilder()
                .setOrigin(bytes(key.origin()))
                .setKind(code(key.kind()))
                .build();
    }

    private static int code(LsaKind kind) {
        return switch (kind) {
            case ADJACENCY -> 1;
            case NODE -> 2;
            case CREDENTIAL -> 4;
            case SEAL -> 5;
        };
    }

    @Test
    void revoked() {
        frames(
                FrameType.REVOKED,
                RandomFrames::revoked,
                body -> Revoked.decode(new WireReader(body)),
                dev.weft.proto.Revoked::parseFrom,
                revoked -> dev.weft.proto.Revoked.newBuilder()
                        .setList(bytes(revoked.list()))
                        .setNext(revoked.next())
                        .build());
    }

    @Test
    void noMessageOfTheSchemaIsLeftUnchecked() {
        TreeSet<String> published = new TreeSet<>();
        Weft.getDescriptor().getMessageTypes().forEach(type -> published.add(type.getName()));
        assertThat(published)
                .containsExactly(
                        "Accept",
                        "Adjacencies",
                        "Adjacency",
                        "Attribute",
                        "CastHeard",
                        "Close",
                        "Digest",
                        "Flood",
                        "FloodAck",
                        "FloodItem",
                        "FloodWant",
                        "Hello",
                        "Lsa",
                        "LsaHeading",
                        "NodeRecord",
                        "Peers",
                        "PeersEntry",
                        "Ping",
                        "Pong",
                        "Revoked",
                        "SealRecord");
        for (FrameType type : FrameType.values()) {
            if (type.scope() == FrameType.Scope.LINK) {
                assertThat(published).as("frames of links are in the schema").contains(messageOf(type));
            }
        }
    }

    /** {@code FLOOD_ACK} is {@code FloodAck}. */
    private static String messageOf(FrameType type) {
        StringBuilder name = new StringBuilder();
        for (String word : type.name().split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return name.toString();
    }

    private static ByteString bytes(NodeId node) {
        return ByteString.copyFrom(ByteBuffer.allocate(NodeId.BYTES)
                .putLong(node.high())
                .putLong(node.low())
                .array());
    }

    private static ByteString bytes(ByteView view) {
        return ByteString.copyFrom(view.toByteArray());
    }

    private static List<String> texts(List<Locator> locators) {
        return locators.stream().map(Locator::toString).toList();
    }
}
