package dev.weft.rules.broken.core.wire;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Does what a repeatable run forbids, each thing once. */
public final class Offender {
    static final int LIMIT = 7;
    static final ArrayList<String> KEPT = new ArrayList<>();
    static int count;

    volatile boolean flag;
    private final Map<String, String> allowed = new LinkedHashMap<>();

    synchronized void locked() {
        allowed.clear();
    }

    float ratio() {
        return 0;
    }

    long half(long value) {
        // 7.25 in a comment is nobody's business, nor is "7.25" in a string.
        double local = value * 0.5;
        synchronized (this) {
            return (long) (Math.sqrt(local) + Math.random() + 1e6 + 3d + 0x1e5 + 0x3d + "7.25".length());
        }
    }

    Object types(System.Logger logger, File file, Path path, URI uri, TimeUnit unit) {
        logger.log(System.Logger.Level.INFO, "{0} {1} {2} {3}", file, path, uri, unit);
        System.out.println(Thread.currentThread());
        return new HashMap<>(Map.of(new HashSet<>(), new Random()));
    }

    Object calls(List<String> names, Object any, TimeUnit unit) {
        count++;
        Set<String> some = Set.copyOf(Set.of("a", "b"));
        Map<String, List<String>> grouped = Map.copyOf(names.parallelStream().collect(Collectors.groupingBy(n -> n)));
        long now = System.nanoTime() + System.currentTimeMillis() + System.identityHashCode(any);
        int hash = any.hashCode() + unit.hashCode();
        return List.of(
                some,
                grouped,
                now,
                hash,
                UUID.randomUUID(),
                Instant.now(),
                names.stream().collect(Collectors.toSet()));
    }

    @Override
    public int hashCode() {
        return Objects.hash(allowed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Offender that && allowed.equals(that.allowed);
    }
}
