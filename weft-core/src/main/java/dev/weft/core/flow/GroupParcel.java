package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.Parcel;
import java.util.List;

/**
 * Sends to the same members that travel, and are answered, as one message of a flow.
 *
 * @param sends at least one; they differ in ticket and payload alone
 * @param payload a {@link Parcel} of theirs
 */
record GroupParcel(List<GroupSend> sends, ByteView payload) {
    GroupSend first() {
        return sends.get(0);
    }

    /** What they count for among what is queued. */
    long chargeBytes() {
        long bytes = 0;
        for (GroupSend send : sends) {
            bytes += chargeOf(send);
        }
        return bytes;
    }

    /** What a send counts for, at least what it takes up in whatever parcel. */
    static int chargeOf(GroupSend send) {
        int sealBytes =
                send.name().isSealed() ? GroupSeal.overheadBytes(send.members().size()) : 0;
        return Parcel.OVERHEAD_BYTES + Bundle.bytesOf(send.payload().length()) + sealBytes;
    }
}
