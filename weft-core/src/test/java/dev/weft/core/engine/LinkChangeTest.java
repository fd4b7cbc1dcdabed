package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Security;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A neighbor that gives up its link for a better one, which this end has not heard of yet. */
final class LinkChangeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId US = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId THEM = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final long THEIR_INSTANCE = 99;

    private final List<TraceEvent.Kind> traces = new ArrayList<>();
    private long nowNanos;
    private final Engine engine = new Engine(
            EngineConfig.DEFAULT,
            new Engine.Self(
                    "demo", US, 7, 1, "us", ByteView.of(new byte[16]), List.of(Locator.parse("tcp/10.0.0.1:7400")), 0),
            Security.OPEN,
            new Prng(1),
            new Unheard() {
                @Override
                public void trace(TraceEvent event) {
                    traces.add(event.kind());
                }
            });

    private void say(long connection, ByteView frame) {
        engine.handleFrame(connection, frame, nowNanos);
        engine.flush(nowNanos);
    }

    /** They dial and say hello; returns the connection and what they are to accept. */
    private long greeted() {
        long connection = engine.handleAccepted(Locator.parse("tcp/10.0.0.9:51000"), Assurance.PLAIN, nowNanos);
        say(
                connection,
                new Hello(
                                VersionRange.OURS,
                                "demo",
                                THEM,
                                THEIR_INSTANCE,
                                1,
                                "them",
                                ByteView.of(new byte[16]),
                                0,
                                List.of(),
                                Optional.empty(),
                                1,
                                1_000,
                                1 << 20,
                                ByteView.of(new byte[Hello.NONCE_BYTES]))
                        .encode());
        return connection;
    }

    /** What we said to accept them, turned round: they accept us in the same terms. */
    private ByteView acceptance(long connection) throws MalformedFrame {
        for (EncodedFrame encoded = engine.poll(connection); encoded != null; encoded = engine.poll(connection)) {
            ByteView frame = encoded.whole();
            WireReader in = new WireReader(frame);
            if (FrameType.decode(in) == FrameType.ACCEPT) {
                Accept ours = Accept.decode(in);
                return new Accept(7, ours.proofs(), ours.version()).encode();
            }
        }
        throw new AssertionError("nobody was accepted");
    }

    private void passes(long nanos) {
        nowNanos += nanos;
        engine.handleTime(nowNanos);
        engine.flush(nowNanos);
    }

    private long linked() throws MalformedFrame {
        long connection = greeted();
        say(connection, acceptance(connection));
        assertThat(engine.neighbors()).containsExactly(THEM);
        return connection;
    }

    private static ByteView givenUp() {
        return Close.because(CloseReason.DUPLICATE_LINK, "another link between the two nodes stands")
                .encode();
    }

    @Test
    void theNeighborStaysOneWhileItsBetterLinkComesUp() throws MalformedFrame {
        engine.start(0);
        long first = linked();
        nowNanos = SECOND;
        long second = greeted();
        ByteView theirs = acceptance(second);
        say(first, givenUp());
        passes(SECOND / 100);
        say(second, theirs);
        passes(2 * SECOND);
        assertThat(engine.neighbors()).containsExactly(THEM);
        assertThat(traces).containsOnlyOnce(TraceEvent.Kind.LINK_UP).doesNotContain(TraceEvent.Kind.LINK_DOWN);
    }

    @Test
    void whereTheBetterLinkDoesNotComeTheNeighborIsGoneAfterAWhile() throws MalformedFrame {
        engine.start(0);
        long first = linked();
        nowNanos = SECOND;
        greeted();
        say(first, givenUp());
        assertThat(traces).doesNotContain(TraceEvent.Kind.LINK_DOWN);
        assertThat(engine.nextDeadlineNanos()).isLessThanOrEqualTo(nowNanos + Links.CHANGE_NANOS);
        passes(Links.CHANGE_NANOS);
        assertThat(traces).containsOnlyOnce(TraceEvent.Kind.LINK_DOWN);
        assertThat(engine.neighbors()).isEmpty();
    }

    @Test
    void whereNoOtherIsOnItsWayTheNeighborIsGoneAtOnce() throws MalformedFrame {
        engine.start(0);
        long only = linked();
        say(only, givenUp());
        assertThat(traces).contains(TraceEvent.Kind.LINK_DOWN);
    }
}
