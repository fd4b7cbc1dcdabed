package dev.weft.bench.scenario;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron, by UDP with a media driver in each process, or by shared memory with one driver in the first end's process.
 * All idle strategies back off, as everywhere else nobody spins either.
 */
final class AeronStation implements Station {
    private static final int STREAM_TO_ENDS = 1_000;
    private static final int STREAM_TO_ORIGIN = 2_000;
    private static final int MTU_BYTES = 8 << 10;
    private static final int FRAGMENTS_PER_POLL = 256;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Setting setting;
    private final Optional<MediaDriver> driver;
    private final Aeron aeron;
    private final List<Publication> targets = new ArrayList<>();
    private final UnsafeBuffer outgoing = new UnsafeBuffer();
    private final IdleStrategy sending = new BackoffIdleStrategy();
    private final Listener listener;
    private volatile boolean closed;

    AeronStation(Setting setting, Listener listener) {
        this.setting = setting;
        this.listener = listener;
        Path directory = setting.directory().resolve(isIpc() ? "aeron" : "aeron-" + setting.name());
        boolean drives = !isIpc() || !setting.role().isOrigin() && setting.index() == 0;
        this.driver = drives
                ? Optional.of(MediaDriver.launch(new MediaDriver.Context()
                        .aeronDirectoryName(directory.toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .mtuLength(MTU_BYTES)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true)))
                : Optional.empty();
        this.aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()));
    }

    private boolean isIpc() {
        return setting.contender() == Contender.AERON_IPC;
    }

    @Override
    public String listen() throws IOException {
        String channel = isIpc() ? "aeron:ipc" : "aeron:udp?endpoint=127.0.0.1:" + Ports.unusedByUdp();
        int stream = setting.role().isOrigin() ? STREAM_TO_ORIGIN : STREAM_TO_ENDS;
        Subscription subscription = aeron.addSubscription(channel, stream);
        Thread taker = new Thread(() -> take(subscription), "aeron-taker");
        taker.setDaemon(true);
        taker.start();
        return stream + "@" + channel;
    }

    private void take(Subscription subscription) {
        IdleStrategy idle = new BackoffIdleStrategy();
        FragmentAssembler assembler = new FragmentAssembler((buffer, offset, length, header) -> {
            byte[] message = new byte[length];
            buffer.getBytes(offset, message);
            listener.onMessage(message);
        });
        while (!closed) {
            idle.idle(subscription.poll(assembler, FRAGMENTS_PER_POLL));
        }
    }

    @Override
    public void dial(List<String> addresses) {
        // All who listen on one stream of shared memory are reached by one publication.
        for (String address : new LinkedHashSet<>(addresses)) {
            int at = address.indexOf('@');
            targets.add(aeron.addPublication(address.substring(at + 1), Integer.parseInt(address.substring(0, at))));
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (Publication target : targets) {
            while (!target.isConnected()) {
                checkPatience(deadline);
                sending.idle();
            }
        }
    }

    @Override
    public void send(byte[] message) {
        outgoing.wrap(message);
        for (Publication target : targets) {
            if (target.offer(outgoing) < 0) {
                offerAgain(target);
            }
        }
    }

    private void offerAgain(Publication target) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        sending.reset();
        for (long result = target.offer(outgoing); result < 0; result = target.offer(outgoing)) {
            if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                throw new IllegalStateException("the publication has ended: " + Publication.errorString(result));
            }
            checkPatience(deadline);
            sending.idle();
        }
    }

    private void checkPatience(long deadline) {
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException("nobody takes what " + setting.name() + " sends");
        }
    }

    @Override
    public void close() {
        closed = true;
        aeron.close();
        driver.ifPresent(MediaDriver::close);
    }
}
