package dev.weft.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Gives a {@link SimTest} its runs, one by one. */
final class SimTestSeeds implements TestTemplateInvocationContextProvider {
    private static final int TRIES_MAX = 100;

    /** One run of the simulator under swarm faults. */
    record Run(long seed, int nodes, int seconds) {
        private Simulation.Plan plan() {
            return new Simulation.Plan(nodes, seed, seconds * 1_000_000_000L, Simulation.FaultLevel.SWARM);
        }

        RunReport go() {
            return Simulation.run(plan(), (virtual, events) -> {});
        }

        /** Runs it; an error says all that is known of it, and which smaller run breaks the same. */
        RunReport goWell() {
            RunReport report = go();
            if (report.isGood()) {
                return report;
            }
            throw new AssertionError(String.join(
                    System.lineSeparator(),
                    "REPLAY " + this,
                    "SMALLEST "
                            + Shrinker.smallest(plan(), report, TRIES_MAX, () -> false)
                                    .replay(),
                    String.join(System.lineSeparator(), report.violations()),
                    report.options().toString(),
                    String.join(System.lineSeparator(), report.lastEvents()),
                    report.dot()));
        }

        /** How to see it again. */
        @Override
        public String toString() {
            return plan().replay();
        }
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(SimTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return runs(context.getRequiredTestMethod().getAnnotation(SimTest.class)).stream()
                .map(Invocation::new);
    }

    private static List<Run> runs(SimTest test) {
        Long only = Long.getLong("sim.seed");
        if (only != null) {
            return List.of(new Run(
                    only,
                    Integer.getInteger("sim.nodes", test.nodes()),
                    Integer.getInteger("sim.seconds", test.seconds())));
        }
        List<Run> runs = new ArrayList<>(failedBefore());
        for (long seed = 1; seed <= test.seeds(); seed++) {
            runs.add(new Run(seed, test.nodes(), test.seconds()));
        }
        return runs;
    }

    private static List<Run> failedBefore() {
        List<Run> runs = new ArrayList<>();
        try (InputStream seeds = SimTestSeeds.class.getResourceAsStream("/seeds.txt")) {
            if (seeds == null) {
                throw new AssertionError("seeds.txt is missing");
            }
            for (String line : new String(seeds.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String entry = line.replaceFirst("#.*", "").strip();
                if (!entry.isEmpty()) {
                    String[] words = entry.split("\\s+");
                    runs.add(new Run(Long.parseLong(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2])));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return runs;
    }

    private record Invocation(Run run) implements TestTemplateInvocationContext, ParameterResolver {
        @Override
        public String getDisplayName(int invocationIndex) {
            return run.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Run.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return run;
        }
    }
}
