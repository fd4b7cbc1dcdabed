package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.Prng;
import dev.weft.net.secure.NodeKey;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand connections of strangers to the relay of a mesh, while messages pass over it: silent ones, slow
 * senders, garbage, another protocol, and strangers who complete TLS and then say nothing, or garbage. Asserted are counts,
 * what the process holds afterwards, and ratios that do not depend on the machine; figures are printed, for
 * docs/benchmarks.md.
 */
@Timeout(300)
class HandshakeFloodIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SLICES = 50;
    private static final int PER_SLICE = 200;
    private static final int OPEN_SLICES = 5;

    /** Of each slice, how many complete TLS. */
    private static final int THROUGH_TLS = 4;

    /** A minute of traffic on a machine that passes on more than half a million messages a second. */
    private static final int MESSAGES_MAX = 1 << 25;

    private static final int WINDOW = 256;

    /** Beyond the few MiB by which two collections of the same heap differ. */
    private static final long HEAP_GROWTH_MAX = 8 << 20;

    /** What arenas that have grown to their size keep of it. */
    private static final long DIRECT_GROWTH_MAX = 16 << 20;

    /** A quarter of what the sessions of so many strangers would take, were they kept. */
    private static final long RESIDENT_GROWTH_MAX = 128 << 20;

    private static final int DESCRIPTORS_MORE_MAX = 8;
    private static final int THREADS_MORE_MAX = 4;

    /** A join takes a fraction of a second; a machine that is busy with all else may take its time. */
    private static final Duration NEWCOMER_MAX = Duration.ofSeconds(20);

    /** A stranger's connection, handshake and end, beside a message that is read, sent on, and its acknowledgement. */
    private static final double MESSAGES_A_STRANGER_MAX = 1_500;

    /** Strangers and nodes share the processors of one machine, so most of it is theirs. */
    private static final double SLOWDOWN_MAX = 20;

    /** How TLS begins: a record of a handshake, 512 bytes long, of which not all follow. */
    private static final byte[] BEGINNING = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

    @TempDir
    Path directory;

    private final MeshKey key = MeshKey.random();
    private final Prng prng = new Prng(10_000);

    private MeshBuilder node(String name) {
        return Mesh.builder("safe")
                .nodeName(name)
                .ephemeral()
                .key(key)
                .runtimeDirectory(directory.resolve(name))
                .beacon(MeshConfig.Beacon.NONE)
                // Long, so that a machine that stands still for seconds is no lost link.
                .heartbeat(Duration.ofSeconds(5))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    private MeshBuilder leaf(String name, Mesh relay) {
        return node(name)
                .peer(relay.self().locators().get(0))
                .links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("relay"), List.of()));
    }

    private static long counter(Mesh mesh, String name) {
        Map<String, Long> counters = mesh.statistics().counters();
        assertThat(counters).containsKey(name);
        return counters.get(name);
    }

    @Test
    void trafficOverARelayGoesOnWhileTenThousandStrangersKnockAndMemoryStaysFlat() throws Exception {
        try (Mesh relay = node("relay").join();
                Mesh source = leaf("source", relay).join();
                Mesh sink = leaf("sink", relay).join()) {
            Traffic traffic = new Traffic(source, relay, sink);
            List<MeshEvent> linksLost = new CopyOnWriteArrayList<>();
            for (Mesh mesh : List.of(relay, source, sink)) {
                mesh.subscribe(event -> {
                    if (event.kind() == MeshEvent.Kind.LINK_DOWN) {
                        linksLost.add(event);
                    }
                });
            }
            traffic.start();
            // Compiled by then.
            TimeUnit.SECONDS.sleep(4);
            Pace quiet = traffic.pace(Duration.ofSeconds(4), () -> {});
            InetSocketAddress door = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(relay));
            // What is loaded once by the first stranger is no growth.
            Flood first = new Flood(door, relay);
            first.slices(2 * OPEN_SLICES);
            first.close();
            until(() -> strangersAt(relay) == 0);
            Holdings before = Holdings.now();

            AtomicReference<NodeId> newcomerId = new AtomicReference<>();
            ExecutorService newcomers = Executors.newSingleThreadExecutor();
            Future<Long> newcomer;
            Flood flood = new Flood(door, relay);
            Pace flooded;
            try {
                List<Future<Long>> asked = new ArrayList<>();
                flooded = traffic.pace(Duration.ZERO, () -> {
                    flood.slices(SLICES / 2);
                    asked.add(newcomers.submit(() -> nanosToJoin(relay, newcomerId)));
                    // On and on until he is in, however long that takes.
                    for (int i = 0; i < SLICES / 2 || !asked.get(0).isDone(); i++) {
                        flood.slices(1);
                    }
                });
                newcomer = asked.get(0);
            } finally {
                newcomers.shutdown();
            }
            Map<String, Long> counters = relay.statistics().counters();
            // The last of them stay, and the slow ones go on: it is the node that ends them.
            until(() -> {
                flood.oneMoreByteOfTheSlow();
                return strangersAt(relay) == 0;
            });
            int turnedAway = flood.endedByTheOther();
            int stayed = flood.open();
            flood.close();
            Holdings after = Holdings.settled(before);
            traffic.stop();
            double messageNanos = quiet.loopNanosPerMessage();
            double strangerNanos = (flooded.loopNanos() - messageNanos * flooded.messages()) / flood.knocked;
            System.out.printf(
                    Locale.ROOT,
                    "flood: %d strangers in %.1f s; traffic %.0f/s before, %.0f/s during; slowest of all %d ms before,"
                            + " %d ms during; the relay's loop %.1f us a message before, and %.0f us a stranger;"
                            + " newcomer in %d ms; before %s, after %s; %s%n",
                    flood.knocked,
                    flooded.seconds(),
                    quiet.perSecond(),
                    flooded.perSecond(),
                    quiet.slowestMillis(),
                    flooded.slowestMillis(),
                    messageNanos / 1e3,
                    strangerNanos / 1e3,
                    newcomer.get() / 1_000_000,
                    before,
                    after,
                    counters.entrySet().stream()
                            .filter(entry -> entry.getKey().startsWith("handshake.")
                                    || entry.getKey().equals("link.turned-out"))
                            .toList());

            assertThat(flood.knocked).isGreaterThanOrEqualTo(SLICES * PER_SLICE);
            traffic.assertAllDeliveredOnce();
            assertThat(linksLost)
                    .filteredOn(event -> !event.node().equals(newcomerId.get()))
                    .isEmpty();
            assertThat(relay.statistics().links()).hasSize(2);
            assertThat(Duration.ofNanos(newcomer.get()))
                    .as("a newcomer is let in during the flood")
                    .isLessThan(NEWCOMER_MAX);
            assertThat(strangerNanos / messageNanos)
                    .as("what a stranger costs the relay's loop, in messages passed on")
                    .isLessThan(MESSAGES_A_STRANGER_MAX);
            assertThat(quiet.perSecond() / flooded.perSecond())
                    .as("how much slower the traffic is, beside ten thousand strangers on the same processors")
                    .isLessThan(SLOWDOWN_MAX);
            assertThat(stayed).as("strangers who did not leave of themselves").isGreaterThan(PER_SLICE);
            assertThat(turnedAway)
                    .as("of %d strangers who stayed, those whom the node has dropped", stayed)
                    .isEqualTo(stayed);
            assertThat(counters.get("handshake.turned-out")).isPositive();
            assertThat(counters.get("handshake.too-often")).isPositive();
            assertThat(counters.get("handshake.failed")).isPositive();
            assertThat(counters.get("handshake.completed")).isGreaterThan(SLICES * THROUGH_TLS / 2);
            after.assertNoMoreThan(before);
        }
    }

    private long nanosToJoin(Mesh relay, AtomicReference<NodeId> id) throws InterruptedException {
        long began = System.nanoTime();
        try (Mesh newcomer =
                node("newcomer").peer(relay.self().locators().get(0)).join()) {
            id.set(newcomer.self().id());
            assertThat(newcomer.await("relay", PATIENCE)).isPresent();
            return System.nanoTime() - began;
        }
    }

    /**
     * What this process holds of what a stranger could make it keep: heap and Netty's direct memory to the byte, what
     * BoringSSL has taken by what the system says is resident beside the heap, descriptors, threads.
     */
    private record Holdings(long heapBytes, long directBytes, long residentBytes, int descriptors, int threads) {
        static Holdings now() throws IOException {
            return new Holdings(
                    usedHeapBytes(),
                    PlatformDependent.usedDirectMemory(),
                    residentBesideTheHeap(),
                    openFiles(),
                    ManagementFactory.getThreadMXBean().getThreadCount());
        }

        /** Threads that had work end some seconds after it. */
        static Holdings settled(Holdings before) throws IOException {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            Holdings present = now();
            while (!present.isNoMoreThan(before) && System.nanoTime() < end) {
                LockSupport.parkNanos(500_000_000);
                present = now();
            }
            return present;
        }

        private boolean isNoMoreThan(Holdings before) {
            return descriptors <= before.descriptors + DESCRIPTORS_MORE_MAX
                    && threads <= before.threads + THREADS_MORE_MAX
                    && heapBytes - before.heapBytes < HEAP_GROWTH_MAX
                    && directBytes - before.directBytes <= DIRECT_GROWTH_MAX
                    && residentBytes - before.residentBytes <= RESIDENT_GROWTH_MAX;
        }

        void assertNoMoreThan(Holdings before) {
            assertThat(this)
                    .as("what the process holds after the flood, where it held %s before", before)
                    .matches(held -> held.isNoMoreThan(before));
        }

        /** 0 where the system does not say. */
        private static int openFiles() throws IOException {
            Path own = Path.of("/proc/self/fd");
            if (!Files.isDirectory(own)) {
                return 0;
            }
            try (Stream<Path> all = Files.list(own)) {
                return (int) all.count();
            }
        }

        /**
         * What is in memory and in no file, without the heap, all of which is there from the start (see the arguments of
         * the JVM in the module's POM); 0 where the system does not say.
         */
        private static long residentBesideTheHeap() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.isReadable(status)) {
                return 0;
            }
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("RssAnon:")) {
                    long resident = Long.parseLong(line.replaceAll("\\D", "")) << 10;
                    return resident - Runtime.getRuntime().totalMemory();
                }
            }
            return 0;
        }
    }

    private static int port(Mesh mesh) {
        String address = mesh.self().locators().get(0).address();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Connections at the relay that are none of its two links. */
    private static long strangersAt(Mesh relay) {
        return counter(relay, "handshake.present") - 2;
    }

    // ------------------------------------------------------------------ strangers

    /** Slices of connections; those of one slice are closed when five more have come, the last stay. */
    private final class Flood {
        private final InetSocketAddress door;
        private final Mesh relay;
        private final ArrayDeque<List<Socket>> open = new ArrayDeque<>();
        private final SSLContext context = stranger();
        private int slice;
        private int knocked;

        Flood(InetSocketAddress door, Mesh relay) throws Exception {
            this.door = door;
            this.relay = relay;
        }

        void slices(int count) throws Exception {
            ExecutorService throughTls = Executors.newFixedThreadPool(2);
            try {
                for (int i = 0; i < count; i++) {
                    knock(throughTls);
                }
            } finally {
                throughTls.shutdown();
            }
        }

        private void knock(ExecutorService throughTls) throws Exception {
            List<Socket> strangers = new ArrayList<>();
            List<Future<?>> handshakes = new ArrayList<>();
            for (int i = 0; i < PER_SLICE; i++) {
                // Half come from one address, the others from ten for each slice.
                byte[] from = i % 2 == 0
                        ? new byte[] {127, 66, 66, 66}
                        : new byte[] {127, 67, (byte) slice, (byte) (i / 2 % 10 + 1)};
                Socket stranger = new Socket();
                stranger.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
                stranger.connect(door);
                strangers.add(stranger);
                knocked++;
                if (i % (PER_SLICE / THROUGH_TLS) == 1) {
                    boolean talks = i < PER_SLICE / 2;
                    handshakes.add(throughTls.submit(() -> throughTls(context, stranger, talks)));
                } else {
                    begin(stranger, i % 5);
                }
            }
            slice++;
            for (Future<?> handshake : handshakes) {
                handshake.get();
            }
            open.add(strangers);
            oneMoreByteOfTheSlow();
            Map<String, Long> counters = relay.statistics().counters();
            assertThat(counters.get("handshake.half-open")).isLessThanOrEqualTo(256);
            assertThat(counters.get("handshake.present")).isLessThanOrEqualTo(1_024);
            assertThat(counters.get("link.half-open")).isLessThanOrEqualTo(256);
            if (open.size() > OPEN_SLICES) {
                HandshakeFloodIT.close(open.remove());
            }
        }

        void oneMoreByteOfTheSlow() {
            for (List<Socket> each : open) {
                for (int i = 0; i < PER_SLICE; i += 5) {
                    say(each.get(i), new byte[1]);
                }
            }
        }

        int open() {
            return open.stream().mapToInt(List::size).sum();
        }

        /** How many of those who are still there were dropped by whom they called. */
        int endedByTheOther() {
            int ended = 0;
            for (List<Socket> each : open) {
                for (Socket stranger : each) {
                    ended += isEndedByTheOther(stranger) ? 1 : 0;
                }
            }
            return ended;
        }

        void close() {
            open.forEach(HandshakeFloodIT::close);
            open.clear();
        }
    }

    private static boolean isEndedByTheOther(Socket stranger) {
        assertThat(stranger.isClosed()).as("closed by the test itself").isFalse();
        try {
            stranger.setSoTimeout(2_000);
            byte[] said = new byte[4_096];
            int count = 0;
            while (count >= 0) {
                // A handshake that was not ended, or the alert that ends it.
                count = stranger.getInputStream().read(said);
            }
            return true;
        } catch (SocketTimeoutException stillThere) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private void begin(Socket stranger, int manner) {
        switch (manner) {
            case 0 -> say(stranger, BEGINNING);
            case 1 -> say(stranger, "GET / HTTP/1.1\r\nHost: weft\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            case 2 -> {
                say(stranger, noise(1 + prng.below(8_192)));
            }
            case 3 -> {
                // A record of TLS with noise in it.
                byte[] noise = noise(600);
                System.arraycopy(BEGINNING, 0, noise, 0, BEGINNING.length);
                say(stranger, noise);
            }
            default -> {}
        }
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            noise[i] = (byte) prng.nextLong();
        }
        return noise;
    }

    private static void say(Socket stranger, byte[] bytes) {
        try {
            OutputStream out = stranger.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException turnedAway) {
            // Most are, which is what the test is about.
        }
    }

    private static void throughTls(SSLContext context, Socket stranger, boolean talks) {
        try {
            SSLSocket tls =
                    (SSLSocket) context.getSocketFactory().createSocket(stranger, "weft", stranger.getPort(), false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {"weft/1"});
            tls.setSSLParameters(parameters);
            tls.setSoTimeout(5_000);
            tls.startHandshake();
            if (talks) {
                tls.getOutputStream().write(new byte[] {40, 1, 2, 3});
                tls.getOutputStream().flush();
            }
        } catch (Exception turnedAway) {
            // As above.
        }
    }

    private static SSLContext stranger() throws Exception {
        NodeKey key = NodeKey.generate();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("node", key.privateKey(), new char[0], new X509Certificate[] {key.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), new TrustManager[] {new Trusting()}, null);
        return context;
    }

    private static void close(List<Socket> strangers) {
        for (Socket stranger : strangers) {
            try {
                stranger.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static long usedHeapBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    // ------------------------------------------------------------------ traffic

    private record Pace(long messages, double seconds, long slowestMillis, long loopNanos) {
        double loopNanosPerMessage() {
            return (double) loopNanos / Math.max(1, messages);
        }

        double perSecond() {
            return messages / seconds;
        }
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** As many messages as come through, so many under way at a time. */
    private static final class Traffic {
        private final Mesh source;
        private final String relayLoop;
        private final NodeId to;
        /** A bit for each message, set when it arrives. */
        private final AtomicLongArray seen = new AtomicLongArray(MESSAGES_MAX / Long.SIZE);

        private final AtomicInteger doubled = new AtomicInteger();
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger delivered = new AtomicInteger();
        private final AtomicLong slowestNanos = new AtomicLong();
        private final ConcurrentLinkedQueue<Outcome> failed = new ConcurrentLinkedQueue<>();
        private final Semaphore window = new Semaphore(WINDOW);
        private final AtomicBoolean stopping = new AtomicBoolean();
        private final Thread thread = new Thread(this::run, "traffic");

        Traffic(Mesh source, Mesh relay, Mesh sink) throws InterruptedException {
            this.source = source;
            this.relayLoop = "weft-safe-" + relay.self().id().brief();
            sink.open("inbox", SocketKind.RDM)
                    .onMessage(
                            message -> mark(ByteBuffer.wrap(message.payload()).getInt()));
            to = source.await("sink", PATIENCE).orElseThrow().id();
            assertThat(source.route(to)).hasSize(3);
            assertThat(source.isSealed(to)).isTrue();
        }

        void start() {
            thread.start();
        }

        private void run() {
            while (!stopping.get() && sent.get() < MESSAGES_MAX) {
                window.acquireUninterruptibly();
                long began = System.nanoTime();
                byte[] payload =
                        ByteBuffer.allocate(64).putInt(sent.getAndIncrement()).array();
                source.send(to, "inbox", payload).outcome().thenAccept(outcome -> {
                    slowestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
                    delivered.incrementAndGet();
                    if (!outcome.isDelivered()) {
                        failed.add(outcome);
                    }
                    window.release();
                });
            }
        }

        /** Processor time of the relay's loop. */
        private long relayLoopNanos() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            for (long id : threads.getAllThreadIds()) {
                ThreadInfo thread = threads.getThreadInfo(id);
                if (thread != null && thread.getThreadName().equals(relayLoop)) {
                    return threads.getThreadCpuTime(id);
                }
            }
            throw new AssertionError("no thread is the relay's loop");
        }

        Pace pace(Duration atLeast, Meanwhile meanwhile) throws Exception {
            long loopBefore = relayLoopNanos();
            slowestNanos.set(0);
            int before = delivered.get();
            long began = System.nanoTime();
            meanwhile.run();
            long left = atLeast.toNanos() - (System.nanoTime() - began);
            if (left > 0) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
            return new Pace(
                    delivered.get() - before,
                    (System.nanoTime() - began) / 1e9,
                    TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()),
                    relayLoopNanos() - loopBefore);
        }

        void stop() throws InterruptedException {
            stopping.set(true);
            thread.join();
            assertThat(window.tryAcquire(WINDOW, 60, TimeUnit.SECONDS)).isTrue();
        }

        private void mark(int number) {
            long bit = 1L << number;
            long before = seen.getAndUpdate(number / Long.SIZE, bits -> bits | bit);
            if ((before & bit) != 0) {
                doubled.incrementAndGet();
            }
        }

        void assertAllDeliveredOnce() {
            assertThat(failed).isEmpty();
            assertThat(sent.get()).as("else the traffic ended before the flood").isLessThan(MESSAGES_MAX);
            int arrived = 0;
            for (int i = 0; i < seen.length(); i++) {
                arrived += Long.bitCount(seen.get(i));
            }
            assertThat(arrived).as("arrived of those sent").isEqualTo(sent.get());
            assertThat(doubled.get()).as("doubled of %d", sent.get()).isZero();
        }
    }
}
