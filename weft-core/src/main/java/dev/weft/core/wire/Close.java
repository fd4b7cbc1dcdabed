package dev.weft.core.wire;

/**
 * The sender refuses or ends the link; it takes nothing on it any more. Never answered. Protobuf body.
 * <pre>
 *   1 text    text    0..200 bytes, for people; no control characters
 *   2 reason  varint  1..65535, see {@link CloseReason}
 * </pre>
 */
public record Close(CloseReason reason, String text) implements Frame {
    public static final int TEXT_BYTES_MAX = 200;

    public Close {
        PlainText.check("text", text, TEXT_BYTES_MAX);
    }

    /** Takes a text of any length and content and makes it fit. */
    public static Close because(CloseReason reason, String text) {
        return new Close(reason, PlainText.fit(text, TEXT_BYTES_MAX));
    }

    public static Close decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        String text = "";
        int code = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> text = proto.text("text", TEXT_BYTES_MAX);
                case 2 -> code = proto.numberWithin("reason", 1, CloseReason.CODE_MAX);
                default -> {}
            }
        }
        if (code == 0) {
            throw new MalformedFrame("reason", "missing");
        }
        try {
            return new Close(CloseReason.ofCode(code), text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("CLOSE", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.CLOSE;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out).text(1, text).number(2, reason.code());
    }

    @Override
    public String toString() {
        return text.isEmpty() ? reason + ": " + reason.text() : reason + ": " + text;
    }
}
