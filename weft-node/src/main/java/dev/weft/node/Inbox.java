package dev.weft.node;

import dev.weft.Endpoint;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.wire.Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An endpoint's queue between the loop, which adds, and the application, which takes. A message counts as delivered
 * when it is in this queue, before its acknowledgement leaves; the engine keeps that within its bounds and is told what was taken.
 */
final class Inbox implements Endpoint {
    /** Hears how much has been taken since the last time; called on the application's threads. */
    interface Taken {
        void taken(long charge);
    }

    /** Bundles handed over together: few beside what may wait here. */
    private static final int TOGETHER_MAX = 16;

    /** What came together: each message gets an array of its own as it is taken, on the thread that takes it. */
    private record Arrived(NodeId from, int hops, Iterator<ByteView> payloads) implements Iterator<Message> {
        @Override
        public boolean hasNext() {
            return payloads.hasNext();
        }

        @Override
        public Message next() {
            return new Message(from, payloads.next().intoByteArray(), hops);
        }
    }

    private final String name;
    private final SocketKind kind;
    private final Runnable unregister;
    private final Taken taken;
    private final Mailbox<Message> mailbox;
    /** What has come in this turn; the loop's own. */
    private final List<Iterator<Message>> gathered = new ArrayList<>(0);
    /** What the engine is told at a time of what was taken. */
    private volatile long toldBytes;

    private final AtomicLong untoldBytes = new AtomicLong();

    Inbox(String name, SocketKind kind, long capacityBytes, Executor callbacks, Runnable unregister, Taken taken) {
        this.name = name;
        this.kind = kind;
        this.toldBytes = capacityBytes / 8;
        this.unregister = unregister;
        this.taken = taken;
        this.mailbox = new Mailbox<>(() -> "endpoint '" + name + "'", TOGETHER_MAX, callbacks, new Count());
    }

    /** Takes messages; returns true for the first since the last {@link #flush}. Called on the loop. */
    boolean add(Endpoints.Delivery delivery) {
        boolean wasEmpty = gathered.isEmpty();
        List<ByteView> payloads = Bundle.compact(delivery.payloads());
        gathered.add(new Arrived(delivery.from(), delivery.hops(), payloads.iterator()));
        return wasEmpty;
    }

    /** The turn ends: the application gets what has come in it. Called on the loop; never waits for the application. */
    void flush() {
        mailbox.addAll(gathered);
        gathered.clear();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SocketKind kind() {
        return kind;
    }

    @Override
    public Message receive() throws InterruptedException {
        return mailbox.take();
    }

    @Override
    public Optional<Message> receive(Duration timeout) throws InterruptedException {
        return mailbox.take(timeout);
    }

    @Override
    public void onMessage(Consumer<Message> handler) {
        mailbox.onEach(handler);
    }

    @Override
    public void close() {
        if (mailbox.close()) {
            unregister.run();
        }
    }

    /** The node has gone: nothing more will come, and those who wait are told. */
    void end() {
        mailbox.close();
    }

    /** Tells the engine what was taken, however little, and does so from now on: others wait for the room. */
    void tellAtOnce() {
        toldBytes = 0;
        tell();
    }

    /** Counts what was taken; what a handler gets without meeting other threads in the count for each message. */
    private final class Count implements Mailbox.Taken<Message> {
        private long handedBytes;

        @Override
        public void byThread(Message message) {
            count(ReceiveBuffer.charge(message.payload().length));
        }

        @Override
        public void byHandler(Message message) {
            handedBytes += ReceiveBuffer.charge(message.payload().length);
            if (handedBytes >= toldBytes) {
                byHandlerSoFar();
            }
        }

        @Override
        public void byHandlerSoFar() {
            long handed = handedBytes;
            handedBytes = 0;
            count(handed);
        }
    }

    private void count(long bytes) {
        if (untoldBytes.addAndGet(bytes) >= toldBytes) {
            tell();
        }
    }

    private void tell() {
        long bytes = untoldBytes.getAndSet(0);
        if (bytes > 0) {
            taken.taken(bytes);
        }
    }
}
