package dev.weft.bench.micro;

import dev.weft.core.base.ByteView;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.net.secure.NodeKey;
import dev.weft.net.secure.NodeSignatory;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An advertisement signed, as the loop does it, and checked, as the thread beside it does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SignatoryBenchmark {
    private static final int TOGETHER = 64;

    private final NodeKey key = NodeKey.generate();
    private final LinkedBlockingQueue<List<Signatory.Checked>> found = new LinkedBlockingQueue<>();
    private final NodeSignatory signatory = new NodeSignatory(key, "bench", Signatory.Demand.SIGNATURES, found::add);
    private final Lsa lsa = signed();

    @TearDown(Level.Trial)
    public void close() {
        signatory.close();
    }

    @Benchmark
    public Lsa sign() {
        return signed();
    }

    private Lsa signed() {
        return Lsa.originate(
                "bench",
                new LsaKey(key.id(), LsaKind.ADJACENCY),
                new LsaVersion(1, 1),
                ByteView.of(new byte[540]),
                signatory.publicKey(),
                signatory::sign);
    }

    /** Sixty-four of them: divide by that. */
    @Benchmark
    public int check() throws InterruptedException {
        for (int i = 0; i < TOGETHER; i++) {
            signatory.check(i, lsa);
        }
        int done = 0;
        while (done < TOGETHER) {
            done += found.take().size();
        }
        return done;
    }
}
