package dev.weft.sim;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of messages: who sent what, what the application really received, and what each sender was told. Knows
 * more than any node and never forgets.
 */
final class Journal {
    /** A message and its fate as seen from outside. */
    static final class Entry {
        final int number;
        final int origin;
        final int destination;
        final SocketKind kind;
        final long payloadHash;
        int received;

        @Nullable
        Outcome outcome;

        boolean originDied;
        boolean destinationDied;

        Entry(int number, int origin, int destination, SocketKind kind, long payloadHash) {
            this.number = number;
            this.origin = origin;
            this.destination = destination;
            this.kind = kind;
            this.payloadHash = payloadHash;
        }

        @Override
        public String toString() {
            return "message " + number + " (" + kind + ", node " + origin + " to node " + destination + ", received "
                    + received + " times, outcome " + outcome + ")";
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Violations violations;
    private final long[] outcomes = new long[Outcome.Kind.values().length];
    private long orphaned;
    private long receivedCount;

    Journal(Violations violations) {
        this.violations = violations;
    }

    /** The bytes of the next message: its number, then filling. */
    static ByteView payload(long number, int bytes) {
        WireWriter out = new WireWriter(bytes + 8);
        out.u64(number);
        byte[] filling = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            filling[i] = (byte) (number * 31 + i);
        }
        return out.bytes(ByteView.of(filling)).view();
    }

    /** All messages from that number on. */
    List<Entry> since(int number) {
        return List.copyOf(entries.subList(number, entries.size()));
    }

    int nextNumber() {
        return entries.size();
    }

    void sent(int origin, int destination, SocketKind kind, ByteView payload) {
        entries.add(new Entry(entries.size(), origin, destination, kind, payload.hash64()));
    }

    /** Messages that applications have received, however often each. */
    long receivedCount() {
        return receivedCount;
    }

    void received(int node, ByteView payload) {
        long number = 0;
        for (int i = 0; i < 8; i++) {
            number = number << 8 | payload.at(i) & 0xff;
        }
        if (number >= entries.size()) {
            violations.add("nothing unsent is delivered", "node " + node + " received message " + number);
            return;
        }
        Entry entry = entries.get((int) number);
        entry.received++;
        receivedCount++;
        if (entry.destination != node) {
            violations.add("delivered to its destination only", entry + " came to node " + node);
        }
        if (entry.payloadHash != payload.hash64()) {
            violations.add("delivered unaltered", entry.toString());
        }
        if (entry.received > 1) {
            violations.add("delivered at most once", entry.toString());
        }
        judge(entry);
    }

    void settled(int number, Outcome outcome) {
        Entry entry = entries.get(number);
        if (entry.outcome != null) {
            violations.add("one outcome per ticket", entry + ", now " + outcome);
        }
        entry.outcome = outcome;
        outcomes[outcome.kind().ordinal()]++;
        judge(entry);
    }

    /** What a node had not been told when it crashed it never will be. */
    void crashed(int node) {
        for (Entry entry : entries) {
            if (entry.origin == node && entry.outcome == null && !entry.originDied) {
                entry.originDied = true;
                orphaned++;
            }
            if (entry.destination == node) {
                entry.destinationDied = true;
            }
        }
    }

    private void judge(Entry entry) {
        Outcome outcome = entry.outcome;
        if (outcome == null) {
            return;
        }
        switch (outcome.kind()) {
            case DELIVERED -> {
                if (entry.received != 1) {
                    violations.add("delivered means received", entry.toString());
                }
            }
            case REJECTED, UNDELIVERABLE, EXPIRED -> {
                if (entry.received != 0) {
                    violations.add("not delivered means not received", entry.toString());
                }
            }
            case UNKNOWN -> {}
        }
    }

    long open() {
        return entries.size() - settledCount() - orphaned;
    }

    private long settledCount() {
        long settled = 0;
        for (long count : outcomes) {
            settled += count;
        }
        return settled;
    }

    /** After faults have stopped: every ticket has ended. */
    void requireAllSettled() {
        for (Entry entry : entries) {
            if (entry.outcome == null && !entry.originDied) {
                violations.add("every ticket ends", entry.toString());
                return;
            }
        }
    }

    int size() {
        return entries.size();
    }

    long outcomes(Outcome.Kind kind) {
        return outcomes[kind.ordinal()];
    }

    long orphaned() {
        return orphaned;
    }
}
