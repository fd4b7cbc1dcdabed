package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Advertisements on their way through the mesh. Protobuf:
 * <pre>
 *   1 items   repeated:
 *             1 age    varint    0..86,400 seconds since its origin made it
 *             2 bytes  an {@link Lsa}
 *   2 number  varint   1..2^63-1, by which all of it is acknowledged; absent: each advertisement by its heading
 * </pre>
 *
 * @param items 1 to 256, together at most 64 KiB
 * @param number rises with each frame that its sender makes; 0 where it has none
 */
public record Flood(List<Item> items, long number) implements Frame {
    public static final int ITEMS_MAX = 256;

    /** How many bytes of advertisements one frame carries at most. */
    public static final int BYTES_MAX = 64 << 10;

    /** What stands before an advertisement, or says the frame's number. */
    private static final int HEAD_BYTES_MAX = 16;

    public static final int AGE_SECONDS_MAX = 86_400;

    /** One advertisement and its age. */
    public record Item(int ageSeconds, Lsa lsa) {}

    /** Without a number. */
    public Flood(List<Item> items) {
        this(items, 0);
    }

    public Flood {
        items = List.copyOf(items);
        Check.that(!items.isEmpty() && items.size() <= ITEMS_MAX, "%d advertisements in one frame", items.size());
    }

    @Override
    public FrameType type() {
        return FrameType.FLOOD;
    }

    @Override
    public int bodyBytesAbout() {
        int bytes = HEAD_BYTES_MAX;
        for (Item item : items) {
            bytes += HEAD_BYTES_MAX + item.lsa().bytes().length();
        }
        return bytes;
    }

    @Override
    public int laidBytesAbout() {
        int bytes = HEAD_BYTES_MAX;
        for (Item item : items) {
            ByteView lsa = item.lsa().bytes();
            bytes += HEAD_BYTES_MAX + lsa.length() - WireWriter.bytesApart(lsa);
        }
        return bytes;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out);
        for (Item item : items) {
            int lsaBytes = item.lsa().bytes().length();
            proto.message(
                    1, ProtoWriter.numberBytes(item.ageSeconds()) + 1 + WireWriter.varintBytes(lsaBytes) + lsaBytes);
            new ProtoWriter(out)
                    .number(1, item.ageSeconds())
                    .bytes(2, item.lsa().bytes());
        }
        proto.number(2, number);
    }

    public static Flood decode(WireReader body) throws MalformedFrame {
        return decode(body, Lsa.Known.NONE);
    }

    /** The same; most of what neighbors say several of them say. */
    public static Flood decode(WireReader body, Lsa.Known known) throws MalformedFrame {
        List<Item> items = new ArrayList<>();
        long number = 0;
        ProtoReader in = new ProtoReader(body);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> {
                    if (items.size() == ITEMS_MAX) {
                        throw new MalformedFrame("FLOOD", "more than " + ITEMS_MAX + " advertisements");
                    }
                    items.add(item(in.message("item", Lsa.BYTES_MAX + 16), known));
                }
                case 2 -> number = in.number("number");
                default -> {}
            }
        }
        if (items.isEmpty()) {
            throw new MalformedFrame("FLOOD", "empty");
        }
        return new Flood(items, number);
    }

    private static Item item(ProtoReader in, Lsa.Known known) throws MalformedFrame {
        int age = 0;
        Lsa lsa = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> age = in.numberWithin("age", 0, AGE_SECONDS_MAX);
                case 2 -> lsa = Lsa.decode(in.message("LSA", Lsa.BYTES_MAX), known);
                default -> {}
            }
        }
        if (lsa == null) {
            throw new MalformedFrame("item", "without an LSA");
        }
        return new Item(age, lsa);
    }
}
