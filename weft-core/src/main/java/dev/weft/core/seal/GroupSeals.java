package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.MalformedFrame;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Seals of what goes to many. A node has a key for each audience of each flow, seals a message once for all of it, and
 * gives the key to each member under the seal that the two have with each other: at once, and whenever a member asks
 * that has something it cannot open. Whoever joins or leaves changes the audience, and the next message has another key,
 * so nobody reads what was sent without him. These are the sender keys of group messengers; where those sign each
 * message, here the sender adds a tag for each member, by a key that only the two have, so that no member can speak in
 * the sender's name to the others. docs/decisions/0015-sealing-for-many.md.
 *
 * <p>Driven by the engine. Everything is bounded, and what is forgotten is asked for again.
 */
public final class GroupSeals {
    /** What these seals want. May not call back in. */
    public interface Output {
        /** To a node, by the best way, sealed where a relay would see it. */
        void sendTo(NodeId node, Frame frame);

        /** The first message of a flow of this node's that a member is to wait for. */
        long floorOf(long flow, NodeId member);
    }

    /** What a message was found to be. */
    public enum Finding {
        AUTHENTIC,
        /** Its key has been asked for. */
        AWAITED,
        /** Altered, or sealed by nobody who has the key. */
        FORGED,
        /** Sealed by one who has the key, as all members do, and whose sender has not vouched for it to this one. */
        UNVOUCHED,
        /** Delivered before. */
        REPLAYED
    }

    /** A message as it was found. To be handed back where it has been {@link #delivered}. */
    public static final class Opened {
        private final Finding finding;
        private final ByteView payload;
        private final @Nullable MemberKey key;
        private final long message;

        private Opened(Finding finding, ByteView payload, @Nullable MemberKey key, long message) {
            this.finding = finding;
            this.payload = payload;
            this.key = key;
            this.message = message;
        }

        private static Opened without(Finding finding) {
            return new Opened(finding, ByteView.EMPTY, null, 0);
        }

        public Finding finding() {
            return finding;
        }

        /** What was sealed; empty unless authentic. */
        public ByteView payload() {
            return payload;
        }
    }

    /** The most audiences with a present key. */
    static final int AUDIENCES_MAX = 4_096;

    /** The most keys of this node that members may still ask for. */
    static final int SENDER_KEYS_MAX = 16_384;

    /** The most keys of others. */
    static final int MEMBER_KEYS_MAX = 16_384;

    /** The most keys that are waited for at once. */
    static final int AWAITED_MAX = 1_024;

    /** To so many members a new key is told before they ask. */
    static final int TOLD_MAX = 1_024;

    private static final long ASK_NANOS = 200_000_000L;

    /** For each member to whom its sender tells a key, how much later it may come: as long as the keys of a pair take. */
    private static final long TELLING_NANOS = 5_000_000L;

    private static final long TELLING_MAX_NANOS = 2_000_000_000L;

    /** Longer than any send may last: no copy that is under way is left without its key. */
    private static final long KEPT_NANOS = 7_200_000_000_000L;

    private static final long SWEEP_NANOS = 60_000_000_000L;

    /** A flow: its messages have numbers in their own order, whatever goes on in other flows. */
    private record Conversation(GroupName name, long flow, SortedSet<NodeId> listed) {}

    private record KeyName(NodeId origin, long incarnation, long number) {}

    /**
     * @param sinceNanos when something came that has that key
     * @param askNanos before which it is not asked for
     */
    private record Awaited(long sinceNanos, long askNanos) {}

    /** A key of another node. */
    private static final class MemberKey {
        private final Sealer.Cipher cipher;
        private final int place;
        private final ByteView own;
        private final long flow;
        private long floor;
        private final ReplayWindow window = new ReplayWindow();
        private long usedNanos;

        private MemberKey(Sealer.Cipher cipher, GroupKey key, long usedNanos) {
            this.cipher = cipher;
            this.place = key.place();
            this.own = key.own().compact();
            this.flow = key.flow();
            this.floor = key.floor();
            this.usedNanos = usedNanos;
        }

        private boolean isNew(GroupHeading heading) {
            return heading.name().kind() == SocketKind.SEQPACKET
                    ? window.isHighest(heading.message())
                    : window.isNew(heading.message());
        }
    }

    private final NodeId self;
    private final long incarnation;
    private final Sealer sealer;
    private final Output out;

    /** The one longest unused first. */
    private final LinkedHashMap<Conversation, SenderKey> present = new LinkedHashMap<>();

    /** By number; the oldest first. */
    private final LinkedHashMap<Long, SenderKey> own = new LinkedHashMap<>();

    /** The one longest unused first. */
    private final LinkedHashMap<KeyName, MemberKey> others = new LinkedHashMap<>();

    /** Those that have not come, or are asked for once more; the one asked for the longest ago first. */
    private final LinkedHashMap<KeyName, Awaited> awaited = new LinkedHashMap<>();

    private long sweepNanos = Deadlines.NEVER;
    private long numbers;
    private long sealedCount;
    private long openedCount;
    private long toldCount;
    private long askedCount;
    private long deniedCount;
    private long forgedCount;
    private long unvouchedCount;
    private long replayedCount;

    public GroupSeals(NodeId self, long incarnation, Sealer sealer, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.sealer = sealer;
        this.out = out;
    }

    // ------------------------------------------------------------------ what goes out

    /**
     * A message that has got its number; those of one flow in their order.
     *
     * @param members who is to read it, this node among them or not
     */
    public ByteView seal(GroupHeading heading, SortedSet<NodeId> members, ByteView payload, long nowNanos) {
        TreeSet<NodeId> audience = new TreeSet<>(members);
        audience.remove(self);
        sealedCount++;
        return keyFor(heading.name(), heading.flow(), audience, nowNanos)
                .seal(heading, payload)
                .encode();
    }

    private SenderKey keyFor(GroupName name, long flow, SortedSet<NodeId> audience, long nowNanos) {
        Conversation conversation =
                new Conversation(name, flow, name.scope() == GroupName.Scope.LIST ? audience : new TreeSet<>());
        SenderKey known = present.remove(conversation);
        boolean isUsable = known != null
                && known.audience().equals(audience)
                && !known.isWorn(sealer.terms(), nowNanos)
                && own.containsKey(known.number());
        if (known != null && !isUsable) {
            known.retire();
        }
        SenderKey key = known != null && isUsable ? known : made(audience, flow, nowNanos);
        if (present.size() >= AUDIENCES_MAX) {
            Conversation longest = present.keySet().iterator().next();
            Optional.ofNullable(present.remove(longest)).ifPresent(SenderKey::retire);
        }
        present.put(conversation, key);
        return key;
    }

    private SenderKey made(SortedSet<NodeId> audience, long flow, long nowNanos) {
        SenderKey fresh = new SenderKey(incarnation, ++numbers, sealer, audience, flow, nowNanos);
        if (own.size() >= SENDER_KEYS_MAX) {
            own.remove(own.keySet().iterator().next());
        }
        own.put(fresh.number(), fresh);
        sweepNanos = Math.min(sweepNanos, nowNanos + SWEEP_NANOS);
        if (audience.size() <= TOLD_MAX) {
            audience.forEach(member -> tell(member, fresh));
        }
        return fresh;
    }

    private void tell(NodeId member, SenderKey key) {
        toldCount++;
        out.sendTo(member, key.keyFor(member, out.floorOf(key.flow(), member)));
    }

    /** @param asker as its seal, or the link of one hop, vouches */
    public void handleWant(NodeId asker, GroupKeyWant want) {
        SenderKey wanted = want.incarnation() == incarnation ? own.get(want.number()) : null;
        if (wanted == null || !wanted.audience().contains(asker)) {
            deniedCount++;
            return;
        }
        tell(asker, wanted);
    }

    // ------------------------------------------------------------------ what comes in

    /**
     * Looks into a message. One that is delivered is to be {@link #delivered marked}, so that it cannot come again
     * when its flow has been forgotten.
     */
    public Opened open(GroupHeading heading, ByteView payload, long nowNanos) {
        GroupSeal seal;
        try {
            seal = GroupSeal.decode(payload);
        } catch (MalformedFrame malformed) {
            return forged();
        }
        MemberKey known = null;
        Sealer.Cipher cipher;
        if (heading.origin().equals(self)) {
            // It has not left this node: what comes in this node's name from elsewhere is refused before.
            SenderKey mine = own.get(seal.key());
            if (mine == null) {
                return forged();
            }
            cipher = mine.cipher();
        } else {
            KeyName key = new KeyName(heading.origin(), heading.incarnation(), seal.key());
            known = others.remove(key);
            if (known == null) {
                await(key, seal.memberCount(), nowNanos);
                return Opened.without(Finding.AWAITED);
            }
            others.put(key, known);
            known.usedNanos = nowNanos;
            if (!known.isNew(heading)) {
                replayedCount++;
                return Opened.without(Finding.REPLAYED);
            }
            cipher = known.cipher;
        }
        ByteView associated = heading.associated(seal.key());
        Optional<ByteView> plain = cipher.open(heading.message(), associated, seal.sealed());
        if (plain.isEmpty()) {
            return forged();
        }
        if (known != null && !isVouchedFor(known, associated, seal)) {
            unvouchedCount++;
            return Opened.without(Finding.UNVOUCHED);
        }
        return new Opened(Finding.AUTHENTIC, plain.get(), known, heading.message());
    }

    private boolean isVouchedFor(MemberKey key, ByteView associated, GroupSeal seal) {
        return seal.vouches(key.place, sealer.tag(key.own, sealer.digest(associated, seal.sealed())));
    }

    private Opened forged() {
        forgedCount++;
        return Opened.without(Finding.FORGED);
    }

    /** An authentic message has been delivered. */
    public void delivered(Opened message) {
        openedCount++;
        MemberKey known = message.key;
        if (known != null) {
            known.window.mark(message.message);
        }
    }

    /** A key that its sender tells to all of its audience is given the time for that; any other is asked for at once. */
    private void await(KeyName key, int audience, long nowNanos) {
        boolean isTold = audience <= TOLD_MAX && isRoomFor(key);
        Awaited known = awaited.getOrDefault(key, new Awaited(nowNanos, nowNanos));
        long tellingNanos = Math.min(TELLING_MAX_NANOS, audience * TELLING_NANOS);
        long toldNanos = isTold ? known.sinceNanos() + ASK_NANOS + tellingNanos : nowNanos;
        if (nowNanos >= Math.max(known.askNanos(), toldNanos)) {
            ask(key, nowNanos);
        } else {
            note(key, new Awaited(known.sinceNanos(), Math.max(known.askNanos(), toldNanos)));
        }
    }

    /** What there is no room to note cannot be given time either: with each frame it would begin anew. */
    private boolean isRoomFor(KeyName key) {
        return awaited.size() < AWAITED_MAX || awaited.containsKey(key);
    }

    /** Unless it was asked a moment ago. */
    private void ask(KeyName key, long nowNanos) {
        Awaited known = awaited.get(key);
        if (known == null || nowNanos >= known.askNanos()) {
            note(key, new Awaited(known == null ? nowNanos : known.sinceNanos(), nowNanos + ASK_NANOS));
            askedCount++;
            out.sendTo(key.origin(), new GroupKeyWant(key.incarnation(), key.number()));
        }
    }

    private void note(KeyName key, Awaited present) {
        awaited.remove(key);
        if (awaited.size() >= AWAITED_MAX) {
            awaited.remove(awaited.keySet().iterator().next());
        }
        awaited.put(key, present);
    }

    /**
     * What its sender has said of a flow's floor: the first message that this node is to wait for; -1 where it has said
     * nothing with that key, or of another flow.
     */
    public long floorOf(NodeId origin, long life, long flow, long key) {
        MemberKey known = others.get(new KeyName(origin, life, key));
        return known == null || known.flow != flow ? -1 : known.floor;
    }

    /** Something waits that need not, or has no key, which may be on its way: its sender is asked, now and then. */
    public void want(NodeId origin, long life, long key, long nowNanos) {
        KeyName name = new KeyName(origin, life, key);
        if (others.containsKey(name) || awaited.containsKey(name) || !isRoomFor(name)) {
            ask(name, nowNanos);
        } else {
            note(name, new Awaited(nowNanos, nowNanos + ASK_NANOS));
        }
    }

    /** Whether something may wait for what has come. */
    public enum News {
        NONE,
        KEY
    }

    /** @param origin as its seal, or the link of one hop, vouches */
    public News handleKey(NodeId origin, GroupKey key, long nowNanos) {
        KeyName name = new KeyName(origin, key.incarnation(), key.number());
        if (origin.equals(self) || origin.equals(NodeId.ZERO)) {
            return News.NONE;
        }
        MemberKey known = others.get(name);
        if (known != null) {
            boolean isNews = known.flow == key.flow() && key.floor() > known.floor;
            known.floor = isNews ? key.floor() : known.floor;
            return isNews ? News.KEY : News.NONE;
        }
        if (others.size() >= MEMBER_KEYS_MAX) {
            others.remove(others.keySet().iterator().next());
        }
        others.put(name, new MemberKey(sealer.cipher(key.secret()), key, nowNanos));
        sweepNanos = Math.min(sweepNanos, nowNanos + SWEEP_NANOS);
        return awaited.remove(name) == null ? News.NONE : News.KEY;
    }

    // ------------------------------------------------------------------ what is answered

    /** By which this node vouches for an answer to another; empty where it has not the key that the message came with. */
    public OptionalLong code(NodeId origin, long life, long key, ByteView statement) {
        MemberKey known = others.get(new KeyName(origin, life, key));
        return known == null ? OptionalLong.empty() : OptionalLong.of(sealer.tag(known.own, statement));
    }

    /** By which a member vouches for an answer to this node; empty where it cannot be known any more. */
    public OptionalLong codeOf(NodeId member, long key, ByteView statement) {
        SenderKey mine = own.get(key);
        return mine == null ? OptionalLong.empty() : mine.code(member, statement);
    }

    // ------------------------------------------------------------------ time

    /** Forgets the keys of what is over: from then on nobody can read it, whoever takes this node. */
    public void handleTime(long nowNanos) {
        if (nowNanos < sweepNanos) {
            return;
        }
        present.values().removeIf(key -> {
            boolean isWorn = key.isWorn(sealer.terms(), nowNanos);
            if (isWorn) {
                key.retire();
            }
            return isWorn;
        });
        own.values().removeIf(key -> key.isOver(sealer.terms(), KEPT_NANOS, nowNanos));
        others.values().removeIf(key -> nowNanos - key.usedNanos >= KEPT_NANOS);
        awaited.values().removeIf(asked -> nowNanos - asked.askNanos() >= KEPT_NANOS);
        sweepNanos = own.isEmpty() && others.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
    }

    public long nextDeadlineNanos() {
        return sweepNanos;
    }

    // ------------------------------------------------------------------ questions

    public void audit() {
        Check.that(present.size() <= AUDIENCES_MAX, "keys for %d audiences", present.size());
        Check.that(own.size() <= SENDER_KEYS_MAX, "%d keys of this node's", own.size());
        Check.that(others.size() <= MEMBER_KEYS_MAX, "%d keys of others", others.size());
        Check.that(awaited.size() <= AWAITED_MAX, "%d keys are waited for", awaited.size());
    }

    /** By stable names. */
    public void count(TreeMap<String, Long> counters) {
        counters.put("group.seal.asked", askedCount);
        counters.put("group.seal.denied", deniedCount);
        counters.put("group.seal.forged", forgedCount);
        counters.put("group.seal.keys", (long) others.size());
        counters.put("group.seal.opened", openedCount);
        counters.put("group.seal.replayed", replayedCount);
        counters.put("group.seal.sealed", sealedCount);
        counters.put("group.seal.told", toldCount);
        counters.put("group.seal.unvouched", unvouchedCount);
    }
}
