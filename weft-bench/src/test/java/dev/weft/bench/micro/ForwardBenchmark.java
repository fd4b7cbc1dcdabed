package dev.weft.bench.micro;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a relay does with one frame: read the route, take its label, add its own, queue it for the next link. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForwardBenchmark {
    private static final NodeId RELAY = new NodeId(9, 9);
    private static final NodeId FROM = new NodeId(1, 1);
    private static final NodeId ONWARD = new NodeId(2, 2);

    @Param({"64", "1024"})
    int bytes;

    private final LinkQueue queue = new LinkQueue(LinkQueue.Bounds.DEFAULT);
    private final Forwarder forwarder = new Forwarder(RELAY, new TwoLinks(), new Onward());
    private ByteView frame;

    @Setup
    public void prepare() {
        Data data = Data.whole(FlowRef.established(123_456_789), 5_000_000, 40, ByteView.of(new byte[bytes]));
        frame = RoutedFrame.of(RouteHeader.along(2, 7), data).encode();
    }

    @Benchmark
    public EncodedFrame relay() throws MalformedFrame {
        WireReader in = new WireReader(frame);
        FrameType type = FrameType.decode(in);
        forwarder.handle(FROM, RoutedFrame.decode(type, in));
        EncodedFrame out = queue.poll(0);
        if (out == null) {
            throw new IllegalStateException("the frame was not passed on");
        }
        return out;
    }

    private static final class TwoLinks implements Forwarder.Labels {
        private static final Optional<NodeId> ONWARD_FOUND = Optional.of(ONWARD);

        @Override
        public Optional<NodeId> neighborOf(int label) {
            return label == 2 ? ONWARD_FOUND : Optional.empty();
        }

        @Override
        public int labelOf(NodeId neighbor) {
            return 1;
        }
    }

    private final class Onward implements Forwarder.Output {
        @Override
        public void arrived(RoutedFrame arrived, Arrival arrival) {
            throw new IllegalStateException("the frame is not for the relay");
        }

        @Override
        public LinkQueue.Taken send(NodeId neighbor, Frame onward, LinkQueue.Urgency urgency) {
            return queue.offer(urgency, onward.encodeInPieces(), 0);
        }
    }
}
