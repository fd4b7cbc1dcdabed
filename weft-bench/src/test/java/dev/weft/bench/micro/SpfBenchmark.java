package dev.weft.bench.micro;

import dev.weft.NodeId;
import dev.weft.core.route.LinkGraph;
import dev.weft.core.route.Routes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Shortest paths and alternates over a random mesh of degree 5. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpfBenchmark {
    private static final int DESTINATIONS = 100;

    @Param({"1000", "10000"})
    int nodes;

    private RandomMesh mesh;
    private LinkGraph.Builder announced;
    private LinkGraph graph;
    private long edition;

    @Setup
    public void prepare() {
        mesh = new RandomMesh(nodes, 42);
        announced = mesh.announced();
        graph = announced.build();
    }

    /** The graph once more, after the links of one node have become dearer, or as cheap as they were. */
    @Benchmark
    public LinkGraph graphAfterOneChange() {
        int changed = (int) (edition % nodes);
        int dearer = (int) (edition / nodes + 1) % 2;
        edition++;
        return announced
                .advertise(mesh.node(changed), mesh.linksOf(changed, dearer))
                .build();
    }

    /** The shortest-path tree. */
    @Benchmark
    public Routes tree() {
        return new Routes(graph, mesh.node(0));
    }

    /** The tree and the routes to every node. */
    @Benchmark
    public void treeAndAllPrimaries(Blackhole into) {
        Routes routes = new Routes(graph, mesh.node(0));
        for (int i = 1; i < nodes; i++) {
            into.consume(routes.primary(mesh.node(i)));
        }
    }

    /** The tree, and route and alternate to a hundred nodes. */
    @Benchmark
    public void treeAndAHundredAlternates(Blackhole into) {
        Routes routes = new Routes(graph, mesh.node(0));
        for (int i = 1; i <= DESTINATIONS; i++) {
            NodeId destination = mesh.node((int) ((long) i * (nodes - 1) / DESTINATIONS));
            into.consume(routes.primary(destination));
            into.consume(routes.alternate(destination));
        }
    }
}
