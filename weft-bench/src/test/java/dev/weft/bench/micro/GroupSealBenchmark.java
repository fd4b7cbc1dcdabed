package dev.weft.bench.micro;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.seal.GroupSeals;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.Verdict;
import dev.weft.net.secure.HpkeSealer;
import dev.weft.net.secure.NodeKey;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A parcel for many sealed with a tag for each member, and opened by one of them, as the loop does it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupSealBenchmark {
    private static final GroupName NAME =
            new GroupName(GroupName.Scope.GROUP, SocketKind.RDM, "ops", "").with(GroupName.Sealing.SEALED);

    private static final ByteView STATEMENT = GroupAck.statement(300, 3_000, Verdict.DELIVERED, RouteHeader.Mark.NONE);

    @Param({"1", "8", "64"})
    int members;

    @Param({"64", "1024", "16000"})
    int bytes;

    private final NodeKey key = NodeKey.generate();
    private final Sealer.Terms terms = Sealer.Terms.of(Sealer.Policy.RELAYED);
    private final HpkeSealer atAlice = new HpkeSealer(key, "bench", 1, terms, made -> {});
    private final HpkeSealer atBob = new HpkeSealer(key, "bench", 1, terms, made -> {});
    private final NodeId alice = new NodeId(1, 1);
    private final NodeId bob = new NodeId(2, 1);
    private final GroupSeals opening = new GroupSeals(bob, 1, atBob, output((to, frame) -> {}));
    private final GroupSeals sealing = new GroupSeals(alice, 1, atAlice, output((to, frame) -> {
        if (to.equals(bob) && frame instanceof GroupKey told) {
            opening.handleKey(alice, told, 0);
        }
    }));
    private final TreeSet<NodeId> audience = new TreeSet<>();
    private long next = 1;
    private ByteView plain = ByteView.EMPTY;
    private ByteView sealed = ByteView.EMPTY;

    @Setup(Level.Trial)
    public void parcels() {
        for (int i = 0; i < members; i++) {
            audience.add(new NodeId(2 + i, 1));
        }
        plain = ByteView.of(new byte[bytes]);
        sealed = sealing.seal(heading(0), audience, plain, 0);
    }

    private static GroupSeals.Output output(BiConsumer<NodeId, Frame> sending) {
        return new GroupSeals.Output() {
            @Override
            public void sendTo(NodeId node, Frame frame) {
                sending.accept(node, frame);
            }

            @Override
            public long floorOf(long flow, NodeId member) {
                return 0;
            }
        };
    }

    private GroupHeading heading(long message) {
        return new GroupHeading(alice, 1, NAME, 1, message, 0);
    }

    @TearDown(Level.Trial)
    public void close() {
        atAlice.close();
        atBob.close();
    }

    @Benchmark
    public ByteView seal() {
        return sealing.seal(heading(next++), audience, plain, 0);
    }

    /** What the sender expects of all members that say the same. */
    @Benchmark
    public long check() {
        long sum = 0;
        for (NodeId member : audience) {
            sum ^= sealing.codeOf(member, 1, STATEMENT).orElseThrow();
        }
        return sum;
    }

    /** What a member answers with. */
    @Benchmark
    public long answer() {
        return opening.code(alice, 1, 1, STATEMENT).orElseThrow();
    }

    @Benchmark
    public ByteView open() {
        return opening.open(heading(0), sealed, 0).payload();
    }
}
