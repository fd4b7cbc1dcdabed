package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import org.jspecify.annotations.Nullable;

/**
 * A frame on a source route as it lies on a link: type byte, {@link RouteHeader}, body. A relay reads the header
 * alone and passes the body on unparsed; what begins here is laid out once, when it is encoded.
 */
public final class RoutedFrame implements Frame {
    private final FrameType type;
    private final RouteHeader route;
    /** What the body is to be made of; null where there is a body. */
    private final @Nullable Frame content;

    private @Nullable ByteView body;

    private RoutedFrame(FrameType type, RouteHeader route, @Nullable Frame content, @Nullable ByteView body) {
        this.type = type;
        this.route = route;
        this.content = content;
        this.body = body;
    }

    public RoutedFrame(FrameType type, RouteHeader route, ByteView body) {
        this(type, route, null, body);
    }

    public static RoutedFrame of(RouteHeader route, Frame frame) {
        return new RoutedFrame(frame.type(), route, frame, null);
    }

    /** Reads what follows the type byte. */
    public static RoutedFrame decode(FrameType type, WireReader in) throws MalformedFrame {
        return new RoutedFrame(type, RouteHeader.decode(in), in.rest());
    }

    @Override
    public FrameType type() {
        return type;
    }

    public RouteHeader route() {
        return route;
    }

    /** What follows the header. */
    public ByteView body() {
        ByteView laidOut = body;
        if (laidOut == null) {
            WireWriter out = new WireWriter(bodyBytesAbout());
            encodeContent(out);
            laidOut = out.taken();
            body = laidOut;
        }
        return laidOut;
    }

    public RoutedFrame forwarded(int arrivalLabel) {
        return new RoutedFrame(type, route.forwarded(arrivalLabel), content, body);
    }

    /** The same frame, to say that it has met congestion. */
    public RoutedFrame marked() {
        return new RoutedFrame(type, route.marked(), content, body);
    }

    @Override
    public int bodyBytesAbout() {
        return 2 + 3 * RouteHeader.LABELS_MAX / 8 + (body != null ? body.length() : contentBytesAbout());
    }

    @Override
    public int laidBytesAbout() {
        int about = 2 + 3 * RouteHeader.LABELS_MAX / 8;
        if (body != null) {
            return about + body.length() - WireWriter.bytesApart(body);
        }
        return content == null ? about : about + content.laidBytesAbout();
    }

    private int contentBytesAbout() {
        return content == null ? 0 : content.bodyBytesAbout();
    }

    @Override
    public void encodeBody(WireWriter out) {
        route.encode(out);
        encodeContent(out);
    }

    private void encodeContent(WireWriter out) {
        if (body != null) {
            out.bytes(body);
        } else if (content != null) {
            content.encodeBody(out);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RoutedFrame that
                && type == that.type
                && route.equals(that.route)
                && body().equals(that.body());
    }

    @Override
    public int hashCode() {
        return 31 * route.hashCode() + body().hashCode();
    }

    @Override
    public String toString() {
        return type + " " + route + " " + body();
    }
}
