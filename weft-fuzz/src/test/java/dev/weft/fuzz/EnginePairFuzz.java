package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two engines and what lies between them: frames are lost, doubled, overtaken, damaged; connections break. Where
 * nothing was damaged the engines also keep their word, and find each other as soon as they are left in peace.
 */
class EnginePairFuzz {
    private static final int OPERATIONS_MAX = 256;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final String ENDPOINT = "inbox";
    private static final NodeId LEFT = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId RIGHT = NodeId.parse("22222222-2222-8222-9222-222222222222");

    @MethodSource("scripts")
    @FuzzTest
    void twoEnginesKeepTheirWordOverABadLine(byte[] input) {
        new Pair(new Draws(input)).run();
    }

    static Stream<byte[]> scripts() {
        return Draws.scripts();
    }

    @Test
    void twoEnginesInPeaceFindEachOther() {
        new Pair(new Draws(new byte[0])).run();
        new Pair(new Draws(new byte[] {(byte) Operation.SEND.ordinal(), 0, 0, 1, 9})).run();
    }

    private enum Operation {
        PASS,
        PASS_ALL,
        LOSE,
        DOUBLE,
        OVERTAKE,
        DAMAGE,
        TIME,
        SEND,
        BREAK,
        BEACON,
        CONNECT,
        REFUSE,
        STALL,
        FULL
    }

    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** One side's end of a connection, and what is on its way to it. */
    private static final class End {
        private final Side side;
        private final long number;
        private final ArrayDeque<ByteView> arriving = new ArrayDeque<>();
        private @Nullable End other;
        private boolean open = true;
        private boolean writable = true;

        private End(Side side, long number) {
            this.side = side;
            this.number = number;
        }
    }

    private static final class Side implements Subject.World {
        private final TreeMap<Long, End> ends = new TreeMap<>();
        private final ArrayDeque<Long> dials = new ArrayDeque<>();
        private final ArrayDeque<ByteView> beacons = new ArrayDeque<>();
        /** How often each message has come here, and how each that was sent from here has ended. */
        private final TreeMap<Long, Integer> taken = new TreeMap<>();

        private final TreeMap<Long, Outcome> outcomes = new TreeMap<>();
        private final TreeMap<Long, SocketKind> kinds = new TreeMap<>();
        private Acceptance acceptance = Acceptance.TAKEN;
        private final Subject subject;

        private Side(NodeId node, String name) {
            this.subject = new Subject(node, 3, 1 + node.high() >>> 1, new Locator("fuzz", name), this);
        }

        @Override
        public void dial(long connection, Locator locator) {
            dials.add(connection);
        }

        @Override
        public boolean isWritable(long connection) {
            End end = ends.get(connection);
            return end != null && end.writable;
        }

        @Override
        public void transmit(long connection, ByteView frame) {
            End end = ends.get(connection);
            End other = end == null ? null : end.other;
            if (other != null && other.open) {
                other.arriving.add(frame);
            }
        }

        @Override
        public void close(long connection) {
            End end = ends.remove(connection);
            if (end != null) {
                end.open = false;
            }
        }

        @Override
        public void beacon(ByteView datagram) {
            beacons.add(datagram);
        }

        @Override
        public boolean takes() {
            return acceptance == Acceptance.TAKEN;
        }

        @Override
        public void deliver(String endpoint, ByteView payload) {
            if (payload.length() >= Long.BYTES) {
                taken.merge(ticketOf(payload), 1, Integer::sum);
            }
        }

        @Override
        public void settled(long ticket, Outcome outcome) {
            outcomes.put(ticket, outcome);
        }

        private static long ticketOf(ByteView payload) {
            try {
                return new WireReader(payload).u64("ticket");
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
    }

    private static final class Pair {
        private final Draws draws;
        private final Side left = new Side(LEFT, "left");
        private final Side right = new Side(RIGHT, "right");
        private final List<Side> sides = List.of(left, right);
        private boolean damaged;

        private Pair(Draws draws) {
            this.draws = draws;
        }

        private void run() {
            for (Side side : sides) {
                side.subject.toggle(ENDPOINT, SocketKind.RDM);
                side.subject.toggle("news", SocketKind.DGRAM);
            }
            configure(left, right);
            peace(3 * SECOND);
            for (int i = 0; i < OPERATIONS_MAX && draws.hasMore(); i++) {
                operate(draws.oneOf(OPERATIONS));
            }
            if (!damaged) {
                compareBooks();
                reunite();
                compareBooks();
            }
            for (Side side : sides) {
                side.ends.values().forEach(end -> end.writable = true);
                side.subject.close();
            }
            if (!damaged) {
                compareBooks();
            }
        }

        private void operate(Operation operation) {
            switch (operation) {
                case PASS -> pass(end(), 1 + draws.below(8));
                case PASS_ALL -> passAll();
                case LOSE -> lose();
                case DOUBLE -> twice();
                case OVERTAKE -> overtake();
                case DAMAGE -> damage();
                case TIME -> {
                    long step = draws.oneOf(List.of(MILLI, 10 * MILLI, 100 * MILLI, SECOND)) * draws.below(32);
                    elapse(step);
                }
                case SEND -> send(side());
                case BREAK -> breakDown(end());
                case BEACON -> beacon(side());
                case CONNECT -> connect(side());
                case REFUSE -> refuse(side());
                case STALL -> stall(end());
                case FULL -> {
                    Side side = side();
                    side.acceptance = side.acceptance == Acceptance.TAKEN ? Acceptance.QUEUE_FULL : Acceptance.TAKEN;
                }
            }
        }

        // -------------------------------------------------------------- the line

        private Side side() {
            return draws.chance() ? right : left;
        }

        private Side otherThan(Side side) {
            return side == left ? right : left;
        }

        private void configure(Side dialler, Side dialled) {
            dialler.subject.turn(engine -> engine.addConfigured(dialled.subject.locator, dialler.subject.now()));
        }

        private @Nullable End end() {
            Side side = side();
            int choice = draws.u8();
            return side.ends.isEmpty() ? null : List.copyOf(side.ends.values()).get(choice % side.ends.size());
        }

        private void pass(@Nullable End end, int count) {
            for (int left = count; end != null && left > 0 && !end.arriving.isEmpty(); left--) {
                arrive(end, end.arriving.remove());
            }
        }

        private void arrive(End end, ByteView frame) {
            if (end.open) {
                Subject subject = end.side.subject;
                subject.turn(engine -> engine.handleFrame(end.number, frame, subject.now()));
            }
        }

        private void passAll() {
            for (Side side : sides) {
                for (End end : List.copyOf(side.ends.values())) {
                    pass(end, end.arriving.size());
                }
            }
        }

        private void lose() {
            End end = end();
            if (end != null) {
                end.arriving.poll();
            }
        }

        private void twice() {
            End end = end();
            if (end != null && !end.arriving.isEmpty()) {
                end.arriving.add(end.arriving.element());
            }
        }

        private void overtake() {
            End end = end();
            if (end != null && !end.arriving.isEmpty()) {
                end.arriving.add(end.arriving.remove());
            }
        }

        private void damage() {
            End end = end();
            if (end != null && !end.arriving.isEmpty()) {
                damaged = true;
                arrive(end, draws.damaged(end.arriving.remove()));
            }
        }

        private void stall(@Nullable End end) {
            if (end != null) {
                end.writable = !end.writable;
                end.side.subject.turn(engine -> {});
            }
        }

        private void breakDown(@Nullable End end) {
            if (end != null) {
                lost(end);
                if (end.other != null && end.other.open) {
                    lost(end.other);
                }
            }
        }

        private void lost(End end) {
            end.open = false;
            end.side.ends.remove(end.number);
            Subject subject = end.side.subject;
            subject.turn(engine -> engine.handleCarrierLost(end.number, "the connection broke", subject.now()));
        }

        private void beacon(Side from) {
            ByteView datagram = from.beacons.poll();
            if (datagram == null) {
                return;
            }
            Side to = otherThan(from);
            ByteView heard = datagram;
            if (draws.below(4) == 3) {
                damaged = true;
                heard = draws.damaged(datagram);
            }
            ByteView arriving = heard;
            to.subject.turn(engine -> engine.handleBeacon(arriving, "fuzz/other", to.subject.now()));
        }

        private void connect(Side dialler) {
            Long dial = dialler.dials.poll();
            if (dial == null) {
                return;
            }
            Side dialled = otherThan(dialler);
            End near = new End(dialler, dial);
            dialler.ends.put(dial, near);
            dialled.subject.turn(engine -> {
                long number = engine.handleAccepted(dialler.subject.locator, Assurance.PLAIN, dialled.subject.now());
                End far = new End(dialled, number);
                far.other = near;
                near.other = far;
                dialled.ends.put(number, far);
            });
            dialler.subject.turn(engine -> engine.handleConnected(dial, Assurance.PLAIN, dialler.subject.now()));
        }

        private void refuse(Side dialler) {
            Long dial = dialler.dials.poll();
            if (dial != null) {
                dialler.subject.turn(
                        engine -> engine.handleCarrierLost(dial, "the connection broke", dialler.subject.now()));
            }
        }

        private void send(Side from) {
            Subject subject = from.subject;
            boolean reliable = draws.chance();
            int times = 1 + draws.below(4);
            for (int i = 0; i < times; i++) {
                long ticket = subject.nextTicket();
                ByteView payload =
                        new WireWriter().u64(ticket).bytes(draws.block(3_000)).view();
                SocketKind kind = reliable ? SocketKind.RDM : SocketKind.DGRAM;
                from.kinds.put(ticket, kind);
                subject.send(
                        otherThan(from).subject.node,
                        reliable ? ENDPOINT : "news",
                        kind,
                        payload,
                        SECOND * (1 + draws.below(30)));
            }
        }

        /** Both clocks run alike; what waits on the line goes on waiting. */
        private void elapse(long nanos) {
            long end = left.subject.now() + nanos;
            while (left.subject.now() < end) {
                long next = end;
                for (Side side : sides) {
                    next = Math.min(
                            next, Math.max(side.subject.now() + MILLI, side.subject.engine.nextDeadlineNanos()));
                }
                for (Side side : sides) {
                    side.subject.advanceTo(next);
                }
            }
        }

        // -------------------------------------------------------------- what must hold

        /** Every dial is taken and every frame passes, in order, at once. */
        private void peace(long nanos) {
            long end = left.subject.now() + nanos;
            while (left.subject.now() < end) {
                for (Side side : sides) {
                    while (!side.dials.isEmpty()) {
                        connect(side);
                    }
                    side.ends.values().stream()
                            .filter(present -> !present.writable)
                            .toList()
                            .forEach(this::stall);
                    hangUpWhereOver(side);
                }
                for (int rounds = 0; rounds < 1_000 && isUnderWay(); rounds++) {
                    passAll();
                }
                assertThat(isUnderWay()).as("frames answered without end").isFalse();
                long next = end;
                for (Side side : sides) {
                    next = Math.min(next, side.subject.engine.nextDeadlineNanos());
                }
                elapse(Math.max(MILLI, next - left.subject.now()));
            }
        }

        private boolean isUnderWay() {
            return sides.stream().flatMap(side -> side.ends.values().stream()).anyMatch(end -> !end.arriving.isEmpty());
        }

        /** A carrier tells the end of a connection to its other end, after all that was said on it. */
        private void hangUpWhereOver(Side side) {
            for (End end : List.copyOf(side.ends.values())) {
                boolean over = end.other == null || !end.other.open;
                if (over && end.open && end.arriving.isEmpty()) {
                    lost(end);
                }
            }
        }

        private void reunite() {
            for (Side side : sides) {
                side.acceptance = Acceptance.TAKEN;
            }
            // Longer than the longest pause of a dialler, and than the deadline of any message.
            for (int seconds = 0; seconds < 90 && !isUnited(); seconds++) {
                peace(SECOND);
            }
            assertThat(left.subject.engine.reachable()).contains(RIGHT);
            assertThat(right.subject.engine.reachable()).contains(LEFT);
            assertThat(left.subject.engine.lsdbHash()).isEqualTo(right.subject.engine.lsdbHash());
            for (Side side : sides) {
                long ticket = side.subject.nextTicket();
                side.kinds.put(ticket, SocketKind.RDM);
                side.subject.send(
                        otherThan(side).subject.node,
                        ENDPOINT,
                        SocketKind.RDM,
                        new WireWriter().u64(ticket).view(),
                        20 * SECOND);
                for (int seconds = 0; seconds < 20 && !side.outcomes.containsKey(ticket); seconds++) {
                    peace(SECOND);
                }
                assertThat(side.outcomes).containsKey(ticket);
                assertThat(side.outcomes.get(ticket)).matches(Outcome::isDelivered);
            }
        }

        private boolean isUnited() {
            return left.subject.engine.reachable().contains(RIGHT)
                    && right.subject.engine.reachable().contains(LEFT)
                    && left.subject.engine.lsdbHash() == right.subject.engine.lsdbHash();
        }

        private void compareBooks() {
            for (Side side : sides) {
                Side other = otherThan(side);
                other.taken.forEach((ticket, times) -> assertThat(times)
                        .as("copies of message %d that were taken", ticket)
                        .isEqualTo(1));
                side.outcomes.forEach((ticket, outcome) -> {
                    switch (outcome.kind()) {
                        case DELIVERED ->
                            assertThat(other.taken).as("what was taken").containsKey(ticket);
                        case REJECTED, UNDELIVERABLE, EXPIRED ->
                            assertThat(other.taken)
                                    .as("what was taken of what ended as %s", outcome)
                                    .doesNotContainKey(ticket);
                        case UNKNOWN -> {}
                    }
                });
            }
        }
    }
}
