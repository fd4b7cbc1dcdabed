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
import java.util.function.Consumer;
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
    private static final int FIRST_HEARERS = 16;
    private static final int GROWTH = 4;

    /** So many tickets' handlers are told by one task: what waits in one holds up the others of these. */
    private static final int TOLD_TOGETHER = 16;

    /**
     * For so many messages like the one at hand room is taken at a time, and for as many as there are where they are more,
     * lest senders and loop meet in its counts for each.
     */
    private static final int LENT_AHEAD_MIN = 15;

    /** Numbers of sends. */
    interface Numbers {
        /** The first of so many in a row, which nothing else has. */
        long take(int count);
    }

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

    private final long firstNumber;
    /** Of the second message; those after it have the next ones. */
    private long secondNumber;

    /** Who hears of the first message: a {@link TicketEnd}, or a handler. */
    private final Object first;
    /** The same for all, the first one's included. */
    private volatile @Nullable Object @Nullable [] hearers;

    private volatile long state;

    /** How many messages the loop has taken, and the room that they were lent. */
    private int count;

    private long charge;
    /** The same of those that did not come. */
    private long unusedCharge;

    /** For how many messages tasks have begun to tell who hears of them. */
    @SuppressWarnings("unused") // by TOLD
    private volatile int told;

    /**
     * @param account has lent the charge of the message
     * @param payload this burst's own
     * @param handler who hears of the first message; null where there is to be a ticket
     */
    Burst(Course course, SendBudget.Account account, byte[] payload, long number, @Nullable Consumer<Outcome> handler) {
        this.course = course;
        this.account = account;
        this.alone = payload;
        this.firstNumber = number;
        if (handler == null) {
            this.first = new TicketEnd(number, this);
        } else {
            this.first = handler;
            ask();
        }
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
        return (TicketEnd) first;
    }

    /** Adds a message, whose bytes are copied; null where it has to begin another burst. On any thread. */
    @Nullable
    TicketEnd add(byte[] payload, Numbers numbers) {
        long before = state;
        if (!admits(before, payload)) {
            return null;
        }
        TicketEnd ticket = new TicketEnd(nextNumber(before, numbers), this);
        return lay(before, payload, ticket) ? ticket : null;
    }

    /** The same for a message of whose outcome a handler hears; its number, or 0 where it has to begin another burst. */
    long add(byte[] payload, Numbers numbers, Consumer<Outcome> handler) {
        long before = state;
        if (!admits(before, payload)) {
            return 0;
        }
        long number = nextNumber(before, numbers);
        ask();
        return lay(before, payload, handler) ? number : 0;
    }

    private boolean admits(long present, byte[] payload) {
        return present >= 0
                && owner == Thread.currentThread()
                && payload.length <= MESSAGE_BYTES_MAX
                && count(present) < Bundle.MESSAGES_MAX
                && packedBytes(present) + Bundle.bytesOf(payload.length) <= BYTES_MAX;
    }

    private long nextNumber(long present, Numbers numbers) {
        if (secondNumber == 0) {
            secondNumber = numbers.take(Bundle.MESSAGES_MAX - 1);
        }
        return secondNumber + count(present) - 1;
    }

    /** Lays a message down where the state says, and moves it on; false where the loop has taken all, or there is no room. */
    private boolean lay(long before, byte[] payload, Object hearer) {
        int at = count(before);
        int end = packedBytes(before) + Bundle.bytesOf(payload.length);
        long cost = SendBudget.charge(payload.length);
        long lentNow = lent(before) >= cost ? 0 : lentAhead(before, payload.length) * cost;
        if (lentNow > 0 && !account.tryTake(lentNow)) {
            return false;
        }
        pack(room(end), packedBytes(before), payload);
        places(at)[at] = hearer;
        long after = state(lent(before) + lentNow - cost, at + 1, payloadBytes(before) + payload.length, end);
        if (!STATE.compareAndSet(this, before, after)) {
            if (lentNow > 0) {
                account.give(lentNow);
            }
            return false;
        }
        return true;
    }

    /** For how many messages like this one room is taken: for no more than there is a place for. */
    private static long lentAhead(long present, int payloadBytes) {
        int fit = (BYTES_MAX - packedBytes(present)) / Bundle.bytesOf(payloadBytes);
        return Math.min(Math.max(LENT_AHEAD_MIN, count(present)), Math.min(fit, Bundle.MESSAGES_MAX - count(present)));
    }

    /** Room for so many bytes, with what is packed. */
    private byte[] room(int bytes) {
        byte[] present = packed;
        if (present == null) {
            present = new byte[Math.max(bytes, Math.max(FIRST_ROOM_BYTES, course.expectedBytes()))];
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

    /** Room for one more who is to hear. */
    private @Nullable Object[] places(int used) {
        @Nullable Object[] present = hearers;
        if (present == null) {
            present = new @Nullable Object[Math.max(used + 1, FIRST_HEARERS)];
            present[0] = first;
            hearers = present;
        } else if (present.length <= used) {
            present = Arrays.copyOf(present, GROWTH * used);
            hearers = present;
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
        course.noteTaken(count > 1 ? packedBytes(taken) : 0);
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
            hearers = null;
            return;
        }
        for (int left = count; left > 0; left -= TOLD_TOGETHER) {
            callbacks.execute(this);
        }
    }

    /** Tells those who hear of the next messages. */
    @Override
    @SuppressWarnings("unchecked") // what was put there as a handler
    public void run() {
        // Taken away after the last were begun, so not before this.
        @Nullable Object[] all = hearers;
        Outcome verdict = Objects.requireNonNull(outcome());
        int begin = (int) TOLD.getAndAdd(this, TOLD_TOGETHER);
        int end = Math.min(count, begin + TOLD_TOGETHER);
        for (int i = begin; i < end; i++) {
            Object hearer = i == 0 || all == null ? first : Objects.requireNonNull(all[i]);
            if (hearer instanceof TicketEnd ticket) {
                ticket.run();
            } else {
                Callbacks.tell((Consumer<Outcome>) hearer, verdict);
            }
        }
        if (end == count) {
            hearers = null;
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long number() {
        return firstNumber;
    }

    @Override
    public long number(int index) {
        return index == 0 ? firstNumber : secondNumber + index - 1;
    }
}
