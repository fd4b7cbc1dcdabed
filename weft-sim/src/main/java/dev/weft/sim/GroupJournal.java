package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.GroupName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The oracle of messages for many: whom each was for, whose application really received it, and what its sender was
 * told of each member.
 */
final class GroupJournal {
    /** Numbers of messages for many begin here, so that a payload says which kind it is. */
    static final long FIRST = 1L << 40;

    /** A message and its fate as seen from outside. */
    private static final class Entry {
        private final long number;
        private final String sequence;
        private final GroupName name;
        private final SortedSet<NodeId> members;
        private final long payloadHash;
        private final long sentNanos;
        private final TreeMap<NodeId, Integer> received = new TreeMap<>();
        private final TreeMap<NodeId, Outcome> outcomes = new TreeMap<>();
        private final TreeSet<NodeId> refused = new TreeSet<>();
        private boolean ended;
        private boolean originDied;

        private Entry(
                long number,
                String sequence,
                GroupName name,
                SortedSet<NodeId> members,
                long payloadHash,
                long sentNanos) {
            this.number = number;
            this.sequence = sequence;
            this.name = name;
            this.members = members;
            this.payloadHash = payloadHash;
            this.sentNanos = sentNanos;
        }

        private String at(NodeId member) {
            return "message " + (number - FIRST) + " (" + name + ", " + sequence + ") at " + member.brief()
                    + ", received " + received.getOrDefault(member, 0) + " times, outcome " + outcomes.get(member);
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final TreeMap<String, TreeSet<Long>> sequences = new TreeMap<>();
    /** By sequence and life of the member: the last message received. */
    private final TreeMap<String, Long> lastReceived = new TreeMap<>();

    private final Violations violations;
    private final long[] outcomes = new long[Outcome.Kind.values().length];
    private long orphaned;
    private long gaps;
    private long inOrder;
    private long caughtUp;

    GroupJournal(Violations violations) {
        this.violations = violations;
    }

    static boolean isForMany(ByteView payload) {
        return number(payload) >= FIRST;
    }

    private static long number(ByteView payload) {
        long number = 0;
        for (int i = 0; i < 8; i++) {
            number = number << 8 | payload.at(i) & 0xff;
        }
        return number;
    }

    long nextNumber() {
        return FIRST + entries.size();
    }

    /** @param originLife which life of which node sends */
    void sent(
            String originLife,
            GroupName name,
            int priority,
            SortedSet<NodeId> members,
            ByteView payload,
            long nowNanos) {
        long number = nextNumber();
        String target = name.scope() == GroupName.Scope.LIST ? members.toString() : name.group();
        String manner = name.kind() + " " + name.whenFull() + " " + priority;
        String sequence = originLife + " " + manner + " " + name.endpoint() + " to " + target;
        entries.add(new Entry(number, sequence, name, members, payload.hash64(), nowNanos));
        sequences.computeIfAbsent(sequence, key -> new TreeSet<>()).add(number);
    }

    /**
     * @param life which life of the member, and since when it has been one without a break
     * @param missed how many messages its application is told that it misses; negative where it cannot be told
     */
    void received(NodeId member, String life, long sinceNanos, ByteView payload, long missed) {
        long number = number(payload);
        if (number - FIRST >= entries.size()) {
            violations.add("nothing unsent is delivered", member.brief() + " received message " + number);
            return;
        }
        Entry entry = entries.get((int) (number - FIRST));
        int times = 1 + entry.received.getOrDefault(member, 0);
        entry.received.put(member, times);
        if (!entry.members.contains(member)) {
            violations.add("delivered to members only", entry.at(member));
        }
        if (entry.payloadHash != payload.hash64()) {
            violations.add("delivered unaltered", entry.at(member));
        }
        if (times > 1) {
            violations.add("delivered to each member at most once", entry.at(member));
        }
        if (entry.refused.contains(member)) {
            caughtUp++;
        }
        if (entry.name.kind() == SocketKind.SEQPACKET) {
            requireOrder(entry, member, life, sinceNanos, missed);
        }
        judge(entry, member);
    }

    /** The application of a member has refused a message, and so knows of it. */
    void refused(NodeId member, ByteView payload) {
        long number = number(payload) - FIRST;
        if (number < entries.size()) {
            entries.get((int) number).refused.add(member);
        }
    }

    private void requireOrder(Entry entry, NodeId member, String life, long sinceNanos, long missed) {
        String key = entry.sequence + " at " + member + " " + life;
        Long last = lastReceived.put(key, entry.number);
        if (last != null && last > entry.number) {
            violations.add("in the order of the sender", entry.at(member) + ", after message " + (last - FIRST));
        }
        if (last == null || missed > 0) {
            gaps += missed > 0 ? 1 : 0;
            return;
        }
        inOrder++;
        TreeSet<Long> sequence = sequences.getOrDefault(entry.sequence, new TreeSet<>());
        for (long skipped : sequence.subSet(last, false, entry.number, false)) {
            Entry earlier = entries.get((int) (skipped - FIRST));
            Outcome outcome = earlier.outcomes.get(member);
            boolean refused =
                    earlier.refused.contains(member) || outcome == null || outcome.kind() == Outcome.Kind.REJECTED;
            if (missed == 0 && earlier.members.contains(member) && earlier.sentNanos >= sinceNanos && !refused) {
                violations.add("no gap that is not told", entry.at(member) + ", without " + earlier.at(member));
            }
        }
    }

    void settled(long number, NodeId member, Outcome outcome) {
        Entry entry = entries.get((int) (number - FIRST));
        if (!entry.members.contains(member) || entry.outcomes.put(member, outcome) != null) {
            violations.add("one outcome per member", entry.at(member) + ", now " + outcome);
        }
        outcomes[outcome.kind().ordinal()]++;
        judge(entry, member);
    }

    void ended(long number) {
        Entry entry = entries.get((int) (number - FIRST));
        if (entry.ended || entry.outcomes.size() != entry.members.size()) {
            violations.add("a ticket ends once, with every member's outcome", entry.outcomes + " of " + entry.members);
        }
        entry.ended = true;
    }

    /** What a node had not been told when it crashed it never will be. */
    void crashed(String originLife) {
        for (Entry entry : entries) {
            if (!entry.ended && !entry.originDied && entry.sequence.startsWith(originLife + " ")) {
                entry.originDied = true;
                orphaned += entry.members.size() - entry.outcomes.size();
            }
        }
    }

    private void judge(Entry entry, NodeId member) {
        Outcome outcome = entry.outcomes.get(member);
        int received = entry.received.getOrDefault(member, 0);
        if (outcome == null) {
            return;
        }
        switch (outcome.kind()) {
            case DELIVERED -> {
                if (received != 1) {
                    violations.add("delivered means received, for each member", entry.at(member));
                }
            }
            case REJECTED, UNDELIVERABLE, EXPIRED -> {
                if (received != 0) {
                    violations.add("not delivered means not received, for each member", entry.at(member));
                }
            }
            case UNKNOWN -> {}
        }
    }

    long open() {
        long open = 0;
        for (Entry entry : entries) {
            open += entry.ended || entry.originDied ? 0 : 1;
        }
        return open;
    }

    void requireAllEnded() {
        for (Entry entry : entries) {
            if (!entry.ended && !entry.originDied) {
                violations.add(
                        "every ticket ends",
                        "message " + (entry.number - FIRST) + " " + entry.name + ": " + entry.outcomes + " of "
                                + entry.members);
                return;
            }
        }
    }

    /** For the report: how often a member was addressed, by outcome. */
    Map<String, Long> described() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("messages", (long) entries.size());
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            all.put(kind.name().toLowerCase(Locale.ROOT), outcomes[kind.ordinal()]);
        }
        all.put("orphaned", orphaned);
        all.put("inOrder", inOrder);
        all.put("gapsTold", gaps);
        all.put("caughtUp", caughtUp);
        return all;
    }
}
