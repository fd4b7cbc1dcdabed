package dev.weft.bench.micro;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Frames to bytes and back, as the engine does it: routed frames with their route. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private static final int FLOOD_ITEMS = 20;

    private final Data small = Data.whole(FlowRef.established(123_456_789), 5_000_000, 40, payload(64));
    private final Data large = Data.whole(FlowRef.established(123_456_789), 5_000_000, 40, payload(1_024));
    private final Ack ack = new Ack(
            1_763_712_000_000L,
            3,
            123_456_789,
            77_000,
            5_000_000,
            4 << 20,
            0,
            1,
            List.of(new Ack.Range(5_000_002, 5_000_009), new Ack.Range(5_000_011, 5_000_400)),
            List.of());
    private final Flood flood = flood();
    private final Hello hello = hello();
    private final Beacon beacon = beacon();

    private final ByteView smallBytes = routed(small);
    private final ByteView largeBytes = routed(large);
    private final ByteView ackBytes = routed(ack);
    private final ByteView floodBytes = flood.encode();
    private final ByteView helloBytes = hello.encode();
    private final ByteView beaconBytes = beacon.encode(Beacon.BYTES_MAX);

    @Benchmark
    public ByteView encodeData64() {
        return routed(small);
    }

    @Benchmark
    public Data decodeData64() throws MalformedFrame {
        return Data.decode(new WireReader(body(smallBytes)));
    }

    @Benchmark
    public ByteView encodeData1024() {
        return routed(large);
    }

    @Benchmark
    public Data decodeData1024() throws MalformedFrame {
        return Data.decode(new WireReader(body(largeBytes)));
    }

    @Benchmark
    public ByteView encodeAck() {
        return routed(ack);
    }

    @Benchmark
    public Ack decodeAck() throws MalformedFrame {
        return Ack.decode(new WireReader(body(ackBytes)));
    }

    @Benchmark
    public ByteView encodeFlood() {
        return flood.encode();
    }

    @Benchmark
    public Flood decodeFlood() throws MalformedFrame {
        WireReader in = new WireReader(floodBytes);
        FrameType.decode(in);
        return Flood.decode(in);
    }

    @Benchmark
    public ByteView encodeHello() {
        return hello.encode();
    }

    @Benchmark
    public Hello decodeHello() throws MalformedFrame {
        WireReader in = new WireReader(helloBytes);
        FrameType.decode(in);
        return Hello.decode(in);
    }

    @Benchmark
    public ByteView encodeBeacon() {
        return beacon.encode(Beacon.BYTES_MAX);
    }

    @Benchmark
    public Beacon decodeBeacon() throws MalformedFrame {
        return Beacon.decode(beaconBytes);
    }

    private static ByteView routed(dev.weft.core.wire.Frame frame) {
        return RoutedFrame.of(RouteHeader.DIRECT, frame).encode();
    }

    private static ByteView body(ByteView bytes) throws MalformedFrame {
        WireReader in = new WireReader(bytes);
        FrameType type = FrameType.decode(in);
        return RoutedFrame.decode(type, in).body();
    }

    private static ByteView payload(int bytes) {
        return ByteView.of(new byte[bytes]);
    }

    private static Flood flood() {
        RandomMesh mesh = new RandomMesh(FLOOD_ITEMS, 7);
        List<Flood.Item> items = new ArrayList<>();
        for (int i = 0; i < FLOOD_ITEMS; i++) {
            items.add(new Flood.Item(i, mesh.linksAnnounced(i, 1)));
        }
        return new Flood(items);
    }

    private static List<Locator> locators() {
        return List.of(Locator.parse("tcp/10.0.0.7:7400"), Locator.parse("unix//run/user/1000/weft/default/n.sock"));
    }

    private static Hello hello() {
        return new Hello(
                VersionRange.OURS,
                "default",
                new NodeId(1, 2),
                77,
                1_763_712_000_000L,
                "alice",
                ByteView.of(new byte[Hello.HOST_ID_BYTES]),
                0,
                locators(),
                Optional.of(Locator.parse("tcp/10.0.0.9:51000")),
                1,
                1_000,
                1 << 20,
                ByteView.of(new byte[Hello.NONCE_BYTES]));
    }

    private static Beacon beacon() {
        return new Beacon(Beacon.Kind.BEACON, 99, new NodeId(1, 2), 1_763_712_000_000L, 12, 600, locators(), List.of());
    }
}
