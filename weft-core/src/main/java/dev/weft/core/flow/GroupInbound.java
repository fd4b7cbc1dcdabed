package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.Verdict;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A member's side of one flow to many: which messages are decided, which are incomplete, which wait for earlier ones
 * or for room. A message is decided only when the application has it, or it was refused for good.
 *
 * <p>What a frame says of floors is believed where messages are not sealed. Where they are, only two things are: how far
 * below it the first undecided message lay when a message was sealed, once that has been opened; and the floor that the
 * origin tells this member, which is asked for it where something waits that, as a frame says, need not.
 *
 * <p>Called by {@link GroupReceiver} alone.
 */
final class GroupInbound {
    interface Output {
        /** As {@link GroupReceiver.Output#deliver}. */
        Verdict deliver(GroupInbound flow, Arrived message);

        /** As {@link GroupReceiver.Output#floorOf}. */
        long floorOf(GroupInbound flow, long key);

        /** As {@link GroupReceiver.Output#want}. */
        void want(GroupInbound flow, long key);

        /** Room for a message that cannot be delivered yet, or a refusal. */
        InboundFlow.Room reserve(int bytes);

        void release(int bytes);

        /** A word that was not known when the message came. */
        void answer(GroupInbound flow, Copy copy, GroupReceiver.Word word);
    }

    /**
     * A whole message.
     *
     * @param number which of its flow
     * @param lag as its frames say
     * @param missedCount how many messages before it, of this sender, were given up for this member
     */
    record Arrived(long number, long lag, ByteView payload, int hops, long missedCount) {}

    /** What an answer to one copy of a message names. */
    record Copy(long message, long transmission, int from) {}

    /** A message that has come, in part or whole, and is not decided. */
    private static final class Pending {
        private final @Nullable ByteView[] parts;
        private final int messageBytes;
        private int missing;
        private int bytes;
        private Copy copy = new Copy(0, 0, 0);
        private long lag;
        private int hops;
        private long touchedNanos;

        private Pending(GroupData data) {
            parts = new @Nullable ByteView[data.count()];
            messageBytes = data.messageBytes();
            missing = parts.length;
        }

        private boolean isCutLike(GroupData data) {
            return data.count() == parts.length && data.messageBytes() == messageBytes;
        }

        private boolean add(GroupData data) {
            if (!isCutLike(data)) {
                return false;
            }
            if (parts[data.index()] == null) {
                parts[data.index()] = data.payload().compact();
                missing--;
                bytes += data.payload().length();
            }
            return bytes <= messageBytes && (missing > 0 || bytes == messageBytes);
        }

        private ByteView payload() {
            ByteView only = parts[0];
            if (parts.length == 1 && only != null) {
                return only;
            }
            byte[] whole = new byte[messageBytes];
            int at = 0;
            for (ByteView part : parts) {
                if (part != null) {
                    part.copyTo(whole, at);
                    at += part.length();
                }
            }
            return ByteView.of(whole);
        }
    }

    private static final Verdict DETACHED = Verdict.refused(Outcome.Reason.DETACHED);
    private static final GroupReceiver.Word ABSENT = GroupReceiver.Word.of(Verdict.ABSENT);
    private static final GroupReceiver.Word HELD = GroupReceiver.Word.of(Verdict.HELD);

    private final GroupName name;
    private final GroupReceiver.Origin origin;
    private final Output out;
    private final TreeMap<Long, GroupReceiver.Word> decided = new TreeMap<>();
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    /** What lies below is decided for everybody. */
    private long commonFloor;
    /** What lies below this member need not wait for. */
    private long floor;
    /** The next message to be delivered, where order counts. */
    private long next;

    /** The copy from which the application, which has detached, has put a message back; null while it takes part. */
    private @Nullable Copy putBack;
    /** Only later transmissions may bring what is not decided: an earlier one may be of what was put back. */
    private long putBackTransmission;

    /** Whether the first message to wait for is known, and whether a message of the flow has been opened. */
    private boolean knowsFloor;

    private boolean isProven;
    /** What the latest message is sealed with, as it says, and the latest that was opened; 0 where there is none. */
    private long latestKey;

    private long provenKey;

    private long missedCount;
    private boolean countsMissed = true;
    private long usedNanos;

    GroupInbound(GroupName name, GroupReceiver.Origin origin, long floor, Output out, long nowNanos) {
        this.name = name;
        this.origin = origin;
        this.floor = floor;
        this.next = floor;
        this.knowsFloor = !name.isSealed();
        this.isProven = !name.isSealed();
        this.out = out;
        this.usedNanos = nowNanos;
    }

    GroupName name() {
        return name;
    }

    boolean isOfGroup(String group) {
        return name.scope() == GroupName.Scope.GROUP && name.group().equals(group);
    }

    GroupReceiver.Origin origin() {
        return origin;
    }

    long usedNanos() {
        return usedNanos;
    }

    /** Whether its name is its origin's for certain, where that can be known. */
    boolean isProven() {
        return isProven;
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    GroupReceiver.Word handleData(TreeHeader header, GroupData data, long nowNanos) {
        usedNanos = nowNanos;
        long message = data.message();
        latestKey = data.index() == 0 ? keyOf(data.payload()) : latestKey;
        raise(header.mark(), message, data.lag());
        GroupReceiver.Word known = known(message);
        if (known != null) {
            return known;
        }
        Copy copy = new Copy(message, header.origin().transmission(), header.from());
        if (copy.transmission() <= putBackTransmission) {
            return ABSENT;
        }
        if (putBack != null && !isNext(message)) {
            discard(message);
            return putBack(copy, data.index() == 0 ? keyOf(data.payload()) : 0);
        }
        Pending arriving = pending.get(message);
        if (arriving != null && name.isSealed() && !arriving.isCutLike(data)) {
            // Nobody vouches for a piece, only for the whole: the other may be somebody else's.
            discard(message);
            arriving = null;
        }
        if (arriving == null) {
            if (out.reserve(data.messageBytes()) == InboundFlow.Room.FULL) {
                return ABSENT;
            }
            arriving = new Pending(data);
            pending.put(message, arriving);
        }
        arriving.copy = copy;
        arriving.lag = data.lag();
        arriving.hops = header.hopsTravelled();
        arriving.touchedNanos = nowNanos;
        if (!arriving.add(data)) {
            if (name.isSealed()) {
                discard(message);
                return ABSENT;
            }
            return decide(message, GroupReceiver.Word.of(Verdict.refused(Outcome.Reason.LIMIT)));
        }
        GroupReceiver.Word word = arriving.missing == 0 && isNext(message) ? offer(message, arriving) : HELD;
        if (word.verdict().kind() != Verdict.Kind.HELD) {
            drain();
        }
        return word;
    }

    /** What a message is sealed with, of which this is the beginning. */
    private long keyOf(ByteView beginning) {
        return name.isSealed() ? GroupSeal.keyOf(beginning) : 0;
    }

    /** What became of a message, as far as it is known here. */
    GroupReceiver.Word handleQuestion(TreeHeader header, long message, long lag, long nowNanos) {
        usedNanos = nowNanos;
        raise(header.mark(), message, lag);
        drain();
        GroupReceiver.Word known = known(message);
        if (known != null) {
            return known;
        }
        Pending held = pending.get(message);
        if (held == null || held.missing > 0) {
            return ABSENT;
        }
        held.copy = new Copy(message, header.origin().transmission(), header.from());
        return HELD;
    }

    /** Delivers what can be delivered; what has waited for a while may need not. */
    void handleWaiting() {
        drain();
        if (isBlocked()) {
            wantFloor();
        }
    }

    /** Delivers what can be delivered now: earlier messages have come or need not, or there is room again. */
    void drain() {
        if (isBlocked()) {
            believeFloor();
        }
        if (name.isOrdered()) {
            for (Pending first = pending.get(next);
                    first != null && first.missing == 0 && late(next, first);
                    first = pending.get(next)) {}
            return;
        }
        for (Map.Entry<Long, Pending> entry = pending.firstEntry();
                entry != null;
                entry = pending.higherEntry(entry.getKey())) {
            if (entry.getValue().missing == 0 && !late(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    /** Forgets messages that have not grown for a while: the memory is needed, and their origin would send them again. */
    void dropStalled(long beforeNanos) {
        for (Long message : java.util.List.copyOf(pending.keySet())) {
            Pending stalled = pending.get(message);
            if (stalled != null && stalled.touchedNanos < beforeNanos && stalled.missing > 0) {
                discard(message);
            }
        }
    }

    /** The application wants what it has put back: its sender is told by an answer that takes back the last one. */
    void handleCaughtUp() {
        Copy last = putBack;
        if (last != null) {
            putBack = null;
            out.answer(this, last, ABSENT);
        }
    }

    /** The application is no member any more: what it misses from here on it has not asked for. */
    void handleLeft() {
        countsMissed = false;
        handleCaughtUp();
    }

    void close() {
        for (Long message : java.util.List.copyOf(pending.keySet())) {
            discard(message);
        }
    }

    private boolean late(long message, Pending held) {
        Copy copy = held.copy;
        GroupReceiver.Word word = offer(message, held);
        if (word.verdict().kind() == Verdict.Kind.HELD) {
            return false;
        }
        out.answer(this, copy, word);
        return true;
    }

    private GroupReceiver.Word offer(long message, Pending whole) {
        ByteView payload = whole.payload();
        Verdict verdict = out.deliver(this, new Arrived(message, whole.lag, payload, whole.hops, missedCount));
        GroupReceiver.Word word = new GroupReceiver.Word(verdict, keyOf(payload));
        if (verdict.kind() == Verdict.Kind.HELD) {
            return word;
        }
        if (verdict.kind() == Verdict.Kind.ABSENT) {
            discard(message);
            return word;
        }
        if (verdict.equals(DETACHED) && name.isKeptForDetached()) {
            discard(message);
            return putBack(whole.copy, word.key());
        }
        if (verdict.kind() == Verdict.Kind.DELIVERED) {
            missedCount = 0;
            countsMissed = true;
            putBack = null;
        }
        if (name.isSealed() && verdict.isSettling()) {
            isProven = true;
            provenKey = word.key();
            decide(message, word);
            raise(message - whole.lag, 0);
            return word;
        }
        return decide(message, word);
    }

    /** The sender keeps it, as far as it has room for that, until the application wants it. */
    private GroupReceiver.Word putBack(Copy copy, long key) {
        putBack = copy;
        putBackTransmission = Math.max(putBackTransmission, copy.transmission());
        return new GroupReceiver.Word(DETACHED, key);
    }

    private GroupReceiver.Word decide(long message, GroupReceiver.Word word) {
        discard(message);
        decided.put(message, word);
        while (decided.containsKey(next)) {
            next++;
        }
        return word;
    }

    private boolean isNext(long message) {
        return !name.isOrdered() || message == next;
    }

    /** The answer that needs no look at the message; null where it is news. */
    private GroupReceiver.@Nullable Word known(long message) {
        GroupReceiver.Word word = decided.get(message);
        if (word != null) {
            return word;
        }
        return message < floor || isBeyond(message) ? ABSENT : null;
    }

    /** No origin keeps so many. */
    private boolean isBeyond(long message) {
        return knowsFloor && message >= commonFloor + GroupConfig.RETAINED_MESSAGES_MAX;
    }

    private void raise(TreeMark mark, long message, long lag) {
        long common = message - lag;
        long own = mark.floorDistance() == TreeMark.UNSAID ? 0 : Math.max(0, message - mark.floorDistance());
        if (!name.isSealed()) {
            raise(common, own);
        } else if (!knowsFloor || isBeyond(message) || name.isOrdered() && Math.max(common, own) > next) {
            believeFloor();
            if (!knowsFloor || isBeyond(message) || name.isOrdered() && Math.max(common, own) > next) {
                wantFloor();
            }
        }
    }

    /** What lies below the first is decided for everybody, what lies below the second for this member. */
    private void raise(long common, long own) {
        commonFloor = Math.max(commonFloor, common);
        long raised = Math.max(commonFloor, own);
        if (raised > floor) {
            floor = raised;
            skipTo(raised);
        }
        while (!decided.isEmpty() && decided.firstKey() < commonFloor) {
            decided.pollFirstEntry();
        }
    }

    /** What the origin has told this member. */
    private void believeFloor() {
        long told = Math.max(out.floorOf(this, provenKey), out.floorOf(this, latestKey));
        if (told >= 0) {
            // What lies below the first that it is told was never for it.
            next = knowsFloor ? next : Math.max(next, told);
            knowsFloor = true;
            raise(told, told);
        }
    }

    private void wantFloor() {
        if (provenKey != 0) {
            out.want(this, provenKey);
        }
        if (latestKey != 0 && latestKey != provenKey) {
            out.want(this, latestKey);
        }
    }

    /** Whether something has come that waits for others, which may have been given up. */
    private boolean isBlocked() {
        return name.isSealed() && !pending.isEmpty() && (!knowsFloor || name.isOrdered() && pending.firstKey() > next);
    }

    /** Messages below are given up, or decided: nobody waits for them. */
    private void skipTo(long raised) {
        while (!pending.isEmpty() && pending.firstKey() < raised) {
            discard(pending.firstKey());
        }
        if (next < raised) {
            if (countsMissed && name.isOrdered()) {
                missedCount += raised - next - decided.subMap(next, raised).size();
            }
            next = raised;
        }
        while (decided.containsKey(next)) {
            next++;
        }
    }

    private void discard(long message) {
        Pending dropped = pending.remove(message);
        if (dropped != null) {
            out.release(dropped.messageBytes);
        }
    }
}
