package dev.weft.bench.scenario;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the processor time of a recording went: by thread, by the method at the top of the stack, by methods anywhere
 * on it; and what was allocated, by type. Shares of all samples.
 */
final class Hot {
    private static final int ROWS = 40;

    /** Native methods in which a thread waits; a sample of them is no processor time. */
    private static final Pattern WAITING =
            Pattern.compile("epollWait|LinuxWatchService.poll|FileInputStream.readBytes|accept0|EPoll.wait");

    private static final Pattern LAMBDA = Pattern.compile("\\$\\$Lambda.*\\.");

    private final Map<String, Long> threads = new TreeMap<>();
    private final Map<String, Long> top = new TreeMap<>();
    private final Map<String, Long> nearest = new TreeMap<>();
    private final Map<String, Long> anywhere = new TreeMap<>();
    private final Map<String, Long> allocated = new TreeMap<>();
    private final Map<String, Long> allocatedAt = new TreeMap<>();
    private long samples;
    private long allocatedBytes;

    private Hot() {}

    static void print(List<String> files) throws IOException {
        for (String file : files) {
            System.out.println("## " + Path.of(file).getFileName());
            Hot hot = new Hot();
            try (RecordingFile recording = new RecordingFile(Path.of(file))) {
                while (recording.hasMoreEvents()) {
                    hot.add(recording.readEvent());
                }
            }
            hot.print();
        }
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample", "jdk.NativeMethodSample" -> addSample(event);
            case "jdk.ObjectAllocationSample" -> {
                long weight = event.getLong("weight");
                allocatedBytes += weight;
                allocated.merge(event.getClass("objectClass").getName(), weight, Long::sum);
                if (event.getStackTrace() != null
                        && !event.getStackTrace().getFrames().isEmpty()) {
                    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
                        String name = name(frame);
                        if (name.startsWith("dev.weft") || name.startsWith("io.netty")) {
                            allocatedAt.merge(name, weight, Long::sum);
                            break;
                        }
                    }
                }
            }
            default -> {}
        }
    }

    private void addSample(RecordedEvent event) {
        if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
            return;
        }
        String first = name(event.getStackTrace().getFrames().get(0));
        if (WAITING.matcher(first).find()) {
            return;
        }
        RecordedThread sampled = event.getThread("sampledThread");
        String thread = sampled == null || sampled.getJavaName() == null ? "?" : sampled.getJavaName();
        if (thread.equals("main")) {
            return; // the start
        }
        samples++;
        threads.merge(thread, 1L, Long::sum);
        top.merge(first, 1L, Long::sum);
        event.getStackTrace().getFrames().stream()
                .map(Hot::name)
                .filter(name -> name.startsWith("dev.weft."))
                .findFirst()
                .ifPresent(name -> nearest.merge(name, 1L, Long::sum));
        Set<String> seen = new HashSet<>();
        for (RecordedFrame frame : event.getStackTrace().getFrames()) {
            if (name(frame).startsWith("dev.weft.") && seen.add(name(frame))) {
                anywhere.merge(name(frame), 1L, Long::sum);
            }
        }
    }

    private static String name(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        return LAMBDA.matcher(method.getType().getName() + "." + method.getName())
                .replaceFirst("(lambda).");
    }

    private void print() {
        System.out.println(samples + " samples");
        print("threads", threads, samples);
        print("at the top of the stack", top, samples);
        print("nearest method of ours, with what it calls of others", nearest, samples);
        print("methods of ours anywhere on the stack", anywhere, samples);
        System.out.println(allocatedBytes / 1_000_000 + " MB allocated");
        print("allocated types", allocated, allocatedBytes);
        print("allocated by", allocatedAt, allocatedBytes);
    }

    private static void print(String title, Map<String, Long> counts, long whole) {
        System.out.println("### " + title);
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(ROWS)
                .forEach(entry -> System.out.printf(
                        Locale.ROOT, "%5.1f %%  %s%n", 100.0 * entry.getValue() / Math.max(1, whole), entry.getKey()));
    }
}
