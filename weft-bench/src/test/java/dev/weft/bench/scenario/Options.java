package dev.weft.bench.scenario;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of the driver.
 *
 * @param sizes of messages, in bytes
 * @param warmUpSeconds before each measurement, in each run
 * @param recordings where Flight Recorder's files go
 * @param windowMessages how many may be under way, of all systems; fewer where they would have more than 8 MiB
 * @param archive whether each process starts from an archive of its classes
 */
record Options(
        List<Integer> sizes,
        List<Contender> contenders,
        int runs,
        int seconds,
        int warmUpSeconds,
        String kind,
        int relays,
        int sinks,
        int windowMessages,
        Optional<Path> recordings,
        boolean archive) {

    static final String HELP = """
            tools/bench.sh micro [REGEX [JMH options]]   parts of the core; micro lsdb: memory of the database
            tools/bench.sh s1    one way, acknowledged: messages per second
            tools/bench.sh s2    ping-pong: microseconds there and back
            tools/bench.sh s4    one way to several: deliveries per second
            tools/bench.sh s5    one way through relays
            tools/bench.sh pressure  a sink half as fast as its source, through relays: heaps, and that nothing is lost
            tools/bench.sh s2-relayed   as s2, through relays
            tools/bench.sh security  what TLS and seals cost: s1 and s2 in plain and under TLS, s5 and s2-relayed sealed and not
            tools/bench.sh s7    footprint: memory, start, idle processor time
            tools/bench.sh transports [ROUNDS]           shared memory, Unix sockets and TCP without a mesh
            tools/bench.sh growth [SECONDS PART...]      cost against size, hops, flows and members; pictures
            tools/bench.sh nodes [COUNT...]              what membership costs as nodes become more, in the simulator; pictures
            tools/bench.sh hot FILE.jfr...               where the processor time of recordings went

              --sizes 64,1024,4096,65536   bytes per message
              --systems weft,netty         of: %s
              --runs 5                     rounds; in each every system runs once, in turn
              --seconds 5                  of measurement in each run, at most 60
              --warmup 3                   seconds before it, at most 60
              --kind rdm                   of Weft's sockets
              --relays 1                   between source and sink (s5, pressure), at most 4
              --sinks 8                    (s4), at most 16
              --window 65536               messages under way, at most as many as have 8 MiB (s1, s4, s5)
              --jfr DIR                    record every process
              --archive no                 or yes: every process starts from an archive of its classes (s7)
            """.formatted(String.join(
            ", ", Arrays.stream(Contender.values()).map(Contender::word).toList()));

    Options {
        within("--runs", runs, 1, 50);
        within("--seconds", seconds, 1, 60);
        within("--warmup", warmUpSeconds, 0, 60);
        within("--relays", relays, 0, 4);
        within("--sinks", sinks, 1, 16);
        within("--window", windowMessages, 16, 1 << 20);
        for (int size : sizes) {
            within("--sizes", size, Heads.BYTES_MIN, 1 << 20);
        }
    }

    static Options parse(List<String> words, Options defaults) {
        List<Integer> sizes = defaults.sizes;
        List<Contender> contenders = defaults.contenders;
        int runs = defaults.runs;
        int seconds = defaults.seconds;
        int warmUpSeconds = defaults.warmUpSeconds;
        String kind = defaults.kind;
        int relays = defaults.relays;
        int sinks = defaults.sinks;
        int windowMessages = defaults.windowMessages;
        Optional<Path> recordings = defaults.recordings;
        boolean archive = defaults.archive;
        for (int i = 0; i + 1 < words.size(); i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "--sizes" ->
                    sizes = Arrays.stream(value.split(","))
                            .map(Integer::parseInt)
                            .toList();
                case "--systems" ->
                    contenders =
                            Arrays.stream(value.split(",")).map(Contender::of).toList();
                case "--runs" -> runs = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                case "--warmup" -> warmUpSeconds = Integer.parseInt(value);
                case "--kind" -> kind = value;
                case "--relays" -> relays = Integer.parseInt(value);
                case "--sinks" -> sinks = Integer.parseInt(value);
                case "--window" -> windowMessages = Integer.parseInt(value);
                case "--jfr" -> recordings = Optional.of(Path.of(value).toAbsolutePath());
                case "--archive" -> archive = yesOrNo(value);
                default -> throw new IllegalArgumentException("no option " + words.get(i));
            }
        }
        if (words.size() % 2 != 0) {
            throw new IllegalArgumentException(words.get(words.size() - 1) + " needs a value");
        }
        return new Options(
                sizes,
                contenders,
                runs,
                seconds,
                warmUpSeconds,
                kind,
                relays,
                sinks,
                windowMessages,
                recordings,
                archive);
    }

    static Options defaults() {
        return new Options(
                List.of(64, 1_024, 4_096, 65_536),
                new ArrayList<>(Contender.rivals()),
                5,
                5,
                3,
                "rdm",
                1,
                8,
                1 << 16,
                Optional.empty(),
                false);
    }

    Options withSizes(Integer... other) {
        return new Options(
                List.of(other),
                contenders,
                runs,
                seconds,
                warmUpSeconds,
                kind,
                relays,
                sinks,
                windowMessages,
                recordings,
                archive);
    }

    Options withContenders(Contender... other) {
        return new Options(
                sizes,
                List.of(other),
                runs,
                seconds,
                warmUpSeconds,
                kind,
                relays,
                sinks,
                windowMessages,
                recordings,
                archive);
    }

    Options withSeconds(int other) {
        return new Options(
                sizes,
                contenders,
                runs,
                other,
                warmUpSeconds,
                kind,
                relays,
                sinks,
                windowMessages,
                recordings,
                archive);
    }

    private static boolean yesOrNo(String word) {
        return switch (word) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException("--archive " + word + " must be yes or no");
        };
    }

    private static void within(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " must be from " + min + " to " + max);
        }
    }
}
