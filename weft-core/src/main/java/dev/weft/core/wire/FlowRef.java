package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.Optional;

/**
 * How a frame of a flow says which flow: by the destination's handle once that is known, at full length before.
 *
 * @param handle the destination's number for the flow, from 1; 0 while it is not known
 * @param label the full name while the handle is not known
 */
public record FlowRef(long handle, Optional<FlowLabel> label) {
    public FlowRef {
        Check.that(handle > 0 != label.isPresent(), "a flow is named by its handle or at full length, not both");
    }

    public static FlowRef established(long handle) {
        return new FlowRef(handle, Optional.empty());
    }

    public static FlowRef opening(FlowLabel label) {
        return new FlowRef(0, Optional.of(label));
    }

    static FlowRef decode(WireReader in) throws MalformedFrame {
        long handle = in.varint("flow handle");
        return handle > 0 ? established(handle) : opening(FlowLabel.decode(in));
    }

    void encode(WireWriter out) {
        out.varint(handle);
        label.ifPresent(full -> full.encode(out));
    }
}
