package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.Parcel;
import java.util.ArrayList;
import java.util.List;

/**
 * The sends of one turn to one flow, as long as they may share a {@link GroupParcel}: they are for the same members, end
 * at the same time and fill no more than a fragment (docs/decisions/0019-parcels.md).
 *
 * <p>Called by {@link GroupSender} alone.
 */
final class GroupGathering {
    private final int fragmentBytes;
    private List<GroupSend> sends = new ArrayList<>();
    private int bytes;

    /** @param fragmentBytes the largest piece of a message in one frame */
    GroupGathering(int fragmentBytes) {
        this.fragmentBytes = fragmentBytes;
    }

    /** What is left of a fragment beside the seal; half of one at least, where the tags of very many need that much. */
    private int bytesMax(GroupSend first) {
        int sealBytes = GroupSeal.overheadBytes(first.members().size());
        return Math.max(fragmentBytes / 2, fragmentBytes - sealBytes) - Parcel.OVERHEAD_BYTES;
    }

    /** Whether a send of this turn can go with those that are here; the first always can. */
    boolean admits(GroupSend send) {
        if (sends.isEmpty()) {
            return true;
        }
        GroupSend first = sends.get(0);
        return sends.size() < Bundle.MESSAGES_MAX
                && bytes + Bundle.bytesOf(send.payload().length()) <= bytesMax(first)
                && first.timeoutNanos() == send.timeoutNanos()
                && first.members().equals(send.members());
    }

    void add(GroupSend send) {
        sends.add(send);
        bytes += Bundle.bytesOf(send.payload().length());
    }

    /** Takes out all that is here. */
    List<GroupSend> take() {
        List<GroupSend> taken = sends;
        sends = new ArrayList<>();
        bytes = 0;
        return taken;
    }

    /** How they travel. */
    static ByteView payloadOf(List<GroupSend> sends) {
        return Parcel.encode(sends.stream().map(GroupSend::payload).toList());
    }
}
