package dev.weft.core.socket;

import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Manner;
import dev.weft.core.wire.FlowLabel;

/**
 * An endpoint that accepts connections: under which terms, and how many wait for the application to take them.
 *
 * <p>Owned by {@link Connections}.
 */
final class Listener {
    private final long number;
    private final String endpoint;
    private final SocketKind kind;
    private final Manner manner;
    private final long patienceNanos;
    private final int backlogMax;
    private int waiting;

    /**
     * @param manner how what is sent from here over its connections travels
     * @param backlogMax how many may wait
     */
    Listener(long number, String endpoint, SocketKind kind, Manner manner, long patienceNanos, int backlogMax) {
        this.number = number;
        this.endpoint = endpoint;
        this.kind = kind;
        this.manner = manner;
        this.patienceNanos = patienceNanos;
        this.backlogMax = backlogMax;
    }

    long number() {
        return number;
    }

    String endpoint() {
        return endpoint;
    }

    Manner manner() {
        return manner;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    /**
     * Whether a flow that was begun by another node suits this listener.
     *
     * @param secrecy of what comes over it
     */
    Acceptance admit(FlowLabel label, Secrecy secrecy) {
        if (kind != label.kind()) {
            return Acceptance.WRONG_KIND;
        }
        if (!Connections.meets(secrecy, manner.secrecy())) {
            return Acceptance.NOT_SEALED;
        }
        return waiting >= backlogMax ? Acceptance.QUEUE_FULL : Acceptance.TAKEN;
    }

    /** One more connection waits. */
    void queued() {
        waiting++;
    }

    /** One waits no more: the application has taken it, or it has ended. */
    void dequeued() {
        waiting--;
    }
}
