package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;

/**
 * What stands around a message for many and says which one it is. Where messages are sealed, it is authenticated with
 * them, so that nobody who passes one on can put it in another's place.
 *
 * @param origin who sends it
 * @param incarnation in which life
 * @param name what its flow is
 * @param flow the origin's number for the flow
 * @param message its number in the flow, from 0
 * @param lag how far the first message that is undecided for anybody lies below it, as its first copy says
 */
public record GroupHeading(NodeId origin, long incarnation, GroupName name, long flow, long message, long lag) {
    private static final String LABEL = "weft/1 group";

    /** The same of what is not sealed any more. */
    public GroupHeading unsealed() {
        return new GroupHeading(origin, incarnation, name.with(GroupName.Sealing.PLAIN), flow, message, lag);
    }

    /** What a {@link GroupSeal} authenticates and does not encrypt. */
    public ByteView associated(long key) {
        WireWriter out = new WireWriter(320);
        out.text(LABEL).nodeId(origin).varint(incarnation);
        name.encode(out);
        return out.varint(flow).varint(message).varint(lag).varint(key).view();
    }
}
