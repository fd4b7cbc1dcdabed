package dev.weft.core.discovery;

import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Beacon;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Answers to beacons that ask: one source is answered once in 5 s to itself and once to all, all sources together at a
 * bounded rate, and no question that is smaller than its answer. Apart, for what one node of a host has been told alone
 * must not keep this node silent when another asks whether it lives.
 *
 * <p>Called by {@link Beacons} alone.
 */
final class Answers {
    interface Output {
        void answer(String source, Audience audience);
    }

    /** Who is to hear an answer. */
    enum Audience {
        WHO_ASKED,
        ALL
    }

    private static final long SOURCE_PAUSE_NANOS = 5_000_000_000L;
    private static final int TOKENS_MAX = 20;
    private static final long TOKEN_NANOS = 100_000_000L;
    private static final int WAITING_MAX = 256;

    private record Answer(long atNanos, long number, String source, Audience audience) {}

    private record Answered(String source, Audience audience, long atNanos) {
        private boolean covers(String other, Audience wanted) {
            return source.equals(other) && audience == wanted;
        }
    }

    private final Output out;
    private final PriorityQueue<Answer> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Answer::atNanos).thenComparingLong(Answer::number));
    private final ArrayDeque<Answered> lately = new ArrayDeque<>();
    private int tokens = TOKENS_MAX;
    private long tokenNanos;
    private long count;

    Answers(Output out) {
        this.out = out;
    }

    void schedule(String source, Audience audience, int questionBytes, long atNanos, long nowNanos) {
        while (!lately.isEmpty() && nowNanos - lately.element().atNanos() >= SOURCE_PAUSE_NANOS) {
            lately.remove();
        }
        boolean answeredLately = lately.stream().anyMatch(answered -> answered.covers(source, audience));
        refill(nowNanos);
        if (answeredLately || tokens == 0 || waiting.size() >= WAITING_MAX || questionBytes < Beacon.QUESTION_BYTES) {
            return;
        }
        tokens--;
        lately.add(new Answered(source, audience, nowNanos));
        waiting.add(new Answer(atNanos, count++, source, audience));
    }

    void handleTime(long nowNanos) {
        while (nextDeadlineNanos() <= nowNanos) {
            Answer answer = waiting.remove();
            out.answer(answer.source(), answer.audience());
        }
    }

    long nextDeadlineNanos() {
        Answer first = waiting.peek();
        return first == null ? Deadlines.NEVER : first.atNanos();
    }

    private void refill(long nowNanos) {
        long earned = (nowNanos - tokenNanos) / TOKEN_NANOS;
        tokens = (int) Math.min(TOKENS_MAX, tokens + earned);
        tokenNanos += earned * TOKEN_NANOS;
    }
}
