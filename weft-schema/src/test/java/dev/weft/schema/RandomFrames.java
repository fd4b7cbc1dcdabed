package dev.weft.schema;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Peer;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.VersionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Legal frames drawn from a seed; numbers are as often at the ends of their range as within it. */
final class RandomFrames {
    private static final String LETTERS = "abcXYZ019 ._-\"\\äß漢\uffee";

    private final Prng prng;

    RandomFrames(long seed) {
        prng = new Prng(seed);
    }

    Hello hello() {
        int versionMin = within(1, 65_535);
        return new Hello(
                new VersionRange(versionMin, within(versionMin, 65_535)),
                mesh(),
                node(),
                anyBitsButNone(),
                number(1, Long.MAX_VALUE),
                text(64),
                ByteView.of(bytes(16)),
                number(0, Long.MAX_VALUE),
                several(Hello.LOCATORS_MAX, this::locator),
                prng.chance(500_000) ? Optional.empty() : Optional.of(locator()),
                number(0, Long.MAX_VALUE),
                within(Hello.HEARTBEAT_MILLIS_MIN, Hello.HEARTBEAT_MILLIS_MAX),
                within(Hello.FRAME_BYTES_MIN, Hello.FRAME_BYTES_MAX),
                ByteView.of(bytes(Hello.NONCE_BYTES)));
    }

    Accept accept() {
        ByteView credential =
                prng.chance(500_000) ? ByteView.EMPTY : ByteView.of(bytes(within(1, Accept.CREDENTIAL_BYTES_MAX)));
        return new Accept(
                anyBitsButNone(),
                several(Accept.PROOFS_MAX, () -> ByteView.of(bytes(Accept.PROOF_BYTES))),
                credential,
                credential.isEmpty() ? ByteView.EMPTY : ByteView.of(bytes(within(1, Accept.POSSESSION_BYTES_MAX))),
                within(1, 65_535));
    }

    CastHeard castHeard() {
        long highest = number(1, Long.MAX_VALUE);
        return new CastHeard(highest, number(1, highest));
    }

    Revoked revoked() {
        ByteView list = prng.chance(500_000) ? ByteView.EMPTY : ByteView.of(bytes(within(1, 2_000)));
        return new Revoked(list, number(1, Long.MAX_VALUE));
    }

    Close close() {
        CloseReason[] reasons = CloseReason.values();
        return new Close(reasons[prng.below(reasons.length)], text(Close.TEXT_BYTES_MAX));
    }

    Ping ping() {
        return new Ping(
                number(1, Long.MAX_VALUE),
                number(0, Long.MAX_VALUE),
                prng.nextLong(),
                prng.chance(500_000) ? Interest.WANTED : Interest.UNWANTED,
                prng.chance(500_000) ? Push.EAGER : Push.LAZY);
    }

    Pong pong() {
        long received = number(0, Long.MAX_VALUE - 1);
        return new Pong(
                number(1, Long.MAX_VALUE), number(0, Long.MAX_VALUE), received, number(received, Long.MAX_VALUE));
    }

    Peers peers() {
        return new Peers(several(
                Peers.ENTRIES_MAX,
                () -> new Peers.Entry(
                        node(),
                        number(0, Long.MAX_VALUE),
                        several(Peers.LOCATORS_MAX, this::locator),
                        within(0, Peers.SILENT_SECONDS_MAX))));
    }

    NodeRecord nodeRecord() {
        TreeMap<String, String> attributes = new TreeMap<>();
        several(NodeRecord.ATTRIBUTES_MAX, () -> attributes.put(text(NodeRecord.WORD_BYTES_MAX), text(60)));
        return new NodeRecord(
                text(NodeRecord.NAME_BYTES_MAX),
                ByteView.of(bytes(16)),
                several(8, this::locator),
                new NodeRecord.Words(
                        several(40, () -> text(NodeRecord.WORD_BYTES_MAX)),
                        several(NodeRecord.TAGS_MAX, () -> text(NodeRecord.WORD_BYTES_MAX)),
                        attributes),
                new Peer.Bandwidth(number(0, Long.MAX_VALUE), number(0, Long.MAX_VALUE)),
                prng.chance(500_000) ? NodeRecord.Status.ACTIVE : NodeRecord.Status.LEAVING,
                new Peer.Bandwidth(number(0, Long.MAX_VALUE), number(0, Long.MAX_VALUE)));
    }

    Adjacencies adjacencies() {
        TreeSet<NodeId> neighbors = new TreeSet<>(several(200, this::node));
        List<Adjacencies.Adjacency> links = new ArrayList<>();
        for (NodeId neighbor : neighbors) {
            links.add(new Adjacencies.Adjacency(neighbor, within(1, 2_097_151), within(1, Adjacencies.COST_MAX)));
        }
        return new Adjacencies(links);
    }

    SealRecord sealRecord() {
        return new SealRecord(
                ByteView.of(bytes(within(1, SealRecord.BYTES_MAX))),
                prng.chance(500_000) ? SealRecord.Manner.RELAYED : SealRecord.Manner.ALWAYS,
                number(1, Long.MAX_VALUE),
                ByteView.of(bytes(within(1, SealRecord.BYTES_MAX))),
                ByteView.of(bytes(within(1, SealRecord.BYTES_MAX))));
    }

    private LsaKind kind() {
        return LsaKind.values()[prng.below(LsaKind.values().length)];
    }

    Flood flood() {
        List<Flood.Item> items = new ArrayList<>();
        int count = within(1, 5);
        for (int i = 0; i < count; i++) {
            LsaKind kind = kind();
            ByteView content = switch (kind) {
                case ADJACENCY -> adjacencies().encode();
                case NODE -> nodeRecord().encode();
                case CREDENTIAL -> ByteView.of(bytes(within(1, 500)));
                case SEAL -> sealRecord().encode();
            };
            LsaKey key = new LsaKey(node(), kind);
            Lsa lsa = prng.chance(500_000)
                    ? Lsa.originate(key, version(), content)
                    : Lsa.originate(
                            "mesh",
                            key,
                            version(),
                            content,
                            ByteView.of(bytes(Lsa.ORIGIN_KEY_BYTES)),
                            statement -> ByteView.of(bytes(Lsa.SIGNATURE_BYTES)));
            items.add(new Flood.Item(within(0, Flood.AGE_SECONDS_MAX), lsa));
        }
        return new Flood(items, within(0, 1_000_000));
    }

    FloodAck floodAck() {
        return new FloodAck(
                several(FloodAck.HEADINGS_MAX, () -> new LsaHeading(key(), version())),
                several(FloodAck.FRAMES_MAX, () -> (long) within(1, 1_000_000)));
    }

    FloodWant floodWant() {
        return new FloodWant(several(FloodWant.HEADINGS_MAX, () -> new LsaHeading(key(), version())));
    }

    Digest digest() {
        TreeSet<LsaKey> keys = new TreeSet<>(several(Digest.HEADINGS_MAX, this::key));
        return new Digest(
                prng.chance(500_000) ? Optional.empty() : Optional.of(key()),
                prng.chance(500_000) ? Optional.empty() : Optional.of(key()),
                keys.stream().map(key -> new LsaHeading(key, version())).toList(),
                prng.chance(500_000) ? ByteView.EMPTY : ByteView.of(bytes(Digest.RANGES * Long.BYTES)));
    }

    private LsaKey key() {
        return new LsaKey(node(), kind());
    }

    private LsaVersion version() {
        return new LsaVersion(number(1, Long.MAX_VALUE), number(1, Long.MAX_VALUE));
    }

    /** Not {@link NodeId#ZERO}, which stands for none. */
    private NodeId node() {
        return NodeId.fromDigest(bytes(16));
    }

    private Locator locator() {
        int chars = within(1, prng.chance(100_000) ? Locator.ADDRESS_CHARS_MAX : 20);
        StringBuilder address = new StringBuilder();
        while (address.length() < chars) {
            address.append(LETTERS.charAt(prng.below(LETTERS.length())));
        }
        return new Locator(prng.chance(500_000) ? "tcp" : "abcdefgh12345678", address.toString());
    }

    private String mesh() {
        return "mesh-._AZ09".substring(0, within(1, 11));
    }

    private String text(int bytesMax) {
        int chars = prng.below(bytesMax / 3 + 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < chars; i++) {
            text.append(LETTERS.charAt(prng.below(LETTERS.length())));
        }
        return text.toString();
    }

    private <T> List<T> several(int max, Supplier<T> draw) {
        List<T> drawn = new ArrayList<>();
        // Mostly few, now and then all that fit.
        int count = prng.chance(20_000) ? max : prng.below(Math.min(max, 4));
        for (int i = 0; i < count; i++) {
            drawn.add(draw.get());
        }
        return drawn;
    }

    private byte[] bytes(int count) {
        byte[] drawn = new byte[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = (byte) prng.nextLong();
        }
        return drawn;
    }

    private long anyBitsButNone() {
        long drawn = prng.nextLong();
        return drawn == 0 ? -1 : drawn;
    }

    private int within(int min, int max) {
        return (int) number(min, max);
    }

    private long number(long min, long max) {
        return switch (prng.below(4)) {
            case 0 -> min;
            case 1 -> max;
            default -> {
                // Of every length, not nearly always of the greatest.
                long wide = prng.nextLong() >>> 1 + prng.below(63);
                yield Math.min(max, Math.max(min, wide));
            }
        };
    }
}
