package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Bundle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one thread sends to one endpoint until the loop comes to take it: handed over once, with its first message; packed
 * as it will travel; settled once. So a fast sender meets the loop once for some hundred messages, and a slow one is
 * never waited for.
 *
 * <p>One thread adds, the one that made it; the loop takes, once. They meet in one word, which says how much there is:
 * what the thread has laid down counts when it has moved the word on, and it cannot any more when the loop has marked it.
 */
final class Burst extends Fate implements Handovers.Input, Pending, Runnable {
    /** As many as a flow sends under one number. */
    private static final int BYTES_MAX = FlowConfig.DEFAULT.fragmentBytes();

    /** What is larger is sent alone: to lay it beside others would cost more than it saves. */
    private static final int MESSAGE_BYTES_MAX = 2 << 10;

    private static final int FIRST_ROOM_BYTES = 1 << 10;
    private static final int FIRST_TICKETS = 16;
    private static final int GROWTH = 4;

    /** So many tickets' handlers are told by one task: what waits in one holds up the others of these. */
    private static final int TOLD_TOGETHER = 16;

    /** For so many messages like the one at hand room is taken at a time, lest senders and loop meet in its counts for each. */
    private static final int LENT_AHEAD = 8;

    private static final byte[] NOTHING = {};
    private static final VarHandle STATE = field("state", long.class);
    private static final VarHandle TOLD = field("told", int.class);

    /**
     * How far it is.
     * <pre>
     *   bit 63  the loop has taken it
     *   42..62  room that was taken from the account for messages to come
     *   32..41  how many messages there are
     *   16..31  how many bytes they have
     *    0..15  how many they take packed
     * </pre>
     */
    private static final long TAKEN = Long.MIN_VALUE;

    private final Thread owner = Thread.currentThread();
    private final Course course;
    private final SendBudget.Account account;

    /** The first message; packed as well where there are more. */
    private byte[] alone;

    /** Room for all, of which the loop reads what the state says; null while there is one. */
    private volatile byte @Nullable [] packed;

    private final TicketEnd first;
    /** The same for their tickets, the first one's included. */
    private volatile @Nullable TicketEnd @Nullable [] tickets;

    private volatile long state;

    /** How many messages the loop has taken, and the room that they were lent. */
    private int count;

    private long charge;
    /** The same of those that did not come. */
    private long unusedCharge;

    /** For how many tickets tasks have begun to tell the handlers. */
    @SuppressWarnings("unused") // by TOLD
    private volatile int told;

    /**
     * @param account has lent the charge of the message
     * @param payload this burst's own
     */
    Burst(Course course, SendBudget.Account account, byte[] payload, long number) {
        this.course = course;
        this.account = account;
        this.alone = payload;
        this.first = new TicketEnd(number, this);
        this.state = payload.length > MESSAGE_BYTES_MAX
                ? state(0, 1, 0, BYTES_MAX)
                : state(0, 1, payload.length, Bundle.bytesOf(payload.length));
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Burst.class, name, type);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("a field of this class", impossible);
        }
    }

    private static long state(long lent, int count, int payloadBytes, int packedBytes) {
        return lent << 42 | (long) count << 32 | (long) payloadBytes << 16 | packedBytes;
    }

    private static long lent(long state) {
        return (state & ~TAKEN) >>> 42;
    }

    private static int count(long state) {
        return (int) (state >>> 32) & 0x3ff;
    }

    private static int payloadBytes(long state) {
        return (int) state >>> 16;
    }

    private static int packedBytes(long state) {
        return (int) state & 0xffff;
    }

    /** The first message's. */
    TicketEnd ticket() {
        return first;
    }

    /** Adds a message, whose bytes are copied; null where it has to begin another burst. On any thread. */
    @Nullable
    TicketEnd add(byte[] payload, LongSupplier numbers) {
        long before = state;
        int at = count(before);
        int end = packedBytes(before) + Bundle.bytesOf(payload.length);
        if (before < 0
                || owner != Thread.currentThread()
                || payload.length > MESSAGE_BYTES_MAX
                || at == Bundle.MESSAGES_MAX
                || end > BYTES_MAX) {
            return null;
        }
        long cost = SendBudget.charge(payload.length);
        long lentNow = lent(before) >= cost ? 0 : LENT_AHEAD * cost;
        if (lentNow > 0 && !account.tryTake(lentNow)) {
            return null;
        }
        TicketEnd ticket = new TicketEnd(numbers.getAsLong(), this);
        pack(room(end), packedBytes(before), payload);
        places(at)[at] = ticket;
        long after = state(lent(before) + lentNow - cost, at + 1, payloadBytes(before) + payload.length, end);
        if (!STATE.compareAndSet(this, before, after)) {
            if (lentNow > 0) {
                account.give(lentNow);
            }
            return null;
        }
        return ticket;
    }

    /** Room for so many bytes, with what is packed. */
    private byte[] room(int bytes) {
        byte[] present = packed;
        if (present == null) {
            present = new byte[Math.max(bytes, FIRST_ROOM_BYTES)];
            pack(present, 0, alone);
            packed = present;
        } else if (present.length < bytes) {
            present = Arrays.copyOf(present, Math.min(BYTES_MAX, Math.max(bytes, GROWTH * present.length)));
            packed = present;
        }
        return present;
    }

    private static void pack(byte[] room, int at, byte[] payload) {
        int begin = at;
        int length = payload.length;
        while (length > 0x7f) {
            room[begin++] = (byte) (length | 0x80);
            length >>>= 7;
        }
        room[begin++] = (byte) length;
        System.arraycopy(payload, 0, room, begin, payload.length);
    }

    /** Room for another ticket. */
    private @Nullable TicketEnd[] places(int used) {
        @Nullable TicketEnd[] present = tickets;
        if (present == null) {
            present = new @Nullable TicketEnd[Math.max(used + 1, FIRST_TICKETS)];
            present[0] = first;
            tickets = present;
        } else if (present.length <= used) {
            present = Arrays.copyOf(present, GROWTH * used);
            tickets = present;
        }
        return present;
    }

    /** On the loop, once, in a turn: what is to be sent. */
    Send take() {
        Send send = end();
        if (unusedCharge > 0) {
            account.giveInTurn(unusedCharge);
        }
        return send;
    }

    /** Nothing is added from now on. */
    private Send end() {
        long taken = (long) STATE.getAndBitwiseOr(this, TAKEN);
        count = count(taken);
        byte[] together = packed;
        int payloadBytes = alone.length;
        List<ByteView> messages = List.of(ByteView.of(alone));
        if (count > 1 && together != null) {
            payloadBytes = payloadBytes(taken);
            messages = Bundle.of(ByteView.of(together, 0, packedBytes(taken)).compact(), count, payloadBytes);
        }
        charge = count * SendBudget.OVERHEAD_BYTES + payloadBytes;
        unusedCharge = lent(taken);
        return course.send(this, messages);
    }

    @Override
    public void run(Engine engine, long nowNanos) {
        engine.send(take(), nowNanos);
    }

    @Override
    public void settle(Outcome outcome, Executor callbacks) {
        account.giveInTurn(charge);
        tell(outcome, callbacks);
    }

    @Override
    public void lapse(Executor callbacks) {
        end();
        account.give(charge + unusedCharge);
        tell(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED), callbacks);
    }

    private void tell(Outcome outcome, Executor callbacks) {
        // Whoever keeps a ticket keeps this.
        alone = NOTHING;
        packed = null;
        course.ended(this);
        if (!decide(outcome)) {
            tickets = null;
            return;
        }
        for (int left = count; left > 0; left -= TOLD_TOGETHER) {
            callbacks.execute(this);
        }
    }

    /** Tells the handlers of the next tickets. */
    @Override
    public void run() {
        // Taken away after the last were begun, so not before this.
        @Nullable TicketEnd[] all = tickets;
        int begin = (int) TOLD.getAndAdd(this, TOLD_TOGETHER);
        int end = Math.min(count, begin + TOLD_TOGETHER);
        for (int i = begin; i < end; i++) {
            ticket(all, i).run();
        }
        if (end == count) {
            tickets = null;
        }
    }

    private TicketEnd ticket(@Nullable TicketEnd @Nullable [] all, int index) {
        return index == 0 || all == null ? first : Objects.requireNonNull(all[index]);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long number() {
        return first.number();
    }

    @Override
    public long number(int index) {
        return ticket(tickets, index).number();
    }
}
