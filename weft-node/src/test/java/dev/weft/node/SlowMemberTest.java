package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.GroupMessage;
import dev.weft.Locator;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.MembershipOptions.WhenFull;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Security;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.WireWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One member of a group takes nothing, the others all: whole engines with the inboxes of this module, on a clock of their
 * own, so that "not slowed" is a number.
 */
class SlowMemberTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final int INBOX = 20;
    private static final int MESSAGES = 400;
    private static final long EVERY_NANOS = 5 * MILLI;

    private record Event(long atNanos, long order, Runnable task) {}

    private record Far(Node node, long connection) {}

    private final List<Node> nodes = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
    private long nowNanos;
    private long order;

    private void later(Runnable task) {
        events.add(new Event(nowNanos + MILLI, order++, task));
    }

    private void runFor(long nanos) {
        long endNanos = nowNanos + nanos;
        while (true) {
            Node due = null;
            long next = events.isEmpty() ? Long.MAX_VALUE : events.peek().atNanos;
            for (Node node : nodes) {
                if (node.engine.nextDeadlineNanos() < next) {
                    next = node.engine.nextDeadlineNanos();
                    due = node;
                }
            }
            if (next > endNanos) {
                nowNanos = endNanos;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            if (due != null) {
                due.turn(() -> {});
            } else {
                events.remove().task.run();
            }
        }
    }

    /** An engine, and the inbox of its membership. */
    private final class Node implements Engine.Output {
        private final int number;
        private final NodeId id;
        private final Engine engine;
        private final GroupInbox inbox;
        private final boolean isStalled;
        private final TreeMap<Long, Far> far = new TreeMap<>();
        private final List<Integer> received = new ArrayList<>();
        private final List<Long> receivedNanos = new ArrayList<>();
        private final TreeMap<Long, TreeMap<NodeId, Outcome>> outcomes = new TreeMap<>();

        private Node(int number, WhenFull policy, boolean isStalled) {
            this.number = number;
            this.id = new NodeId(number, 0x8000000000000001L);
            this.isStalled = isStalled;
            this.inbox = new GroupInbox(
                    "g",
                    MembershipOptions.BLOCK.withWhenFull(policy).withMessagesMax(INBOX),
                    Runnable::run,
                    new GroupInbox.Home() {
                        @Override
                        public void leave(GroupInbox gone) {}

                        @Override
                        public void caughtUp(GroupInbox inbox) {
                            later(() -> turn(() -> engine.handleCaughtUp(inbox.group(), nowNanos)));
                        }

                        @Override
                        public void room() {
                            later(() -> turn(() -> engine.handleRoom(nowNanos)));
                        }
                    });
            Engine.Self self = new Engine.Self(
                    "lab",
                    id,
                    1_000 + number,
                    1,
                    "n" + number,
                    new WireWriter().u64(1).u64(1).view(),
                    List.of(new Locator("lab", "node:" + number)),
                    0);
            engine = new Engine(EngineConfig.DEFAULT, self, Security.OPEN, new Prng(number + 1), this);
        }

        private void turn(Runnable input) {
            input.run();
            if (engine.nextDeadlineNanos() <= nowNanos) {
                engine.handleTime(nowNanos);
            }
            engine.flush(nowNanos);
            for (Long connection : engine.pending()) {
                Far to = far.get(connection);
                for (EncodedFrame frame = engine.poll(connection); frame != null; frame = engine.poll(connection)) {
                    ByteView sent = frame.whole();
                    if (to != null) {
                        later(() -> to.node.turn(() -> to.node.engine.handleFrame(to.connection, sent, nowNanos)));
                    }
                }
                if (engine.isToClose(connection)) {
                    engine.forget(connection);
                    far.remove(connection);
                    if (to != null) {
                        later(() -> to.node.lose(to.connection));
                    }
                }
            }
            engine.audit();
        }

        private void lose(long connection) {
            if (far.remove(connection) != null) {
                turn(() -> engine.handleCarrierLost(connection, "the connection broke", nowNanos));
            }
        }

        private void drain() {
            try {
                for (Optional<GroupMessage> next = inbox.receive(Duration.ZERO);
                        next.isPresent();
                        next = inbox.receive(Duration.ZERO)) {
                    byte[] payload = next.get().payload();
                    received.add((payload[0] & 0xff) << 8 | payload[1] & 0xff);
                    receivedNanos.add(nowNanos);
                }
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }

        @Override
        public GroupAcceptance deliverToGroup(GroupArrival arrival) {
            if (!isStalled) {
                later(this::drain);
            }
            return inbox.offer(arrival);
        }

        @Override
        public void settledFor(long ticket, NodeId member, Outcome outcome) {
            outcomes.computeIfAbsent(ticket, key -> new TreeMap<>()).put(member, outcome);
        }

        @Override
        public void groupSettled(long ticket) {}

        @Override
        public void dial(long connection, Locator locator) {
            int target = Integer.parseInt(locator.address().substring(5));
            later(() -> nodes.get(target).accept(this, connection));
        }

        private void accept(Node from, long theirs) {
            turn(() -> {
                long ours = engine.handleAccepted(new Locator("lab", "node:" + from.number), Assurance.PLAIN, nowNanos);
                far.put(ours, new Far(from, theirs));
                from.far.put(theirs, new Far(this, ours));
            });
            later(() -> from.turn(() -> from.engine.handleConnected(theirs, Assurance.PLAIN, nowNanos)));
        }

        @Override
        public void beacon(ByteView datagram) {
            for (Node other : nodes) {
                later(() -> other.turn(() -> other.engine.handleBeacon(datagram, "lab/" + number, nowNanos)));
            }
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            Node other = nodes.get(Integer.parseInt(source.substring(4)));
            later(() -> other.turn(() -> other.engine.handleBeacon(datagram, "lab/" + number, nowNanos)));
        }

        @Override
        public void deliver(long endpoint, Endpoints.Delivery delivery) {}

        @Override
        public void settled(Claim claim, Outcome outcome) {}

        @Override
        public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {}

        @Override
        public void trace(TraceEvent event) {}

        @Override
        public void accepted(long listener, long connection, NodeId from) {}

        @Override
        public void connected(long connection, Outcome outcome) {}

        @Override
        public Acceptance received(long connection, ByteView payload) {
            return Acceptance.TAKEN;
        }

        @Override
        public void inputEnded(long connection) {}

        @Override
        public void outputFinished(long connection) {}

        @Override
        public void outputRefused(long connection, int rejectedCount) {}

        @Override
        public void broken(long connection, Outcome.Reason reason) {}

        private int count(Node member, Outcome.Kind kind) {
            return (int) outcomes.values().stream()
                    .filter(each ->
                            each.containsKey(member.id) && each.get(member.id).kind() == kind)
                    .count();
        }
    }

    /** A sender, a member that takes nothing out of its inbox, and two that take all. */
    private void begin(WhenFull policy) {
        nodes.add(new Node(0, WhenFull.BLOCK, false));
        nodes.add(new Node(1, policy, true));
        nodes.add(new Node(2, WhenFull.BLOCK, false));
        nodes.add(new Node(3, WhenFull.BLOCK, false));
        for (Node node : nodes) {
            node.turn(() -> node.engine.start(nowNanos));
            if (node.number > 0) {
                node.turn(() -> node.engine.join("g", nowNanos));
            }
        }
        runFor(5 * SECOND);
        assertThat(nodes.get(0).engine.members("g")).hasSize(3);
    }

    private void send(int from, int count) {
        Node sender = nodes.get(0);
        for (int i = from; i < from + count; i++) {
            byte[] payload = new byte[100];
            payload[0] = (byte) (i >>> 8);
            payload[1] = (byte) i;
            GroupName name = new GroupName(GroupName.Scope.GROUP, SocketKind.SEQPACKET, "g", "");
            GroupSend send = new GroupSend(
                    i, name, new TreeSet<>(sender.engine.members("g")), ByteView.of(payload), 20 * SECOND);
            sender.turn(() -> sender.engine.sendToMany(send, nowNanos));
            runFor(EVERY_NANOS);
        }
    }

    private static long widestGapNanos(Node member) {
        long widest = 0;
        for (int i = 1; i < member.receivedNanos.size(); i++) {
            widest = Math.max(widest, member.receivedNanos.get(i) - member.receivedNanos.get(i - 1));
        }
        return widest;
    }

    private void theOthersWereNotSlowed() {
        for (Node member : nodes.subList(2, 4)) {
            assertThat(member.received).hasSize(MESSAGES).isSorted().doesNotHaveDuplicates();
            assertThat(widestGapNanos(member))
                    .as("a message each 5 ms, never held up")
                    .isLessThanOrEqualTo(EVERY_NANOS + 2 * MILLI);
            assertThat(nodes.get(0).count(member, Outcome.Kind.DELIVERED)).isEqualTo(MESSAGES);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WhenFull.class,
            names = {"DROP_OLDEST", "LATEST_ONLY", "DETACH"})
    void aMemberThatTakesNothingSlowsNoOther(WhenFull policy) {
        begin(policy);
        send(0, MESSAGES);
        theOthersWereNotSlowed();
        runFor(SECOND);
        Node sender = nodes.get(0);
        Node slow = nodes.get(1);
        Membership.Counts counts = slow.inbox.counts();
        slow.drain();
        switch (policy) {
            case DROP_OLDEST -> {
                assertThat(counts.taken()).isEqualTo(MESSAGES);
                assertThat(counts.dropped()).isEqualTo(MESSAGES - INBOX);
                assertThat(slow.received).hasSize(INBOX).isSorted().endsWith(MESSAGES - 1);
                assertThat(sender.count(slow, Outcome.Kind.DELIVERED)).isEqualTo(MESSAGES);
            }
            case LATEST_ONLY -> {
                assertThat(counts.taken()).isEqualTo(MESSAGES);
                assertThat(counts.dropped()).isEqualTo(MESSAGES - 1);
                assertThat(slow.received).containsExactly(MESSAGES - 1);
                assertThat(sender.count(slow, Outcome.Kind.DELIVERED)).isEqualTo(MESSAGES);
            }
            case DETACH -> {
                assertThat(counts.taken()).isEqualTo(INBOX);
                assertThat(counts.refused()).isPositive();
                assertThat(slow.inbox.isDetached()).isTrue();
                assertThat(slow.received).hasSize(INBOX).startsWith(0).isSorted();
                assertThat(sender.count(slow, Outcome.Kind.DELIVERED)).isEqualTo(INBOX);
                assertThat(sender.count(slow, Outcome.Kind.REJECTED))
                        .as("while they are kept for it")
                        .isZero();
                runFor(20 * SECOND);
                assertThat(sender.count(slow, Outcome.Kind.REJECTED)).isEqualTo(MESSAGES - INBOX);
            }
            case BLOCK -> throw new AssertionError("not among them");
        }
        assertThat(counts.blocked()).isZero();
    }

    @Test
    void whoHasDetachedAndCatchesUpFetchesWhatItHasPutBack() {
        begin(WhenFull.DETACH);
        send(0, 100);
        Node slow = nodes.get(1);
        slow.drain();
        send(100, 5);
        assertThat(slow.inbox.isDetached()).as("until it says so").isTrue();
        assertThat(slow.received).hasSize(INBOX);
        for (int i = 0; i < 20 && slow.received.size() < 105; i++) {
            // Each time its inbox takes as much as it has room for, and detaches again.
            slow.drain();
            slow.inbox.catchUp();
            runFor(100 * MILLI);
        }
        slow.drain();
        assertThat(slow.received).hasSize(105).isSorted().doesNotHaveDuplicates();
        assertThat(nodes.get(0).count(slow, Outcome.Kind.DELIVERED)).isEqualTo(105);
        assertThat(nodes.get(2).received).hasSize(105);
        assertThat(slow.inbox.counts().missed()).isZero();
    }

    /** The contrast: this policy is for it. */
    @Test
    void aMemberThatBlocksHoldsTheOthersUp() {
        begin(WhenFull.BLOCK);
        send(0, MESSAGES);
        assertThat(nodes.get(1).inbox.counts().blocked()).isPositive();
        assertThat(nodes.get(2).received.size()).isLessThan(MESSAGES);
    }
}
