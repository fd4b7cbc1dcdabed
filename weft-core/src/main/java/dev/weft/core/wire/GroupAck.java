package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What members say to frames for many: from the end of a branch to the node before it, gathered on the way, or straight
 * to the origin. Equal verdicts of neighboring nodes are one run, so "all of this branch have it" takes a few bytes
 * however large the branch. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------+-------------+---------+----------------------------------------------------------------+
 *   | origin (16) | incarnation | answers | transmission varint, runs u8, then for each run:               |
 *   |             |   varint    |   u8    | gap varint, length - 1 varint, verdict u8, with 128 where the  |
 *   |             |             |         | frame has met congestion on its way to them, and with 64       |
 *   |             |             |         | where they vouch for it: their code (8)                        |
 *   +-------------+-------------+---------+----------------------------------------------------------------+
 * </pre>
 * Where nodes seal, what settles a message is vouched for by each member with a code that only its origin can check.
 * The codes of a run are added up by exclusive or, so that one of eight bytes stands for all of it (Katz and Lindell,
 * Aggregate message authentication codes, 2008).
 *
 *
 * @param origin whose frames
 * @param incarnation in which life
 * @param answers 1 to 64
 */
public record GroupAck(NodeId origin, long incarnation, List<Answer> answers) implements Frame {
    /** The most answers in one frame. */
    public static final int ANSWERS_MAX = 64;

    /** The most runs in one answer; what does not fit is asked for again. */
    public static final int RUNS_MAX = 128;

    private static final int MARK_BIT = 0x80;
    private static final int CODE_BIT = 0x40;
    private static final String LABEL = "weft/1 answer";

    /**
     * The verdict of all members that begin in a part of the origin's layout.
     *
     * @param from its beginning
     * @param to one past its end
     * @param congestion whether the frame that they judge has met any
     * @param code of their {@link #statement}, those of all of them added up; empty where they do not vouch for it
     */
    public record Run(int from, int to, Verdict verdict, RouteHeader.Mark congestion, OptionalLong code) {
        public Run {
            Check.that(from >= 0 && to > from, "a run from %d to %d", from, to);
        }

        /** Nobody vouches for it. */
        public Run(int from, int to, Verdict verdict, RouteHeader.Mark congestion) {
            this(from, to, verdict, congestion, OptionalLong.empty());
        }

        /** Of a frame that has met no congestion, or of none at all. */
        public Run(int from, int to, Verdict verdict) {
            this(from, to, verdict, RouteHeader.Mark.NONE);
        }

        /** The same of a larger part of the layout. */
        public Run widened(int earlier, int later) {
            return new Run(earlier, later, verdict, congestion, code);
        }

        public boolean saysTheSameAs(Run other) {
            return verdict.equals(other.verdict)
                    && congestion == other.congestion
                    && code.isPresent() == other.code.isPresent();
        }

        /** This one and the next, which begins where it ends and says the same. */
        public Run with(Run next) {
            Check.that(next.from == to && saysTheSameAs(next), "a run to %d and one from %d", to, next.from);
            OptionalLong both =
                    code.isPresent() ? OptionalLong.of(code.getAsLong() ^ next.code.getAsLong()) : OptionalLong.empty();
            return new Run(from, next.to, verdict, congestion, both);
        }
    }

    /**
     * What is known of one transmission.
     *
     * @param runs ascending, apart from each other
     */
    public record Answer(long transmission, List<Run> runs) {
        public Answer {
            runs = List.copyOf(runs);
            Check.that(!runs.isEmpty() && runs.size() <= RUNS_MAX, "an answer of %d runs", runs.size());
        }
    }

    public GroupAck {
        answers = List.copyOf(answers);
        Check.that(!answers.isEmpty() && answers.size() <= ANSWERS_MAX, "%d answers", answers.size());
    }

    /** Whether codes vouch for all that it says, so that it need not be sealed. */
    public boolean isVouchedFor() {
        for (Answer answer : answers) {
            for (Run run : answer.runs()) {
                if (run.code().isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What a member vouches for: which message, by which transmission, and what it says to it. */
    public static ByteView statement(long message, long transmission, Verdict verdict, RouteHeader.Mark congestion) {
        int said = verdict.code() | (congestion == RouteHeader.Mark.CONGESTION ? MARK_BIT : 0);
        return new WireWriter(32)
                .text(LABEL)
                .u64(message)
                .u64(transmission)
                .u8(said)
                .view();
    }

    @Override
    public FrameType type() {
        return FrameType.GROUP_ACK;
    }

    public static GroupAck decode(WireReader in) throws MalformedFrame {
        NodeId origin = in.nodeId("origin");
        long incarnation = in.varint("origin incarnation");
        int answerCount = count(in, "answers", ANSWERS_MAX);
        List<Answer> answers = new ArrayList<>(answerCount);
        for (int left = answerCount; left > 0; left--) {
            long transmission = in.varint("transmission");
            int runCount = count(in, "runs", RUNS_MAX);
            List<Run> runs = new ArrayList<>(runCount);
            int at = 0;
            for (int more = runCount; more > 0; more--) {
                int from = at + in.varintWithin("run gap", 0, TreeLayout.BYTES_MAX - at);
                int to = from + 1 + in.varintWithin("run length", 0, TreeLayout.BYTES_MAX);
                if (to > TreeLayout.BYTES_MAX) {
                    throw new MalformedFrame("run length", "beyond the largest tree");
                }
                int said = in.u8("verdict");
                RouteHeader.Mark congestion =
                        (said & MARK_BIT) == 0 ? RouteHeader.Mark.NONE : RouteHeader.Mark.CONGESTION;
                Verdict verdict = Verdict.of(said & ~(MARK_BIT | CODE_BIT));
                OptionalLong code = (said & CODE_BIT) == 0 ? OptionalLong.empty() : OptionalLong.of(in.u64("code"));
                runs.add(new Run(from, to, verdict, congestion, code));
                at = to;
            }
            answers.add(new Answer(transmission, runs));
        }
        in.expectEnd(FrameType.GROUP_ACK);
        return new GroupAck(origin, incarnation, answers);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.nodeId(origin).varint(incarnation).u8(answers.size());
        for (Answer answer : answers) {
            out.varint(answer.transmission()).u8(answer.runs().size());
            int at = 0;
            for (Run run : answer.runs()) {
                Check.that(run.from() >= at, "runs out of order");
                out.varint(run.from() - at).varint(run.to() - run.from() - 1);
                out.u8(run.verdict().code()
                        | (run.congestion() == RouteHeader.Mark.CONGESTION ? MARK_BIT : 0)
                        | (run.code().isPresent() ? CODE_BIT : 0));
                run.code().ifPresent(out::u64);
                at = run.to();
            }
        }
    }

    private static int count(WireReader in, String field, int max) throws MalformedFrame {
        int count = in.u8(field);
        if (count < 1 || count > max) {
            throw new MalformedFrame(field, count + " is not from 1 to " + max);
        }
        return count;
    }
}
