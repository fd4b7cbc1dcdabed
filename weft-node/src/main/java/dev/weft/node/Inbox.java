package dev.weft.node;

import dev.weft.Endpoint;
import dev.weft.Message;
import dev.weft.SocketKind;
import dev.weft.core.flow.ReceiveBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * An endpoint's queue between the loop, which adds, and the application, which takes. A message counts as delivered
 * when it is in this queue; the engine keeps that within its bounds and is told what was taken.
 */
final class Inbox implements Endpoint {
    /** Hears how much has been taken since the last time; called on the application's threads. */
    interface Taken {
        void taken(long charge);
    }

    private final String name;
    private final SocketKind kind;
    private final Runnable unregister;
    private final Taken taken;
    private final Mailbox<Message> mailbox;
    /** What the engine is told at a time of what was taken. */
    private long toldBytes;

    private long untoldBytes;

    Inbox(String name, SocketKind kind, long capacityBytes, Executor callbacks, Runnable unregister, Taken taken) {
        this.name = name;
        this.kind = kind;
        this.toldBytes = capacityBytes / 8;
        this.unregister = unregister;
        this.taken = taken;
        this.mailbox = new Mailbox<>("endpoint '" + name + "'", callbacks, this::count);
    }

    /** Called on the loop; never waits for the application. */
    void add(Message message) {
        mailbox.add(message);
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
        mailbox.locked(() -> {
            toldBytes = 0;
            if (untoldBytes > 0) {
                taken.taken(untoldBytes);
                untoldBytes = 0;
            }
        });
    }

    private void count(Message message) {
        untoldBytes += ReceiveBuffer.charge(message.payload().length);
        if (untoldBytes >= toldBytes) {
            taken.taken(untoldBytes);
            untoldBytes = 0;
        }
    }
}
