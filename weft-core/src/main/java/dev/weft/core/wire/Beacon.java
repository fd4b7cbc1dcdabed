package dev.weft.core.wire;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * A datagram that says who is there. Not a frame: it travels alone, to a multicast group or back to who asked.
 * <pre>
 *   0        2        3        4                 12                 28
 *   +--------+--------+--------+-----------------+------------------+-------------+-------+--------+
 *   | "Wf"   | version| kind   | hash of mesh (8)| node id (16)     | incarnation | known | ttl    |
 *   |        |   1    |        |                 |                  |   varint    | varint| varint |
 *   +--------+--------+--------+-----------------+------------------+-------------+-------+--------+
 *   | n (u8) | n locators, varint + UTF-8 | m (u8) | m suspects, 16 bytes each | padding, zeros      |
 *   +--------+----------------------------+--------+---------------------------+---------------------+
 * </pre>
 * At most 1,200 bytes. What asks for an answer is padded to 512 bytes, and an answer is never larger than that, so a
 * forged source address gains nobody traffic.
 *
 * @param meshHash of the mesh's name; the name itself is not told
 * @param known how many peers the sender knows
 * @param ttlSeconds how long to remember the sender
 * @param locators at most 8
 * @param suspects nodes asked for a sign of life, at most 16; with {@link Kind#PING} only
 */
public record Beacon(
        Kind kind,
        long meshHash,
        NodeId node,
        long incarnation,
        int known,
        int ttlSeconds,
        List<Locator> locators,
        List<NodeId> suspects) {
    public static final int VERSION = 1;
    public static final int BYTES_MAX = 1_200;
    public static final int QUESTION_BYTES = 512;
    public static final int LOCATORS_MAX = 8;
    public static final int SUSPECTS_MAX = 16;

    private static final int MAGIC = 'W' << 8 | 'f';
    private static final int LOCATOR_BYTES_MAX = Locator.SCHEME_CHARS_MAX + 1 + 3 * Locator.ADDRESS_CHARS_MAX;
    private static final Kind[] KINDS = Kind.values();

    /** What a beacon is for. */
    public enum Kind {
        /** Here I am. */
        BEACON,
        /** Here I am; who else? */
        DISCOVERY,
        /** I am leaving. */
        LEAVE,
        /** Are these still there? */
        PING
    }

    public Beacon {
        locators = List.copyOf(locators);
        suspects = List.copyOf(suspects);
        Check.that(locators.size() <= LOCATORS_MAX && suspects.size() <= SUSPECTS_MAX, "an overfull beacon");
    }

    /** The datagram; locators at the end of the list are left out where it would grow beyond {@code bytesMax}. */
    public ByteView encode(int bytesMax) {
        List<Locator> fitting = new ArrayList<>(locators);
        while (true) {
            WireWriter out = new WireWriter(QUESTION_BYTES);
            out.u16(MAGIC).u8(VERSION).u8(kind.ordinal()).u64(meshHash).nodeId(node);
            out.varint(incarnation).varint(known).varint(ttlSeconds);
            out.u8(fitting.size());
            for (Locator locator : fitting) {
                out.text(locator.toString());
            }
            out.u8(suspects.size());
            for (NodeId suspect : suspects) {
                out.nodeId(suspect);
            }
            boolean asks = kind == Kind.DISCOVERY || kind == Kind.PING;
            while (asks && out.length() < QUESTION_BYTES) {
                out.u8(0);
            }
            if (out.length() <= bytesMax || fitting.isEmpty()) {
                return out.view();
            }
            fitting.remove(fitting.size() - 1);
        }
    }

    public static Beacon decode(ByteView datagram) throws MalformedFrame {
        if (datagram.length() > BYTES_MAX) {
            throw new MalformedFrame("beacon", datagram.length() + " bytes, at most " + BYTES_MAX);
        }
        WireReader in = new WireReader(datagram);
        if (in.u16("magic") != MAGIC) {
            throw new MalformedFrame("magic", "not Weft");
        }
        int version = in.u8("version");
        if (version != VERSION) {
            throw new MalformedFrame("version", "unknown version " + version);
        }
        int kind = in.u8("kind");
        if (kind >= KINDS.length) {
            throw new MalformedFrame("kind", "unknown code " + kind);
        }
        long meshHash = in.u64("mesh hash");
        NodeId node = in.nodeId("node");
        long incarnation = in.varint("incarnation");
        int known = in.varintWithin("known", 0, Integer.MAX_VALUE);
        int ttl = in.varintWithin("ttl", 0, 86_400);
        List<Locator> locators = new ArrayList<>();
        for (int left = count(in, "locators", LOCATORS_MAX); left > 0; left--) {
            locators.add(locator(in.text("locator", LOCATOR_BYTES_MAX)));
        }
        List<NodeId> suspects = new ArrayList<>();
        for (int left = count(in, "suspects", SUSPECTS_MAX); left > 0; left--) {
            suspects.add(in.nodeId("suspect"));
        }
        return new Beacon(KINDS[kind], meshHash, node, incarnation, known, ttl, locators, suspects);
    }

    private static int count(WireReader in, String field, int max) throws MalformedFrame {
        int count = in.u8(field);
        if (count > max) {
            throw new MalformedFrame(field, count + ", at most " + max);
        }
        return count;
    }

    private static Locator locator(String text) throws MalformedFrame {
        try {
            return Locator.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("locator", e);
        }
    }
}
