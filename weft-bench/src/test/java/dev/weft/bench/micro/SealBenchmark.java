package dev.weft.bench.micro;

import dev.weft.core.base.ByteView;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.net.secure.HpkeSealer;
import dev.weft.net.secure.NodeKey;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

/** A frame sealed and opened, as the loop does it, and an association begun and accepted, as the thread beside it does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SealBenchmark {
    @Param({"64", "1024", "16384"})
    int bytes;

    private final NodeKey alice = NodeKey.generate();
    private final NodeKey bob = NodeKey.generate();
    private final LinkedBlockingQueue<Sealer.Made> made = new LinkedBlockingQueue<>();
    private final HpkeSealer atAlice =
            new HpkeSealer(alice, "bench", 1, Sealer.Terms.of(Sealer.Policy.RELAYED), made::add);
    private final HpkeSealer atBob = new HpkeSealer(bob, "bench", 1, Sealer.Terms.of(Sealer.Policy.RELAYED), made::add);
    private Sealer.Draft draft = new Sealer.Draft(bob.id(), 1, record(), 1);
    private Sealer.Made begun = begin();
    private Sealer.Keys sealing = begun.keys().orElseThrow();
    private Sealer.Keys opening = accept();
    private ByteView plain = ByteView.EMPTY;
    private ByteView sealed = ByteView.EMPTY;
    private long counter = 1;

    @Setup(Level.Trial)
    public void frames() {
        plain = ByteView.of(new byte[bytes]);
        sealed = sealing.seal(0, associated(0), plain);
    }

    @TearDown(Level.Trial)
    public void close() {
        atAlice.close();
        atBob.close();
    }

    private SealRecord record() {
        atBob.makePrekey(1, 1, SealRecord.Manner.RELAYED);
        return next().record().orElseThrow();
    }

    private Sealer.Made begin() {
        atAlice.begin(2, draft);
        return next();
    }

    private Sealer.Keys accept() {
        atBob.accept(3, begun.opening().orElseThrow());
        return next().keys().orElseThrow();
    }

    private Sealer.Made next() {
        try {
            return made.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private ByteView associated(long number) {
        return Sealed.associated(FrameType.SEALED, 3, sealing.association(), number, Optional.empty());
    }

    @Benchmark
    public ByteView seal() {
        long number = counter++;
        return sealing.seal(number, associated(number), plain);
    }

    @Benchmark
    public Optional<ByteView> open() {
        return opening.open(0, associated(0), sealed);
    }

    /** Does not depend on the size. */
    @Benchmark
    public Sealer.Made beginAssociation() {
        return begin();
    }

    /** Does not depend on the size. */
    @Benchmark
    public Sealer.Keys acceptAssociation() {
        return accept();
    }
}
