package dev.weft.bench.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The driver: runs one scenario over all systems asked for and prints a Markdown table. */
public final class Bench {
    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0 || args[0].contains("help")) {
            System.out.print(Options.HELP);
            return;
        }
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        if (args[0].equals("hot")) {
            Hot.print(rest);
            return;
        }
        try {
            System.out.print(run(args[0], rest));
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench: " + wrong.getMessage());
            System.exit(2);
        }
    }

    static String run(String scenario, List<String> words) throws IOException, InterruptedException {
        Options options = Options.defaults();
        String table = switch (scenario) {
            case "s1" -> new Throughput(prepared(words, options), 0, 1).run();
            case "s2" -> new Latency(prepared(words, options.withSizes(64, 4_096)), 0).run();
            case "s4" -> {
                Options chosen = prepared(words, options.withSizes(1_024));
                yield new Throughput(chosen, 0, chosen.sinks()).run();
            }
            case "s5" -> {
                Options chosen = prepared(words, options.withSizes(64, 1_024));
                yield new Throughput(chosen, chosen.relays(), 1).run();
            }
            case "s2-relayed" -> {
                Options chosen = prepared(words, options.withSizes(64));
                yield new Latency(chosen, chosen.relays()).run();
            }
            case "security" -> security(words, options);
            case "pressure" -> {
                Options chosen =
                        options.withSizes(1_024).withContenders(Contender.WEFT).withSeconds(60);
                yield new Pressure(prepared(words, chosen)).run();
            }
            case "s7" -> footprint(prepared(words, options));
            default -> throw new IllegalArgumentException("no scenario " + scenario + "\n" + Options.HELP);
        };
        return machine() + "\n\n" + table;
    }

    private static String footprint(Options options) throws IOException, InterruptedException {
        if (!options.archive()) {
            return new Footprint(options, Optional.empty()).run();
        }
        try (Archives archives = Archives.create()) {
            return new Footprint(options, Optional.of(archives)).run();
        }
    }

    /** What each layer of security costs, beside the same without it. */
    private static String security(List<String> words, Options defaults) throws IOException, InterruptedException {
        Options links = defaults.withContenders(
                Contender.WEFT_PLAIN,
                Contender.NETTY,
                Contender.WEFT_TLS_JDK,
                Contender.NETTY_TLS_JDK,
                Contender.WEFT_TLS,
                Contender.NETTY_TLS);
        Options relayed = defaults.withContenders(Contender.WEFT_UNSEALED, Contender.WEFT_SEALED);
        Options throughRelays = prepared(words, relayed.withSizes(64, 1_024));
        return "One way:\n\n"
                + new Throughput(prepared(words, links.withSizes(64, 1_024)), 0, 1).run()
                + "\nThere and back:\n\n"
                + new Latency(prepared(words, links.withSizes(64)), 0).run()
                + "\nOne way through a relay:\n\n"
                + new Throughput(throughRelays, throughRelays.relays(), 1).run()
                + "\nThere and back through a relay:\n\n"
                + new Latency(prepared(words, relayed.withSizes(64)), throughRelays.relays()).run();
    }

    private static Options prepared(List<String> words, Options defaults) throws IOException {
        Options options = Options.parse(words, defaults);
        if (options.recordings().isPresent()) {
            Files.createDirectories(options.recordings().get());
        }
        for (Contender contender : options.contenders()) {
            if (!contender.isInstalled()) {
                System.err.println("bench: " + contender.word() + " is left out: its server is not installed");
            }
        }
        return options;
    }

    private static String machine() throws IOException {
        Path cpus = Path.of("/proc/cpuinfo");
        String cpu = !Files.isReadable(cpus)
                ? System.getProperty("os.arch")
                : Files.readAllLines(cpus).stream()
                        .filter(line -> line.startsWith("model name"))
                        .findFirst()
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .orElse(System.getProperty("os.arch"));
        return Runtime.getRuntime().availableProcessors() + " cores of " + cpu + ", " + System.getProperty("os.name")
                + " " + System.getProperty("os.version") + ", JDK " + System.getProperty("java.runtime.version");
    }
}
