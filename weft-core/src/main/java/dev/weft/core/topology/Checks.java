package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Budget;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.topology.Signatory.Demand;
import dev.weft.core.topology.Signatory.Verdict;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets no advertisement into {@link Flooding} that its origin has not signed. What would change nothing is let through
 * unread, so each edition is checked once; what would is held until its signature has been looked at, beside the loop.
 * A neighbor that brings a forged one has made it or has not looked, and is accused.
 *
 * <p>Few are under way at a time, taken from the neighbors in turn, so that one which brings much does not keep others
 * waiting. What finds no room is dropped and comes again, for it was not acknowledged.
 *
 * <p>Driven by the engine. docs/decisions/0018-signed-advertisements.md.
 */
public final class Checks {
    /** What follows. May not call back in. */
    public interface Output {
        /** Whether an advertisement would change anything here. */
        boolean isNews(Lsa lsa);

        /** Advertisements that may be believed and those that change nothing, as a neighbor has brought them. */
        void admit(NodeId neighbor, Flood flood);

        /** A neighbor need not say it again, though it is not known yet whether it is to be believed. */
        void acknowledge(NodeId neighbor, Lsa lsa);

        /** A neighbor has brought what cannot be the word of who is said to have said it. */
        void accuse(NodeId neighbor, String why);

        /** A neighbor brings so much that it cannot all be meant. */
        void overBudget(NodeId neighbor, String why);
    }

    /** How many checks are begun and not done. */
    static final int UNDER_WAY_MAX = 256;

    /** How many advertisements may wait of one neighbor, and how many bytes. */
    static final int WAITING_MAX = 8_192;

    static final long WAITING_BYTES_MAX = 8L << 20;

    /** How many bytes may wait in all. */
    static final long ALL_BYTES_MAX = 32L << 20;

    /** What one neighbor may bring at once, new or not: the largest database that is kept by default, five times over. */
    static final int BROUGHT_MAX = 1 << 19;

    /** Beyond that 16,384 a second: all of a mesh of a thousand nodes, some five times each second. */
    static final long BROUGHT_EACH_NANOS = 61_035L;

    private static final int BRINGERS_MAX = 1_024;

    /**
     * How many editions of one advertisement are taken at once, and how long until one more is: an origin says at most
     * five at once and one a second. What comes sooner is neither kept nor acknowledged, so the newest comes again
     * (RFC 2328 §13, MinLSArrival).
     */
    static final int EDITIONS_MAX = 32;

    static final long EDITION_NANOS = 500_000_000L;

    private static final int EDITED_MAX = 1 << 16;

    /** With so many under way it takes long enough for a neighbor to say it all again. */
    private static final int LONG_QUEUE = 64;

    private static final long SECOND = 1_000_000_000L;

    /** Ages are whole seconds, and each link adds one: less than this is in that one. */
    private static final long AGE_SLACK_NANOS = 900_000_000L;

    private record Accused(NodeId neighbor, Lsa lsa) {}

    private record Bringer(NodeId neighbor, int ageSeconds, long atNanos) {
        Flood.Item item(Lsa lsa, long nowNanos) {
            long waitedSeconds = (nowNanos - atNanos + AGE_SLACK_NANOS) / SECOND;
            return new Flood.Item((int) Math.min(Flood.AGE_SECONDS_MAX, ageSeconds + waitedSeconds), lsa);
        }
    }

    private static final class Held {
        private final Lsa lsa;
        private final List<Bringer> bringers = new ArrayList<>(1);

        private Held(Lsa lsa) {
            this.lsa = lsa;
        }

        private boolean isBroughtBy(NodeId neighbor) {
            return bringers.stream().anyMatch(bringer -> bringer.neighbor().equals(neighbor));
        }
    }

    /** What waits of one neighbor. */
    private static final class Queue {
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private long bytes;
    }

    private final Signatory signatory;
    private final Output out;
    /** All that is held, by its bytes: what several neighbors bring is checked once. */
    private final LinkedHashMap<ByteView, Held> held = new LinkedHashMap<>();

    private final TreeMap<Long, Held> underWay = new TreeMap<>();
    /** The neighbor whose turn it is first. */
    private final LinkedHashMap<NodeId, Queue> waiting = new LinkedHashMap<>();

    private final Budget<NodeId> brought = new Budget<>(BROUGHT_MAX, BROUGHT_EACH_NANOS, BRINGERS_MAX);
    private final Budget<LsaKey> editions = new Budget<>(EDITIONS_MAX, EDITION_NANOS, EDITED_MAX);
    private final List<Accused> accused = new ArrayList<>();
    private long nextTask = 1;
    private long waitingBytes;
    private long checkedCount;
    private long forgedCount;
    private long droppedCount;
    private long heldBackCount;

    public Checks(Signatory signatory, Output out) {
        this.signatory = signatory;
        this.out = out;
    }

    // ------------------------------------------------------------------ inputs

    public void handleFlood(NodeId neighbor, Flood flood, long nowNanos) {
        if (!brought.allows(neighbor, nowNanos)) {
            out.overBudget(neighbor, "it floods more than there can be to be said");
            return;
        }
        brought.spend(neighbor, flood.items().size(), nowNanos);
        List<Flood.Item> admitted = new ArrayList<>(flood.items().size());
        for (Flood.Item item : flood.items()) {
            Verdict verdict = out.isNews(item.lsa()) ? judgeNews(neighbor, item, nowNanos) : Verdict.GENUINE;
            switch (verdict) {
                case GENUINE -> admitted.add(item);
                case FORGED -> {
                    forgedCount++;
                    out.accuse(neighbor, why(item.lsa()));
                    return;
                }
                case LATER -> {}
            }
        }
        if (admitted.size() == flood.items().size()) {
            out.admit(neighbor, flood);
        } else if (!admitted.isEmpty()) {
            // Not the frame it was: what is missing of it is not to be acknowledged with the rest.
            out.admit(neighbor, new Flood(admitted));
        }
    }

    private Verdict judgeNews(NodeId neighbor, Flood.Item item, long nowNanos) {
        if (!editions.allows(item.lsa().key(), nowNanos)) {
            heldBackCount++;
            return Verdict.LATER;
        }
        Verdict verdict = signatory.demand() == Demand.NOTHING ? Verdict.GENUINE : judge(neighbor, item, nowNanos);
        if (verdict == Verdict.GENUINE) {
            editions.spend(item.lsa().key(), 1, nowNanos);
        }
        return verdict;
    }

    private Verdict judge(NodeId neighbor, Flood.Item item, long nowNanos) {
        if (!item.lsa().isSigned()) {
            return Verdict.FORGED;
        }
        Bringer bringer = new Bringer(neighbor, item.ageSeconds(), nowNanos);
        Held present = held.isEmpty() ? null : held.get(item.lsa().bytes());
        if (present != null) {
            if (!present.isBroughtBy(neighbor)) {
                present.bringers.add(bringer);
            }
            return Verdict.LATER;
        }
        long task = 0;
        if (underWay.size() < UNDER_WAY_MAX && waiting.isEmpty()) {
            task = nextTask++;
            checkedCount++;
            Verdict verdict = signatory.check(task, item.lsa());
            if (verdict != Verdict.LATER) {
                return verdict;
            }
        }
        Held fresh = new Held(item.lsa().compact());
        fresh.bringers.add(bringer);
        if (task != 0) {
            underWay.put(task, fresh);
        } else if (hasRoomFor(neighbor, fresh)) {
            enqueue(neighbor, fresh);
        } else {
            droppedCount++;
            return Verdict.LATER;
        }
        held.put(fresh.lsa.bytes(), fresh);
        if (held.size() >= LONG_QUEUE) {
            out.acknowledge(neighbor, fresh.lsa);
        }
        return Verdict.LATER;
    }

    /** What the signatory has found; what was held for it goes on its way, and as many others are begun. */
    public void handleChecked(List<Signatory.Checked> results, long nowNanos) {
        Map<NodeId, List<Flood.Item>> admitted = new LinkedHashMap<>();
        for (Signatory.Checked result : results) {
            Held done = underWay.remove(result.task());
            if (done != null) {
                held.remove(done.lsa.bytes());
                settle(done, result.verdict(), admitted, nowNanos);
            }
        }
        refill(admitted, nowNanos);
        admitted.forEach(this::admit);
        // Last, for the links that this ends end what waits of them here.
        List<Accused> all = List.copyOf(accused);
        accused.clear();
        all.forEach(each -> out.accuse(each.neighbor(), why(each.lsa())));
    }

    public void handleLinkDown(NodeId neighbor) {
        Queue theirs = waiting.remove(neighbor);
        if (theirs == null) {
            return;
        }
        waitingBytes -= theirs.bytes;
        for (Held orphan : theirs.held) {
            orphan.bringers.removeIf(bringer -> bringer.neighbor().equals(neighbor));
            if (orphan.bringers.isEmpty() || !hasRoomFor(orphan.bringers.get(0).neighbor(), orphan)) {
                held.remove(orphan.lsa.bytes());
            } else {
                enqueue(orphan.bringers.get(0).neighbor(), orphan);
            }
        }
    }

    // ------------------------------------------------------------------ what is held

    private void refill(Map<NodeId, List<Flood.Item>> admitted, long nowNanos) {
        while (underWay.size() < UNDER_WAY_MAX && !waiting.isEmpty()) {
            Held next = dequeue();
            long task = nextTask++;
            checkedCount++;
            Verdict verdict = signatory.check(task, next.lsa);
            if (verdict == Verdict.LATER) {
                underWay.put(task, next);
            } else {
                held.remove(next.lsa.bytes());
                settle(next, verdict, admitted, nowNanos);
            }
        }
    }

    private void settle(Held done, Verdict verdict, Map<NodeId, List<Flood.Item>> admitted, long nowNanos) {
        forgedCount += verdict == Verdict.FORGED ? 1 : 0;
        if (verdict == Verdict.GENUINE) {
            // Not before: who forges must not use up what another may say.
            editions.spend(done.lsa.key(), 1, nowNanos);
        }
        for (Bringer bringer : done.bringers) {
            switch (verdict) {
                case GENUINE ->
                    admitted.computeIfAbsent(bringer.neighbor(), any -> new ArrayList<>())
                            .add(bringer.item(done.lsa, nowNanos));
                case FORGED -> accused.add(new Accused(bringer.neighbor(), done.lsa));
                case LATER -> droppedCount++;
            }
        }
    }

    private void admit(NodeId neighbor, List<Flood.Item> items) {
        for (int from = 0; from < items.size(); from += Flood.ITEMS_MAX) {
            out.admit(neighbor, new Flood(items.subList(from, Math.min(items.size(), from + Flood.ITEMS_MAX))));
        }
    }

    private static String why(Lsa lsa) {
        String whose =
                "an advertisement in the name of node " + lsa.key().origin().brief();
        return lsa.isSigned() ? whose + " that it has not signed" : whose + " without a signature";
    }

    private boolean hasRoomFor(NodeId neighbor, Held fresh) {
        int more = fresh.lsa.bytes().length();
        Queue theirs = waiting.get(neighbor);
        boolean fits = theirs == null || theirs.held.size() < WAITING_MAX && theirs.bytes + more <= WAITING_BYTES_MAX;
        return fits && waitingBytes + more <= ALL_BYTES_MAX;
    }

    private void enqueue(NodeId neighbor, Held fresh) {
        int more = fresh.lsa.bytes().length();
        Queue theirs = waiting.computeIfAbsent(neighbor, any -> new Queue());
        theirs.held.add(fresh);
        theirs.bytes += more;
        waitingBytes += more;
    }

    /** The first of the neighbor whose turn it is. */
    private Held dequeue() {
        Iterator<Map.Entry<NodeId, Queue>> first = waiting.entrySet().iterator();
        Map.Entry<NodeId, Queue> entry = first.next();
        first.remove();
        Queue theirs = entry.getValue();
        Held next = theirs.held.remove();
        int less = next.lsa.bytes().length();
        theirs.bytes -= less;
        waitingBytes -= less;
        if (!theirs.held.isEmpty()) {
            waiting.put(entry.getKey(), theirs);
        }
        return next;
    }

    // ------------------------------------------------------------------ questions

    /** @throws dev.weft.core.base.InvariantError unless the books balance and every bound holds */
    public void audit() {
        Check.that(underWay.size() <= UNDER_WAY_MAX, "%d checks under way", underWay.size());
        Check.that(waitingBytes >= 0 && waitingBytes <= ALL_BYTES_MAX, "%d bytes wait for a check", waitingBytes);
        Check.that(waiting.isEmpty() || !underWay.isEmpty(), "advertisements wait for a check and none is under way");
        Check.that(held.size() >= underWay.size(), "more is checked than is held");
    }

    public void count(TreeMap<String, Long> counters) {
        counters.put("topology.checked", checkedCount);
        counters.put("topology.checking", (long) held.size());
        counters.put("topology.forged", forgedCount);
        counters.put("topology.held-back", heldBackCount);
        counters.put("topology.unchecked", droppedCount);
    }
}
