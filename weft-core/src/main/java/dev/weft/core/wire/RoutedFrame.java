package dev.weft.core.wire;

import dev.weft.core.base.ByteView;

/**
 * A frame on a source route as it lies on a link: type byte, {@link RouteHeader}, body. A relay reads the header
 * alone and passes the body on unparsed.
 */
public record RoutedFrame(FrameType type, RouteHeader route, ByteView body) implements Frame {
    public static RoutedFrame of(RouteHeader route, Frame frame) {
        WireWriter body = new WireWriter(frame.bodyBytesAbout());
        frame.encodeBody(body);
        return new RoutedFrame(frame.type(), route, body.taken());
    }

    /** Reads what follows the type byte. */
    public static RoutedFrame decode(FrameType type, WireReader in) throws MalformedFrame {
        return new RoutedFrame(type, RouteHeader.decode(in), in.rest());
    }

    public RoutedFrame forwarded(int arrivalLabel) {
        return new RoutedFrame(type, route.forwarded(arrivalLabel), body);
    }

    /** The same frame, to say that it has met congestion. */
    public RoutedFrame marked() {
        return new RoutedFrame(type, route.marked(), body);
    }

    @Override
    public int bodyBytesAbout() {
        return 2 + 3 * RouteHeader.LABELS_MAX / 8 + body.length();
    }

    @Override
    public void encodeBody(WireWriter out) {
        route.encode(out);
        out.bytes(body);
    }
}
