package dev.weft.core.wire;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Peer exchange: nodes that the sender knows of. Protobuf: field 1, repeated at most 64 times, each:
 * <pre>
 *   1 node         16 bytes
 *   2 incarnation  varint
 *   3 locators     text      repeated, at most 16 of scheme/address
 *   4 silent       varint    0..86,400 seconds since the sender heard of it
 * </pre>
 */
public record Peers(List<Entry> entries) implements Frame {
    public static final int ENTRIES_MAX = 64;
    public static final int LOCATORS_MAX = 16;
    public static final int SILENT_SECONDS_MAX = 86_400;

    private static final int LOCATOR_BYTES_MAX = Locator.SCHEME_CHARS_MAX + 1 + 3 * Locator.ADDRESS_CHARS_MAX;
    private static final int ENTRY_BYTES_MAX = 64 + LOCATORS_MAX * (LOCATOR_BYTES_MAX + 4);

    /** One node and where it may be reached. */
    public record Entry(NodeId node, long incarnation, List<Locator> locators, int silentSeconds) {
        public Entry {
            locators = List.copyOf(locators);
            Check.that(locators.size() <= LOCATORS_MAX, "%d locators", locators.size());
        }
    }

    public Peers {
        entries = List.copyOf(entries);
        Check.that(entries.size() <= ENTRIES_MAX, "%d entries", entries.size());
    }

    @Override
    public FrameType type() {
        return FrameType.PEERS;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out);
        for (Entry entry : entries) {
            WireWriter body = new WireWriter();
            ProtoWriter fields = new ProtoWriter(body).nodeId(1, entry.node()).number(2, entry.incarnation());
            for (Locator locator : entry.locators()) {
                fields.element(3, ByteView.utf8(locator.toString()));
            }
            fields.number(4, entry.silentSeconds());
            proto.element(1, body.view());
        }
    }

    public static Peers decode(WireReader body) throws MalformedFrame {
        List<Entry> entries = new ArrayList<>();
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            if (in.field() == 1) {
                if (entries.size() == ENTRIES_MAX) {
                    throw new MalformedFrame("PEERS", "more than " + ENTRIES_MAX + " entries");
                }
                entries.add(entry(in.message("peer", ENTRY_BYTES_MAX)));
            }
        }
        return new Peers(entries);
    }

    private static Entry entry(ProtoReader in) throws MalformedFrame {
        NodeId node = NodeId.ZERO;
        long incarnation = 0;
        List<Locator> locators = new ArrayList<>();
        int silent = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> node = in.nodeId("node");
                case 2 -> incarnation = in.number("incarnation");
                case 3 -> {
                    if (locators.size() == LOCATORS_MAX) {
                        throw new MalformedFrame("locators", "more than " + LOCATORS_MAX);
                    }
                    locators.add(locator(in.text("locator", LOCATOR_BYTES_MAX)));
                }
                case 4 -> silent = in.numberWithin("silent", 0, SILENT_SECONDS_MAX);
                default -> {}
            }
        }
        return new Entry(node, incarnation, locators, silent);
    }

    private static Locator locator(String text) throws MalformedFrame {
        try {
            return Locator.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("locator", e);
        }
    }
}
