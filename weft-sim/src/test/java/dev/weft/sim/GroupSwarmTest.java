package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Groups in the swarm: that the oracle of groups has teeth, and what a message for many costs its origin. */
class GroupSwarmTest {
    private static final int ORIGIN = 40;

    @Test
    void theSwarmSendsToGroupsAndMostOfItArrivesInOrder() {
        TreeMap<String, Long> sums = new TreeMap<>();
        for (long seed = 1; seed <= 12; seed++) {
            RunReport report = new SimTestSeeds.Run(seed, 8, 20).go();
            assertThat(report.violations()).as("seed %d", seed).isEmpty();
            report.copies().forEach((name, count) -> sums.merge(name, count, Long::sum));
            report.faults().forEach((name, count) -> sums.merge(name, count, Long::sum));
        }
        assertThat(sums.get("delivered")).as("%s", sums).isGreaterThan(4 * sums.get("unknown"));
        assertThat(sums.get("inOrder")).isGreaterThan(1_000);
        assertThat(sums.get("gapsTold")).isPositive();
        assertThat(sums.get("rejected")).isPositive();
        assertThat(sums.get("castsHeard")).isPositive();
        assertThat(sums.get("castsLost")).isPositive();
    }

    @Test
    void aMemberThatDetachedFetchesWhatItHasMissedAsSomeSeedsShow() {
        for (long seed = 1; seed < 100; seed++) {
            RunReport report = new SimTestSeeds.Run(seed, 12, 30).go();
            assertThat(report.violations()).as("seed %d", seed).isEmpty();
            if (report.copies().getOrDefault("caughtUp", 0L) > 0) {
                return;
            }
        }
        throw new AssertionError("100 seeds, and nobody has caught up");
    }

    /** A relay that says "all of them have it" as soon as the first has said so. */
    @Test
    void anAnswerForAllThatComesTooEarlyIsFoundInUnderTwoHundredSeeds() {
        for (long seed = 1; seed < 200; seed++) {
            SwarmOptions options = SwarmOptions.swarm(8, new Prng(seed).fork(3));
            World world = new World(options, seed, EngineConfig.DEFAULT);
            world.tampering = (speaker, reader, frame) -> hasty(frame);
            Simulation.Plan plan = new Simulation.Plan(8, seed, 10_000_000_000L, Simulation.FaultLevel.SWARM);
            if (!Simulation.run(plan, world, (virtual, events) -> {}).isGood()) {
                return;
            }
        }
        throw new AssertionError("200 seeds have not found an answer that says too much");
    }

    private static ByteView hasty(ByteView bytes) {
        try {
            WireReader in = new WireReader(bytes);
            if (FrameType.decode(in) != FrameType.GROUP_ACK) {
                return bytes;
            }
            RoutedFrame frame = RoutedFrame.decode(FrameType.GROUP_ACK, in);
            GroupAck ack = GroupAck.decode(new WireReader(frame.body()));
            List<GroupAck.Answer> answers = new ArrayList<>();
            for (GroupAck.Answer answer : ack.answers()) {
                int from = answer.runs().get(0).from();
                int to = answer.runs().get(answer.runs().size() - 1).to();
                answers.add(new GroupAck.Answer(
                        answer.transmission(), List.of(new GroupAck.Run(from, to, Verdict.DELIVERED))));
            }
            return RoutedFrame.of(frame.route(), new GroupAck(ack.origin(), ack.incarnation(), answers))
                    .encode();
        } catch (MalformedFrame e) {
            return bytes;
        }
    }

    /** The first of these two figures stays near the number of neighbors, whatever the size of the group. */
    @Test
    void theOriginsFramesGrowWithItsNeighborsNotWithTheGroup() {
        TreeMap<Integer, long[]> costs = new TreeMap<>();
        for (int members : new int[] {2, 8, 32, 63}) {
            costs.put(members, costOf(members));
        }
        long[] most = costs.get(63);
        long neighbors = most[2];
        assertThat(most[0]).as("frames for 100 messages").isLessThanOrEqualTo(100 * neighbors + 20);
        assertThat(most[1]).as("answers to 100 messages").isLessThanOrEqualTo(2 * 100 * neighbors);
        assertThat(most[3]).as("delivered").isEqualTo(6_300);
    }

    /**
     * Eight members half a millisecond away, five messages a millisecond, and one member's process stands still for less
     * than it takes until its links are given up: the others must not wait for more than 350 ms at a time.
     */
    @Test
    void aProcessThatStandsStillHoldsTheOtherMembersUpForAThirdOfASecondAtMost() {
        SwarmOptions quiet = SwarmOptions.calm(9).withLoad(SwarmOptions.Load.NONE);
        World world = new World(quiet, 7, EngineConfig.DEFAULT);
        world.start(2_000_000_000L);
        while (world.events.step(60_000_000_000L)) {}
        SimNode origin = world.node(0);
        var engine = Objects.requireNonNull(origin.engine());
        TreeSet<NodeId> members = new TreeSet<>();
        for (int i = 1; i < 9; i++) {
            members.add(world.node(i).id());
        }
        GroupName name =
                new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", Applications.endpointOf(SocketKind.RDM));
        long began = world.events.nowNanos();
        long changed = began;
        long longest = 0;
        long delivered = 0;
        for (int tick = 0; tick < 2_500; tick++) {
            if (tick == 500) {
                world.node(8).pause(world.events.nowNanos() + 2_400_000_000L);
            }
            for (int i = 0; i < 5; i++) {
                origin.applications.sendToMany(
                        new Applications.Addressed(name, members, World.Hearing.OTHERS_ONLY, 3),
                        1,
                        64,
                        60_000_000_000L);
            }
            long until = began + (tick + 1) * 1_000_000L;
            while (world.events.step(until)) {}
            long present = engine.counters().getOrDefault("group.delivered", 0L);
            if (present > delivered) {
                delivered = present;
                changed = until;
            }
            longest = Math.max(longest, until - changed);
        }
        assertThat(longest).isLessThan(350_000_000L);
        long end = world.events.nowNanos() + 60_000_000_000L;
        while (world.events.step(end)) {}
        assertThat(world.violations.all()).isEmpty();
        assertThat(world.groups.open()).isZero();
        assertThat(engine.counters().getOrDefault("group.delivered", 0L)).isGreaterThan(7 * 5 * 2_400);
    }

    /** Nine nodes on a segment that loses one datagram in a hundred: each message reaches everybody once all the same. */
    @Test
    void onASegmentMostBranchesRideOnDatagramsAndWhatIsLostComesOverLinks() {
        SwarmOptions quiet = SwarmOptions.calm(9).withLoad(SwarmOptions.Load.NONE);
        World world = new World(quiet, 7, EngineConfig.DEFAULT);
        world.ether = Ether.ofAll(world, new Prng(11), 10_000);
        world.start(2_000_000_000L);
        while (world.events.step(60_000_000_000L)) {}
        SimNode origin = world.node(0);
        var engine = Objects.requireNonNull(origin.engine());
        TreeSet<NodeId> members = new TreeSet<>();
        for (int i = 1; i < 9; i++) {
            members.add(world.node(i).id());
        }
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupName name = new GroupName(GroupName.Scope.LIST, kind, "", Applications.endpointOf(SocketKind.RDM));
            for (int i = 0; i < 1_500; i++) {
                origin.applications.sendToMany(
                        new Applications.Addressed(name, members, World.Hearing.OTHERS_ONLY, 3),
                        1,
                        64,
                        60_000_000_000L);
                long until = world.events.nowNanos() + 2_000_000L;
                while (world.events.step(until)) {}
            }
        }
        long end = world.events.nowNanos() + 60_000_000_000L;
        while (world.events.step(end)) {}
        assertThat(world.violations.all()).isEmpty();
        assertThat(world.groups.open()).isZero();
        assertThat(engine.counters().getOrDefault("group.delivered", 0L)).isEqualTo(8 * 3_000);
        assertThat(engine.counters().getOrDefault("segment.branches", 0L)).isGreaterThan(8 * 2_500);
        assertThat(world.counts.castsLost).isPositive();
    }

    /** Frames sent, answers received, neighbors, and copies delivered, for a hundred messages in a mesh of 64. */
    private static long[] costOf(int members) {
        SwarmOptions quiet = SwarmOptions.calm(64).withLoad(SwarmOptions.Load.NONE);
        World world = new World(quiet, 7, EngineConfig.DEFAULT);
        SimNode origin = world.node(ORIGIN);
        long[] answers = new long[1];
        world.tampering = (speaker, reader, frame) -> {
            if (reader == origin && frame.at(0) == FrameType.GROUP_ACK.code()) {
                answers[0]++;
            }
            return frame;
        };
        world.start(2_000_000_000L);
        while (world.events.step(60_000_000_000L)) {}
        TreeSet<NodeId> listed = new TreeSet<>();
        for (int i = 1; i <= members; i++) {
            listed.add(world.node((ORIGIN + i) % 64).id());
        }
        GroupName name =
                new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", Applications.endpointOf(SocketKind.RDM));
        var engine = Objects.requireNonNull(origin.engine());
        for (int i = 0; i < 100; i++) {
            origin.applications.sendToMany(
                    new Applications.Addressed(name, listed, World.Hearing.OTHERS_ONLY, 3), 1, 64, 10_000_000_000L);
            long until = world.events.nowNanos() + 100_000_000L;
            while (world.events.step(until)) {}
        }
        assertThat(world.violations.all()).isEmpty();
        return new long[] {
            engine.counters().getOrDefault("group.copies", 0L),
            answers[0],
            engine.neighbors().size(),
            engine.counters().getOrDefault("group.delivered", 0L)
        };
    }

    /** Prints the table of docs/benchmarks.md. */
    public static void main(String[] args) {
        for (int members : new int[] {2, 4, 8, 16, 32, 63}) {
            long[] cost = costOf(members);
            System.out.printf("| %d | %.2f | %.2f | %d |%n", members, cost[0] / 100.0, cost[1] / 100.0, cost[2]);
        }
    }
}
