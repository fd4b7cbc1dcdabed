package dev.weft.bench.micro;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Send;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A sender and a receiver driven by hand, without codec and link: a batch of messages goes over in one turn, one
 * acknowledgement comes back in the next. Times are per message.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FlowBenchmark {
    private static final int BATCH = 64;
    private static final long TURN_NANOS = 20_000;
    private static final long TIMEOUT_NANOS = 30_000_000_000L;
    private static final NodeId ORIGIN = new NodeId(1, 1);
    private static final NodeId DESTINATION = new NodeId(2, 2);
    private static final Optional<Path> PATH = Optional.of(new Path(List.of(ORIGIN, DESTINATION), RouteHeader.DIRECT));

    @Param({"64", "1024"})
    int bytes;

    private final ArrayDeque<Data> toDestination = new ArrayDeque<>();
    private final ArrayDeque<Ack> toOrigin = new ArrayDeque<>();
    private final Arrival arrival = Arrival.over(ORIGIN, RouteHeader.DIRECT);
    private ByteView payload;
    private Sender sender;
    private Receiver receiver;
    private long nowNanos;
    private long ticket;
    private long settled;

    @Setup
    public void prepare() {
        payload = ByteView.of(new byte[bytes]);
        sender = new Sender(ORIGIN, 1, FlowConfig.DEFAULT, new OneWay(), new Origin());
        receiver = new Receiver(DESTINATION, 1, FlowConfig.DEFAULT, new Prng(1), new Destination());
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long messageAndItsAcknowledgement() {
        nowNanos += TURN_NANOS;
        for (int i = 0; i < BATCH; i++) {
            sender.send(
                    new Send(
                            Claim.of(++ticket),
                            DESTINATION,
                            "inbox",
                            SocketKind.RDM,
                            Manner.DEFAULT,
                            payload,
                            TIMEOUT_NANOS),
                    nowNanos);
        }
        sender.flush(nowNanos);
        nowNanos += TURN_NANOS;
        for (Data data = toDestination.poll(); data != null; data = toDestination.poll()) {
            receiver.handleData(data, arrival, nowNanos);
        }
        receiver.flush(nowNanos);
        nowNanos += TURN_NANOS;
        for (Ack ack = toOrigin.poll(); ack != null; ack = toOrigin.poll()) {
            sender.handleAck(ack, nowNanos);
        }
        if (settled != ticket) {
            throw new IllegalStateException(settled + " of " + ticket + " sends are settled");
        }
        return settled;
    }

    private static final class OneWay implements Paths {
        @Override
        public Optional<Path> path(NodeId destination, Routing routing, Choice choice) {
            return PATH;
        }

        @Override
        public boolean isBroken(Path path) {
            return false;
        }

        @Override
        public long incarnationOf(NodeId node) {
            return 1;
        }
    }

    private final class Origin implements Sender.Output {
        @Override
        public void send(Path path, Manner manner, Frame frame) {
            toDestination.add((Data) frame);
        }

        @Override
        public void settled(Send send, Outcome outcome) {
            settled++;
        }

        @Override
        public void opened(long flow, Outcome outcome) {}

        @Override
        public void finished(long flow) {}

        @Override
        public void broken(long flow, Outcome.Reason reason) {}

        @Override
        public void refused(long flow, Outcome.Reason reason, int rejectedCount) {}
    }

    private final class Destination implements Receiver.Output {
        private final ReceiveBuffer buffer = new ReceiveBuffer(16 << 20);

        @Override
        public void reply(NodeId origin, Arrival lastArrival, Frame frame) {
            toOrigin.add((Ack) frame);
        }

        @Override
        public Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops) {
            for (ByteView message : messages) {
                buffer.release(ReceiveBuffer.charge(message));
            }
            return Acceptance.TAKEN;
        }

        @Override
        public Acceptance check(FlowLabel flow) {
            return Acceptance.TAKEN;
        }

        @Override
        public ReceiveBuffer buffer(FlowLabel flow) {
            return buffer;
        }

        @Override
        public void ended(FlowLabel flow, Outcome.Reason reason) {}

        @Override
        public void broken(FlowLabel flow, Outcome.Reason reason) {}
    }
}
