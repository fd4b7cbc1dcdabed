package dev.weft.core.wire;

import dev.weft.Locator;
import dev.weft.Peer;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node says of itself. Protobuf:
 * <pre>
 *   1 name            text      at most 64 bytes
 *   2 host id         16 bytes
 *   3 locators        text      repeated, at most 32
 *   4 groups          text      repeated, at most 256 of at most 128 bytes
 *   5 tags            text      repeated, at most 64 of at most 128 bytes
 *   6 attributes      repeated, at most 64 of { 1 key text, 2 value text }, in ascending order of key
 *   7 receive rate    varint    bits per second, 0 unknown
 *   8 send rate       varint    bits per second, 0 unknown
 *   9 status          varint    0 active, 1 leaving
 *  10 measured in     varint    bits per second that it was seen to receive, 0 unknown
 *  11 measured out    varint    bits per second that it was seen to send, 0 unknown
 * </pre>
 * No text holds a control character.
 *
 * @param kept fields 7 and 8: what it keeps to, and neighbors with it
 * @param measured fields 10 and 11: merely told
 */
public record NodeRecord(
        String name,
        ByteView hostId,
        List<Locator> locators,
        Words words,
        Peer.Bandwidth kept,
        Status status,
        Peer.Bandwidth measured) {
    public static final int NAME_BYTES_MAX = 64;
    public static final int HOST_ID_BYTES = 16;
    public static final int LOCATORS_MAX = 32;
    public static final int GROUPS_MAX = 256;
    public static final int TAGS_MAX = 64;
    public static final int ATTRIBUTES_MAX = 64;
    public static final int WORD_BYTES_MAX = 128;

    private static final int LOCATOR_BYTES_MAX = Locator.SCHEME_CHARS_MAX + 1 + 3 * Locator.ADDRESS_CHARS_MAX;

    /** Whether the node means to stay. */
    public enum Status {
        ACTIVE,
        LEAVING
    }

    /** What describes a node: fields 4 to 6. */
    public record Words(List<String> groups, List<String> tags, SortedMap<String, String> attributes) {
        public static final Words NONE = new Words(List.of(), List.of(), Collections.emptySortedMap());

        public Words {
            groups = List.copyOf(groups);
            tags = List.copyOf(tags);
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
            Check.that(groups.size() <= GROUPS_MAX, "too many groups");
            Check.that(tags.size() <= TAGS_MAX && attributes.size() <= ATTRIBUTES_MAX, "too many tags or attributes");
            groups.forEach(group -> PlainText.check("group", group, WORD_BYTES_MAX));
            tags.forEach(tag -> PlainText.check("tag", tag, WORD_BYTES_MAX));
            attributes.forEach((key, value) -> {
                PlainText.check("attribute key", key, WORD_BYTES_MAX);
                PlainText.check("attribute value", value, WORD_BYTES_MAX);
            });
        }
    }

    public NodeRecord {
        Check.that(hostId.length() == HOST_ID_BYTES, "a host id of %d bytes", hostId.length());
        locators = List.copyOf(locators);
        Check.that(locators.size() <= LOCATORS_MAX, "too many locators");
        PlainText.check("name", name, NAME_BYTES_MAX);
    }

    /** Of a node that says nothing but who and where it is. */
    public static NodeRecord of(String name, ByteView hostId, List<Locator> locators) {
        return new NodeRecord(
                name, hostId, locators, Words.NONE, Peer.Bandwidth.UNKNOWN, Status.ACTIVE, Peer.Bandwidth.UNKNOWN);
    }

    public NodeRecord withStatus(Status changed) {
        return new NodeRecord(name, hostId, locators, words, kept, changed, measured);
    }

    public NodeRecord withLocators(List<Locator> changed) {
        return new NodeRecord(name, hostId, changed, words, kept, status, measured);
    }

    public NodeRecord withWords(Words changed) {
        return new NodeRecord(name, hostId, locators, changed, kept, status, measured);
    }

    public NodeRecord withKept(Peer.Bandwidth changed) {
        return new NodeRecord(name, hostId, locators, words, changed, status, measured);
    }

    public NodeRecord withMeasured(Peer.Bandwidth changed) {
        return new NodeRecord(name, hostId, locators, words, kept, status, changed);
    }

    public List<String> groups() {
        return words.groups();
    }

    public List<String> tags() {
        return words.tags();
    }

    public SortedMap<String, String> attributes() {
        return words.attributes();
    }

    /** What is known of each direction: what the node keeps to, else what it was seen to do. */
    public Peer.Bandwidth bandwidth() {
        return new Peer.Bandwidth(
                kept.receiveBitsPerSecond() > 0 ? kept.receiveBitsPerSecond() : measured.receiveBitsPerSecond(),
                kept.sendBitsPerSecond() > 0 ? kept.sendBitsPerSecond() : measured.sendBitsPerSecond());
    }

    public ByteView encode() {
        WireWriter out = new WireWriter();
        ProtoWriter proto = new ProtoWriter(out).text(1, name).bytes(2, hostId);
        for (Locator locator : locators) {
            proto.element(3, ByteView.utf8(locator.toString()));
        }
        for (String group : words.groups()) {
            proto.element(4, ByteView.utf8(group));
        }
        for (String tag : words.tags()) {
            proto.element(5, ByteView.utf8(tag));
        }
        for (Map.Entry<String, String> attribute : words.attributes().entrySet()) {
            WireWriter entry = new WireWriter();
            new ProtoWriter(entry).text(1, attribute.getKey()).text(2, attribute.getValue());
            proto.element(6, entry.view());
        }
        proto.number(7, kept.receiveBitsPerSecond()).number(8, kept.sendBitsPerSecond());
        proto.number(9, status.ordinal());
        proto.number(10, measured.receiveBitsPerSecond()).number(11, measured.sendBitsPerSecond());
        return out.view();
    }

    public static NodeRecord decode(ByteView content) throws MalformedFrame {
        String name = "";
        ByteView hostId = ByteView.EMPTY;
        List<Locator> locators = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        TreeMap<String, String> attributes = new TreeMap<>();
        long receive = 0;
        long send = 0;
        Status status = Status.ACTIVE;
        long measuredIn = 0;
        long measuredOut = 0;
        ProtoReader in = new ProtoReader(content);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text("name", NAME_BYTES_MAX);
                case 2 -> hostId = in.bytes("host id", HOST_ID_BYTES);
                case 3 -> {
                    room("locators", locators.size(), LOCATORS_MAX);
                    locators.add(locator(in.text("locator", LOCATOR_BYTES_MAX)));
                }
                case 4 -> {
                    room("groups", groups.size(), GROUPS_MAX);
                    groups.add(in.text("group", WORD_BYTES_MAX));
                }
                case 5 -> {
                    room("tags", tags.size(), TAGS_MAX);
                    tags.add(in.text("tag", WORD_BYTES_MAX));
                }
                case 6 -> {
                    room("attributes", attributes.size(), ATTRIBUTES_MAX);
                    attribute(in.message("attribute", 2 * WORD_BYTES_MAX + 16), attributes);
                }
                case 7 -> receive = in.number("receive rate");
                case 8 -> send = in.number("send rate");
                case 9 -> status = in.numberWithin("status", 0, 1) == 1 ? Status.LEAVING : Status.ACTIVE;
                case 10 -> measuredIn = in.number("measured in");
                case 11 -> measuredOut = in.number("measured out");
                default -> {}
            }
        }
        if (hostId.length() != HOST_ID_BYTES) {
            throw new MalformedFrame("host id", "a host id has 16 bytes, not " + hostId.length());
        }
        try {
            return new NodeRecord(
                    name,
                    hostId,
                    locators,
                    new Words(groups, tags, attributes),
                    new Peer.Bandwidth(receive, send),
                    status,
                    new Peer.Bandwidth(measuredIn, measuredOut));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("node record", e);
        }
    }

    private static void attribute(ProtoReader in, TreeMap<String, String> attributes) throws MalformedFrame {
        String key = "";
        String value = "";
        while (in.next()) {
            switch (in.field()) {
                case 1 -> key = in.text("attribute key", WORD_BYTES_MAX);
                case 2 -> value = in.text("attribute value", WORD_BYTES_MAX);
                default -> {}
            }
        }
        if (!attributes.isEmpty() && attributes.lastKey().compareTo(key) >= 0) {
            throw new MalformedFrame("attributes", "not in ascending order");
        }
        attributes.put(key, value);
    }

    private static Locator locator(String text) throws MalformedFrame {
        try {
            return Locator.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("locator", e);
        }
    }

    private static void room(String what, int present, int max) throws MalformedFrame {
        if (present >= max) {
            throw new MalformedFrame(what, "more than " + max);
        }
    }
}
