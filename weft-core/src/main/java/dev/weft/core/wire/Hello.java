package dev.weft.core.wire;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is there: the first frame of either end of a link, repeated until the other end accepts it. Protobuf body.
 * <pre>
 *    1 magic           varint   0x57454654, "WEFT"
 *    2 version min     varint   1..65535
 *    3 version max     varint   version min..65535
 *    4 mesh            text     1..64 of A-Z a-z 0-9 . _ -
 *    5 node            16 bytes
 *    6 instance        varint   64 bits, not 0: drawn at random by each process at its start
 *    7 incarnation     varint   1..2^63-1: grows with each start of the node
 *    8 name            text     0..64 bytes
 *    9 host            16 bytes equal for nodes of one host
 *   10 capabilities    varint   63 bits, a set; bit 0: keeps one link and relays nothing; bit 1: seals;
 *                                 bit 2: never seals
 *   11 locators        text     0..32 of scheme/address: where the sender can be reached
 *   12 observed        text     absent, or the locator the sender sees the receiver at
 *   13 dial number     varint   1.. where the sender dialled: counts its dials; 0 where it was dialled
 *   14 heartbeat       varint   50..600000 milliseconds
 *   15 frame bytes max varint   1024..16777216: the longest frame the sender takes
 *   16 nonce           16 bytes drawn anew for each connection; zeros from a node without a key of the mesh
 * </pre>
 *
 * @param observed the locator at which the sender sees the receiver, where it knows one
 */
public record Hello(
        VersionRange versions,
        String mesh,
        NodeId node,
        long instance,
        long incarnation,
        String name,
        ByteView hostId,
        long capabilities,
        List<Locator> locators,
        Optional<Locator> observed,
        long dialNumber,
        int heartbeatMillis,
        int frameBytesMax,
        ByteView nonce)
        implements Frame {
    public static final int MAGIC = 0x57454654;

    /** Capability: the sender seals what passes over relays, and takes nothing else over them. */
    public static final long SEALS = 2;

    /** Capability: the sender trusts relays by its user's word, and never seals. */
    public static final long NEVER_SEALS = 4;

    /** Capability: the sender keeps one link and relays nothing. */
    public static final long OBSERVER = 1;

    public static final int MESH_CHARS_MAX = 64;
    public static final int NAME_BYTES_MAX = 64;
    public static final int HOST_ID_BYTES = 16;
    public static final int LOCATORS_MAX = 32;
    public static final int NONCE_BYTES = 16;
    public static final int HEARTBEAT_MILLIS_MIN = 50;
    public static final int HEARTBEAT_MILLIS_MAX = 600_000;
    public static final int FRAME_BYTES_MIN = 1_024;
    public static final int FRAME_BYTES_MAX = 16 << 20;

    /** A character of a Java string takes at most three bytes of UTF-8. */
    private static final int LOCATOR_BYTES_MAX = Locator.SCHEME_CHARS_MAX + 1 + 3 * Locator.ADDRESS_CHARS_MAX;

    public Hello {
        checkMesh(mesh);
        require(!node.equals(NodeId.ZERO), "node id must not be zero");
        require(instance != 0, "instance must not be 0");
        Check.within("incarnation", incarnation, 1, Long.MAX_VALUE);
        PlainText.check("name", name, NAME_BYTES_MAX);
        require(hostId.length() == HOST_ID_BYTES, "a host id has 16 bytes, not " + hostId.length());
        Check.within("capabilities", capabilities, 0, Long.MAX_VALUE);
        locators = List.copyOf(locators);
        Check.within("locator count", locators.size(), 0, LOCATORS_MAX);
        locators.forEach(Hello::checkLocator);
        observed.ifPresent(Hello::checkLocator);
        Check.within("dialNumber", dialNumber, 0, Long.MAX_VALUE);
        Check.within("heartbeatMillis", heartbeatMillis, HEARTBEAT_MILLIS_MIN, HEARTBEAT_MILLIS_MAX);
        Check.within("frameBytesMax", frameBytesMax, FRAME_BYTES_MIN, FRAME_BYTES_MAX);
        require(nonce.length() == NONCE_BYTES, "a nonce has 16 bytes, not " + nonce.length());
    }

    /** @throws IllegalArgumentException if that is no name of a mesh */
    public static void checkMesh(String mesh) {
        require(
                !mesh.isEmpty()
                        && mesh.length() <= MESH_CHARS_MAX
                        && mesh.chars().allMatch(Hello::isMeshChar),
                "a mesh name has 1 to 64 of the characters A-Z a-z 0-9 . _ -");
    }

    public static Hello decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        if (!proto.next() || proto.field() != 1 || proto.number("magic") != MAGIC) {
            throw new MalformedFrame("magic", "not Weft");
        }
        int versionMin = 0;
        int versionMax = 0;
        String mesh = "";
        NodeId node = NodeId.ZERO;
        long instance = 0;
        long incarnation = 0;
        String name = "";
        ByteView hostId = ByteView.EMPTY;
        long capabilities = 0;
        List<Locator> locators = new ArrayList<>();
        Optional<Locator> observed = Optional.empty();
        long dialNumber = 0;
        int heartbeatMillis = 0;
        int frameBytesMax = 0;
        ByteView nonce = ByteView.EMPTY;
        while (proto.next()) {
            switch (proto.field()) {
                case 2 -> versionMin = proto.numberWithin("version min", 1, VersionRange.VERSION_MAX);
                case 3 -> versionMax = proto.numberWithin("version max", 1, VersionRange.VERSION_MAX);
                case 4 -> mesh = proto.text("mesh", MESH_CHARS_MAX);
                case 5 -> node = proto.nodeId("node");
                case 6 -> instance = proto.number64("instance");
                case 7 -> incarnation = proto.number("incarnation");
                case 8 -> name = proto.text("name", NAME_BYTES_MAX);
                case 9 -> hostId = proto.bytes("host", HOST_ID_BYTES).compact();
                case 10 -> capabilities = proto.number("capabilities");
                case 11 -> {
                    // Before the list grows, not after: the limit is there to bound memory.
                    if (locators.size() == LOCATORS_MAX) {
                        throw new MalformedFrame("locators", "more than " + LOCATORS_MAX);
                    }
                    locators.add(locator("locators", proto));
                }
                case 12 -> observed = Optional.of(locator("observed", proto));
                case 13 -> dialNumber = proto.number("dial number");
                case 14 ->
                    heartbeatMillis = proto.numberWithin("heartbeat", HEARTBEAT_MILLIS_MIN, HEARTBEAT_MILLIS_MAX);
                case 15 -> frameBytesMax = proto.numberWithin("frame bytes max", FRAME_BYTES_MIN, FRAME_BYTES_MAX);
                case 16 -> nonce = proto.bytes("nonce", NONCE_BYTES).compact();
                default -> {}
            }
        }
        try {
            return new Hello(
                    new VersionRange(versionMin, versionMax),
                    mesh,
                    node,
                    instance,
                    incarnation,
                    name,
                    hostId,
                    capabilities,
                    locators,
                    observed,
                    dialNumber,
                    heartbeatMillis,
                    frameBytesMax,
                    nonce);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("HELLO", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.HELLO;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out)
                .number(1, MAGIC)
                .number(2, versions.min())
                .number(3, versions.max())
                .text(4, mesh)
                .nodeId(5, node)
                .number(6, instance)
                .number(7, incarnation)
                .text(8, name)
                .bytes(9, hostId)
                .number(10, capabilities);
        for (Locator locator : locators) {
            proto.element(11, ByteView.utf8(locator.toString()));
        }
        if (observed.isPresent()) {
            proto.text(12, observed.get().toString());
        }
        proto.number(13, dialNumber)
                .number(14, heartbeatMillis)
                .number(15, frameBytesMax)
                .bytes(16, nonce);
    }

    private static Locator locator(String field, ProtoReader proto) throws MalformedFrame {
        String text = proto.text(field, LOCATOR_BYTES_MAX);
        try {
            return Locator.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame(field, e);
        }
    }

    private static void checkLocator(Locator locator) {
        PlainText.check("locator", locator.toString(), LOCATOR_BYTES_MAX);
    }

    private static boolean isMeshChar(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
