package dev.weft.net.secure;

import dev.weft.core.base.ByteView;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Lsa;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Signs what a node advertises with the node's key, and checks what others have signed. Signing is done on the node's
 * loop: half a millisecond, and advertisements are paced to a few a second. Checks run on one thread of their own, for a
 * node that joins a mesh of a thousand has thousands; what comes of them is handed over there, many at once.
 * docs/decisions/0018-signed-advertisements.md.
 */
public final class NodeSignatory implements Signatory, AutoCloseable {
    private static final String ECDSA = "SHA256withECDSAinP1363Format";

    /** So much is found out before it is handed over, or the loop would turn for each. */
    private static final int BATCH_MAX = 64;

    private static final long BATCH_NANOS = 10_000_000L;

    private record Task(long number, Lsa lsa) {}

    private final NodeKey key;
    private final String mesh;
    private final Demand demand;
    private final Consumer<List<Checked>> out;
    private final ByteView publicKey;
    private final EcdsaVerifier verifier = new EcdsaVerifier();
    private final ConcurrentLinkedQueue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private final ThreadPoolExecutor arithmetic =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "weft-check");
                thread.setDaemon(true);
                return thread;
            });

    /** @param out takes what was found, on a thread of the signatory's */
    public NodeSignatory(NodeKey key, String mesh, Demand demand, Consumer<List<Checked>> out) {
        this.key = key;
        this.mesh = mesh;
        this.demand = demand;
        this.out = out;
        this.publicKey = P256Point.of(key.publicKey());
        arithmetic.allowCoreThreadTimeOut(true);
    }

    @Override
    public void close() {
        arithmetic.shutdown();
        tasks.clear();
    }

    @Override
    public Demand demand() {
        return demand;
    }

    @Override
    public ByteView publicKey() {
        return publicKey;
    }

    @Override
    public ByteView sign(ByteView statement) {
        try {
            Signature signature = Signature.getInstance(ECDSA);
            signature.initSign(key.privateKey());
            signature.update(statement.toByteArray());
            return ByteView.of(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign with the node's key", e);
        }
    }

    @Override
    public Verdict check(long task, Lsa lsa) {
        if (!P256Point.nodeIdOf(lsa.originKey()).equals(Optional.of(lsa.key().origin()))) {
            return Verdict.FORGED;
        }
        tasks.add(new Task(task, lsa.compact()));
        wake();
        return Verdict.LATER;
    }

    private void wake() {
        if (running.compareAndSet(false, true)) {
            try {
                arithmetic.execute(this::work);
            } catch (RejectedExecutionException closed) {
                // The node has left, and nobody waits for it any more.
                tasks.clear();
            }
        }
    }

    private void work() {
        List<Checked> found = new ArrayList<>();
        long beganNanos = System.nanoTime();
        for (Task next = tasks.poll(); next != null; next = tasks.poll()) {
            found.add(new Checked(next.number(), verdict(next.lsa())));
            if (found.size() == BATCH_MAX || System.nanoTime() - beganNanos >= BATCH_NANOS) {
                out.accept(found);
                found = new ArrayList<>();
                beganNanos = System.nanoTime();
            }
        }
        running.set(false);
        if (!found.isEmpty()) {
            out.accept(found);
        }
        if (!tasks.isEmpty()) {
            wake();
        }
    }

    private Verdict verdict(Lsa lsa) {
        return verifier.isBy(lsa.originKey(), lsa.statement(mesh), lsa.signature()) ? Verdict.GENUINE : Verdict.FORGED;
    }
}
