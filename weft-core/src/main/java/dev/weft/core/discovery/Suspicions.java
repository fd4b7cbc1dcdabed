package dev.weft.core.discovery;

import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Beacon;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is suspected to have gone without a word: each is asked for, and given up unless it is heard of in time. Never
 * before it has been asked for.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class Suspicions {
    interface Output {
        /** Asks all who hear beacons for a sign of life of these. */
        void ask(List<NodeId> suspects);

        /** The node has been asked for and has not answered. */
        void unanswered(NodeId node);
    }

    private static final long SECOND = 1_000_000_000L;
    private static final long ASK_AFTER_NANOS = 5 * SECOND;
    private static final long ANSWER_WITHIN_NANOS = 30 * SECOND;
    private static final long ASK_PAUSE_NANOS = SECOND;

    /** @param untilNanos when it is given up; {@link Deadlines#NEVER} before it has been asked for */
    private record Suspicion(long sinceNanos, long untilNanos) {}

    private record Verdict(long atNanos, NodeId node) implements Comparable<Verdict> {
        @Override
        public int compareTo(Verdict other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : node.compareTo(other.node);
        }
    }

    private final Output out;
    private final TreeMap<NodeId, Suspicion> suspects = new TreeMap<>();
    private final TreeSet<Verdict> verdicts = new TreeSet<>();
    private final TreeSet<NodeId> toAsk = new TreeSet<>();
    private long askNanos = Deadlines.NEVER;
    private long verdictNanos = Deadlines.NEVER;

    Suspicions(Output out) {
        this.out = out;
    }

    void suspect(NodeId node, long nowNanos) {
        if (!suspects.containsKey(node)) {
            suspects.put(node, new Suspicion(nowNanos, Deadlines.NEVER));
            toAsk.add(node);
            askNanos = Math.min(askNanos, nowNanos + ASK_AFTER_NANOS);
        }
    }

    /** Somebody else has asked for the node: this node waits for the same answer. */
    void askedByOthers(NodeId node, long nowNanos) {
        Suspicion suspicion = suspects.get(node);
        if (suspicion == null || suspicion.untilNanos() == Deadlines.NEVER) {
            toAsk.remove(node);
            awaitAnswer(node, nowNanos);
        }
    }

    /** What others heard of it before the suspicion says nothing. */
    void heard(NodeId node, long heardNanos) {
        Suspicion suspicion = suspects.get(node);
        if (suspicion != null && heardNanos >= suspicion.sinceNanos()) {
            clear(node);
        }
    }

    void clear(NodeId node) {
        Suspicion suspicion = suspects.remove(node);
        if (suspicion != null) {
            verdicts.remove(new Verdict(suspicion.untilNanos(), node));
            noteFirstVerdict();
            toAsk.remove(node);
        }
    }

    void handleTime(long nowNanos) {
        while (verdictNanos <= nowNanos) {
            Verdict verdict = verdicts.first();
            verdicts.remove(verdict);
            noteFirstVerdict();
            out.unanswered(verdict.node());
        }
        if (askNanos <= nowNanos) {
            askNanos = Deadlines.NEVER;
            ask(nowNanos);
        }
    }

    long nextDeadlineNanos() {
        return Math.min(askNanos, verdictNanos);
    }

    private void noteFirstVerdict() {
        verdictNanos = verdicts.isEmpty() ? Deadlines.NEVER : verdicts.first().atNanos();
    }

    private void ask(long nowNanos) {
        List<NodeId> asked = new ArrayList<>();
        while (asked.size() < Beacon.SUSPECTS_MAX && !toAsk.isEmpty()) {
            NodeId first = toAsk.first();
            toAsk.remove(first);
            asked.add(first);
        }
        if (!asked.isEmpty()) {
            out.ask(asked);
            asked.forEach(node -> awaitAnswer(node, nowNanos));
        }
        if (!toAsk.isEmpty()) {
            askNanos = nowNanos + ASK_PAUSE_NANOS;
        }
    }

    private void awaitAnswer(NodeId node, long nowNanos) {
        long untilNanos = nowNanos + ANSWER_WITHIN_NANOS;
        suspects.put(node, new Suspicion(nowNanos, untilNanos));
        verdicts.add(new Verdict(untilNanos, node));
        noteFirstVerdict();
    }
}
