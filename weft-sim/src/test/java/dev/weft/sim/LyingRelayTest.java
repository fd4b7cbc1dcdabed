package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A relay in a group's trees that throws away half of what it is to pass on and says "delivered" for all behind it. The journal of
 * groups, which knows what each application has got, finds no outcome that says too much; and there is another way.
 */
class LyingRelayTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int NODES = 24;
    private static final ByteView NOTHING = new FloodAck(List.of(), List.of()).encode();

    /** The code that the relay shows. */
    private enum Code {
        NONE,
        /** Of those that did answer. */
        SEEN,
        MADE_UP;

        OptionalLong in(GroupAck.Answer answer) {
            return switch (this) {
                case NONE -> OptionalLong.empty();
                case MADE_UP -> OptionalLong.of(answer.transmission());
                case SEEN -> {
                    long sum = 0;
                    for (GroupAck.Run run : answer.runs()) {
                        sum ^= run.code().orElse(0);
                    }
                    yield OptionalLong.of(sum);
                }
            };
        }
    }

    private static ByteView lie(SimNode reader, ByteView bytes, Code code) {
        try {
            WireReader in = new WireReader(bytes);
            FrameType type = FrameType.decode(in);
            if (type == FrameType.GROUP_DATA || type == FrameType.GROUP_ADVANCE) {
                return reader.index % 2 == 0 ? bytes : NOTHING;
            }
            if (type != FrameType.GROUP_ACK) {
                return bytes;
            }
            RoutedFrame frame = RoutedFrame.decode(FrameType.GROUP_ACK, in);
            GroupAck ack = GroupAck.decode(new WireReader(frame.body()));
            List<GroupAck.Answer> answers = new ArrayList<>();
            for (GroupAck.Answer answer : ack.answers()) {
                GroupAck.Run run =
                        new GroupAck.Run(0, 1 << 16, Verdict.DELIVERED, RouteHeader.Mark.NONE, code.in(answer));
                answers.add(new GroupAck.Answer(answer.transmission(), List.of(run)));
            }
            return RoutedFrame.of(frame.route(), new GroupAck(ack.origin(), ack.incarnation(), answers))
                    .encode();
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nobodyIsToldDeliveredOfOneThatHasNotGotIt() {
        for (Code code : Code.values()) {
            long doubted = 0;
            for (long seed = 1; seed <= 3; seed++) {
                World world = new World(
                        SwarmOptions.calm(NODES).withLoad(SwarmOptions.Load.NONE), seed, EngineConfig.DEFAULT);
                world.start(SECOND);
                while (world.events.step(40 * SECOND)) {}
                SimNode origin = world.node(0);
                sendToOthers(world, origin, origin, 1);
                SimNode liar = world.nodes().stream()
                        .filter(node -> node != origin)
                        .max(Comparator.comparingLong(node -> counter(node, "group.forwarded")))
                        .orElseThrow();
                world.tampering = (speaker, reader, frame) -> speaker == liar ? lie(reader, frame, code) : frame;
                long before = counter(origin, "group.delivered");
                sendToOthers(world, origin, liar, 50);
                while (world.events.step(120 * SECOND)) {}
                String where = code + ", seed " + seed;
                assertThat(world.violations.all()).as(where).isEmpty();
                assertThat(world.groups.open()).as(where).isZero();
                assertThat(counter(origin, "group.delivered") - before)
                        .as(where)
                        .isEqualTo(50 * (NODES - 2));
                doubted += counter(origin, "group.doubted-answers");
            }
            assertThat(doubted).as("%s", code).isPositive();
        }
    }

    private static long counter(SimNode node, String counter) {
        return Objects.requireNonNull(node.engine()).counters().getOrDefault(counter, 0L);
    }

    private static void sendToOthers(World world, SimNode origin, SimNode liar, int messages) {
        TreeSet<NodeId> members = new TreeSet<>();
        world.nodes().stream()
                .filter(node -> node != origin && node != liar)
                .map(SimNode::id)
                .forEach(members::add);
        GroupName name =
                new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", Applications.endpointOf(SocketKind.RDM));
        for (int i = 0; i < messages; i++) {
            origin.applications.sendToMany(
                    new Applications.Addressed(name, members, World.Hearing.OTHERS_ONLY, 3), 1, 64, 20 * SECOND);
            long until = world.events.nowNanos() + 50_000_000L;
            while (world.events.step(until)) {}
        }
    }
}
