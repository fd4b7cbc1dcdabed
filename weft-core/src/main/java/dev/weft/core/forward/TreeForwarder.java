package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeHeader.TreeOrigin;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a frame for many: a copy along each branch of its tree, the frame itself to this node where
 * it is a member, and one answer to the node before for all that is behind this one. The answer goes out when all
 * branches have answered or patience ends, with what there is; what comes later follows. What is kept meanwhile is
 * bounded and may be lost: then answers go straight to the origin. Bodies stay unread. Driven by the engine.
 */
public final class TreeForwarder {
    /** What the forwarder wants. May not call back in. */
    public interface Output {
        /** The frame is for this node as well; what does it say to it? */
        Reply take(TreeFrame frame);

        LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency);

        boolean isUp(NodeId neighbor);

        /** By the best way to another node, where there is one. */
        void sendTo(NodeId origin, Frame frame);
    }

    /**
     * What a member says to a frame.
     *
     * @param code by which it vouches for that; empty where it does not
     */
    public record Reply(Verdict verdict, OptionalLong code) {
        public static Reply of(Verdict verdict) {
            return new Reply(verdict, OptionalLong.empty());
        }
    }

    /** How many transmissions may wait for answers; beyond it the oldest is forgotten. */
    public static final int GATHERINGS_MAX = 4_096;

    /** How long answers that come late are still gathered here. */
    private static final long LATE_NANOS = 5_000_000_000L;

    private static final long MILLI = 1_000_000L;

    /** Whom answers go to. */
    private record Addressee(NodeId before, NodeId origin, long incarnation) implements Comparable<Addressee> {
        @Override
        public int compareTo(Addressee other) {
            int byBefore = before.compareTo(other.before);
            int byOrigin = byBefore != 0 ? byBefore : origin.compareTo(other.origin);
            return byOrigin != 0 ? byOrigin : Long.compare(incarnation, other.incarnation);
        }
    }

    private record Due(long atNanos, TreeOrigin key) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : key.compareTo(other.key);
        }
    }

    /**
     * A branch within the origin's layout: its node from {@code from} to {@code to}, and before it the bytes in which no
     * node begins, from {@code begin}: so that answers for all branches leave no gap.
     */
    private record Slot(int begin, int from, int to) {
        private GroupAck.Run widened(GroupAck.Run run) {
            return run.from() == from ? run.widened(begin, run.to()) : run;
        }
    }

    /** A branch whose answer is awaited. */
    private static final class Awaited {
        private final NodeId neighbor;
        private final Slot slot;
        private int openBytes;

        private Awaited(NodeId neighbor, Slot slot) {
            this.neighbor = neighbor;
            this.slot = slot;
            this.openBytes = slot.to - slot.from;
        }

        private boolean covers(NodeId from, GroupAck.Run run) {
            return neighbor.equals(from) && run.from() >= slot.from && run.to() <= slot.to;
        }
    }

    /** One transmission whose branches have not all answered. */
    private static final class Gathering {
        private final NodeId before;
        private final long endNanos;
        private final List<Awaited> awaited = new ArrayList<>();
        private final TreeMap<Integer, GroupAck.Run> unsaid = new TreeMap<>();
        private long dueNanos;
        private boolean patient = true;

        private Gathering(NodeId before, long dueNanos, long endNanos) {
            this.before = before;
            this.dueNanos = dueNanos;
            this.endNanos = endNanos;
        }

        private @Nullable Awaited branchOf(NodeId neighbor, GroupAck.Run run) {
            for (Awaited branch : awaited) {
                if (branch.covers(neighbor, run)) {
                    return branch;
                }
            }
            return null;
        }
    }

    private final NodeId self;
    private final int check;
    private final Forwarder.Labels labels;
    private final Output out;
    private final TreeMap<TreeOrigin, Gathering> gatherings = new TreeMap<>();
    private final TreeSet<Due> dues = new TreeSet<>();
    /** Transmissions with something to say at the end of this turn. */
    private final TreeSet<TreeOrigin> ready = new TreeSet<>();

    private final TreeMap<Addressee, List<GroupAck.Answer>> answers = new TreeMap<>();
    private long forwardedCount;
    private long refusedCount;
    private long strayCount;

    public TreeForwarder(NodeId self, long incarnation, Forwarder.Labels labels, Output out) {
        this.self = self;
        this.check = TreeMark.checkOf(self, incarnation);
        this.labels = labels;
        this.out = out;
    }

    /** Copies passed on. */
    public long forwardedCount() {
        return forwardedCount;
    }

    /** Branches that could not be served. */
    public long refusedCount() {
        return refusedCount;
    }

    /** Frames that were meant for somebody else, by a stale label. */
    public long strayCount() {
        return strayCount;
    }

    /** Transmissions whose answers are gathered here now. */
    public int gatheringCount() {
        return gatherings.size();
    }

    /** The class of traffic that a frame for many belongs to. */
    public static LinkQueue.Urgency urgencyOf(TreeFrame frame) {
        return frame.type() == FrameType.GROUP_DATA
                ? LinkQueue.Urgency.data(frame.header().priority())
                : LinkQueue.Urgency.CONTROL;
    }

    public void handle(NodeId from, TreeFrame frame, long nowNanos) {
        TreeHeader header = frame.header();
        boolean isMember = header.mark().role() == TreeMark.Role.MEMBER;
        if (header.origin().node().equals(self) || isMember && header.mark().check() != check) {
            // A stale label has led it here: what is behind it is not for this node's neighbors either.
            strayCount++;
            return;
        }
        if (gatherings.containsKey(header.origin())) {
            return; // A copy of a copy; the answers to the first are on their way.
        }
        long patienceNanos = header.patienceMillis() * MILLI;
        Gathering gathering = new Gathering(from, nowNanos + patienceNanos, nowNanos + LATE_NANOS);
        int begin = isMember ? header.markEnd() : header.from();
        for (TreeHeader.Branch branch : header.branches()) {
            forward(from, frame, branch, new Slot(begin, branch.from(), branch.to()), gathering);
            begin = branch.to();
        }
        if (isMember) {
            Reply reply = out.take(frame);
            say(
                    gathering,
                    new GroupAck.Run(
                            header.from(), header.markEnd(), reply.verdict(), header.congestion(), reply.code()));
        }
        ready(header.origin(), gathering);
    }

    /** What a neighbor says for its branches, to be passed on to the node before. */
    public void handleAck(NodeId from, GroupAck ack) {
        for (GroupAck.Answer answer : ack.answers()) {
            TreeOrigin key = new TreeOrigin(ack.origin(), ack.incarnation(), answer.transmission());
            Gathering gathering = gatherings.get(key);
            if (gathering == null) {
                // What was known here is lost: the origin needs no help of ours to read it.
                answers.computeIfAbsent(
                                new Addressee(NodeId.ZERO, ack.origin(), ack.incarnation()), to -> new ArrayList<>())
                        .add(answer);
                continue;
            }
            for (GroupAck.Run run : answer.runs()) {
                Awaited branch = gathering.branchOf(from, run);
                if (branch != null) {
                    branch.openBytes -= run.to() - run.from();
                    say(gathering, branch.slot.widened(run));
                    if (branch.openBytes <= 0) {
                        gathering.awaited.remove(branch);
                    }
                }
            }
            if (!gathering.patient || gathering.awaited.isEmpty()) {
                ready.add(key);
            }
        }
    }

    /** A neighbor is gone: nobody waits for its branches any more. */
    public void handleLinkDown(NodeId neighbor) {
        for (var entry : gatherings.entrySet()) {
            boolean fewer = entry.getValue().awaited.removeIf(branch -> branch.neighbor.equals(neighbor));
            if (fewer && entry.getValue().awaited.isEmpty()) {
                ready.add(entry.getKey());
            }
        }
    }

    /** This node is about to leave: what is gathered here goes on with the next {@link #flush}, whole or not. */
    public void handOver() {
        ready.addAll(gatherings.keySet());
    }

    public void handleTime(long nowNanos) {
        while (!dues.isEmpty() && dues.first().atNanos() <= nowNanos) {
            TreeOrigin key = dues.first().key();
            dues.pollFirst();
            Gathering gathering = gatherings.get(key);
            if (gathering == null) {
                continue;
            }
            ready.add(key);
            if (gathering.patient) {
                gathering.patient = false;
                gathering.dueNanos = gathering.endNanos;
                dues.add(new Due(gathering.dueNanos, key));
            } else {
                gathering.awaited.clear();
            }
        }
    }

    public long nextDeadlineNanos() {
        return dues.isEmpty() ? Deadlines.NEVER : dues.first().atNanos();
    }

    /** Sends the answers of this turn, those for one node in one frame. */
    public void flush() {
        for (TreeOrigin key = ready.pollFirst(); key != null; key = ready.pollFirst()) {
            Gathering gathering = gatherings.get(key);
            if (gathering != null) {
                queue(key, gathering);
                if (gathering.awaited.isEmpty()) {
                    gatherings.remove(key);
                    dues.remove(new Due(gathering.dueNanos, key));
                }
            }
        }
        for (var entry = answers.pollFirstEntry(); entry != null; entry = answers.pollFirstEntry()) {
            Addressee to = entry.getKey();
            List<GroupAck.Answer> all = entry.getValue();
            for (int i = 0; i < all.size(); i += GroupAck.ANSWERS_MAX) {
                GroupAck ack = new GroupAck(
                        to.origin(), to.incarnation(), all.subList(i, Math.min(all.size(), i + GroupAck.ANSWERS_MAX)));
                if (out.isUp(to.before())) {
                    out.send(to.before(), RoutedFrame.of(RouteHeader.DIRECT, ack), LinkQueue.Urgency.CONTROL);
                } else {
                    out.sendTo(to.origin(), ack);
                }
            }
        }
    }

    private void forward(NodeId from, TreeFrame frame, TreeHeader.Branch branch, Slot slot, Gathering gathering) {
        Optional<NodeId> next = labels.neighborOf(branch.label());
        Optional<RouteError.Reason> obstacle = Optional.empty();
        if (next.isEmpty()) {
            obstacle = Optional.of(RouteError.Reason.NO_LINK);
        } else if (next.get().equals(from)) {
            obstacle = Optional.of(RouteError.Reason.LOOP);
        } else if (out.send(next.get(), frame.along(branch, labels.labelOf(from)), urgencyOf(frame))
                == LinkQueue.Taken.FULL) {
            obstacle = Optional.of(RouteError.Reason.QUEUE_FULL);
        }
        if (obstacle.isPresent()) {
            say(gathering, new GroupAck.Run(slot.begin, slot.to, Verdict.ABSENT));
            refuse(from, frame, branch, obstacle.get());
        } else {
            forwardedCount++;
            gathering.awaited.add(new Awaited(next.orElseThrow(), slot));
        }
    }

    /** The origin is told at once which members a branch would have led to, so that it sends them another copy. */
    private void refuse(NodeId from, TreeFrame frame, TreeHeader.Branch branch, RouteError.Reason reason) {
        refusedCount++;
        RouteError error = new RouteError(
                reason,
                self,
                branch.label(),
                frame.type(),
                LostBranch.of(frame.header(), branch).encode());
        out.send(from, RoutedFrame.of(frame.header().back(), error), LinkQueue.Urgency.CONTROL);
    }

    private static void say(Gathering gathering, GroupAck.Run run) {
        if (gathering.unsaid.size() < GroupAck.RUNS_MAX) {
            gathering.unsaid.put(run.from(), run);
        }
    }

    private void ready(TreeOrigin key, Gathering gathering) {
        if (gathering.awaited.isEmpty()) {
            queue(key, gathering);
            return;
        }
        if (gatherings.size() >= GATHERINGS_MAX) {
            // Where the time of all is over since this turn, none is due any more.
            TreeOrigin oldest =
                    dues.isEmpty() ? gatherings.firstKey() : dues.first().key();
            Gathering forgotten = gatherings.remove(oldest);
            dues.pollFirst();
            if (forgotten != null) {
                queue(oldest, forgotten);
            }
        }
        gatherings.put(key, gathering);
        dues.add(new Due(gathering.dueNanos, key));
    }

    private void queue(TreeOrigin key, Gathering gathering) {
        List<GroupAck.Run> runs = joined(gathering.unsaid);
        gathering.unsaid.clear();
        if (!runs.isEmpty()) {
            answers.computeIfAbsent(
                            new Addressee(gathering.before, key.node(), key.incarnation()), to -> new ArrayList<>())
                    .add(new GroupAck.Answer(key.transmission(), runs));
        }
    }

    /** Those that say the same side by side become one run; of two that overlap the first counts, each member once. */
    private static List<GroupAck.Run> joined(TreeMap<Integer, GroupAck.Run> unsaid) {
        List<GroupAck.Run> runs = new ArrayList<>();
        GroupAck.@Nullable Run open = null;
        for (GroupAck.Run run : unsaid.values()) {
            if (open != null && run.from() < open.to()) {
                continue;
            }
            if (open != null && open.saysTheSameAs(run) && run.from() == open.to()) {
                open = open.with(run);
            } else {
                if (open != null) {
                    runs.add(open);
                }
                open = run;
            }
        }
        if (open != null) {
            runs.add(open);
        }
        return runs;
    }

    /**
     * What a route error tells of a branch that was not served, in place of the frame's beginning.
     *
     * @param transmission which one of the origin's
     * @param from where the branch begins in the origin's layout
     * @param to where it ends
     */
    public record LostBranch(long transmission, int from, int to) {
        static LostBranch of(TreeHeader header, TreeHeader.Branch branch) {
            return new LostBranch(header.origin().transmission(), branch.from(), branch.to());
        }

        public static LostBranch decode(ByteView excerpt) throws dev.weft.core.wire.MalformedFrame {
            WireReader in = new WireReader(excerpt);
            long transmission = in.varint("transmission");
            int from = in.varintWithin("branch from", 0, dev.weft.core.wire.TreeLayout.BYTES_MAX);
            return new LostBranch(
                    transmission, from, in.varintWithin("branch to", from, dev.weft.core.wire.TreeLayout.BYTES_MAX));
        }

        ByteView encode() {
            return new WireWriter().varint(transmission).varint(from).varint(to).view();
        }
    }
}
