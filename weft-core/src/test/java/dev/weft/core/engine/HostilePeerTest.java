package dev.weft.core.engine;

import static dev.weft.core.engine.Caller.OWN_KEY;
import static dev.weft.core.engine.Caller.hello;
import static dev.weft.core.engine.Caller.idOf;
import static dev.weft.core.engine.Caller.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Connection;
import dev.weft.core.link.Security;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An engine before somebody who does not keep to the protocol. */
final class HostilePeerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Locator FROM = Locator.parse("tcp/10.0.0.9:51000");

    private long nowNanos;
    private final Engine engine =
            new Engine(EngineConfig.DEFAULT, Caller.self(), Security.OPEN, new Prng(1), new Deaf());

    private long connect(Assurance assurance) {
        return engine.handleAccepted(FROM, assurance, nowNanos);
    }

    private void say(long connection, ByteView frame) {
        engine.handleFrame(connection, frame, nowNanos);
    }

    /** What the engine says on a connection, up to a Close. */
    private Optional<Close> heardClose(long connection) {
        for (EncodedFrame encoded = engine.poll(connection); encoded != null; encoded = engine.poll(connection)) {
            ByteView frame = encoded.whole();
            WireReader in = new WireReader(frame);
            try {
                if (FrameType.decode(in) == FrameType.CLOSE) {
                    return Optional.of(Close.decode(in));
                }
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
        return Optional.empty();
    }

    @Test
    void aNodeThatSendsGarbageIsShutOutUnderItsIdAndComesBackLater() {
        engine.start(0);
        ByteView rogue = key(2);
        long first = connect(Assurance.authenticated(OWN_KEY, rogue));
        say(first, hello(rogue));
        say(first, ByteView.of(new byte[] {99, 1, 2, 3}));
        assertThat(heardClose(first).orElseThrow().reason()).isEqualTo(CloseReason.MALFORMED);

        long second = connect(Assurance.authenticated(OWN_KEY, rogue));
        say(second, hello(rogue));
        Close refusal = heardClose(second).orElseThrow();
        assertThat(refusal.reason()).isEqualTo(CloseReason.SHUT_OUT);
        assertThat(refusal.text()).contains("30 s more").contains("MALFORMED");
        assertThat(engine.refusals())
                .extracting(Refusal::reason)
                .containsExactly(CloseReason.MALFORMED, CloseReason.SHUT_OUT);
        assertThat(engine.refusals()).allMatch(known -> known.node().equals(Optional.of(idOf(rogue))));
        assertThat(engine.counters()).containsEntry("link.shut-out", 1L);

        nowNanos = 31 * SECOND;
        long third = connect(Assurance.authenticated(OWN_KEY, rogue));
        say(third, hello(rogue));
        assertThat(heardClose(third)).isEmpty();
    }

    @Test
    void aNeighborThatTellsOfNodesWithoutEndIsShutOutAndOneThatTellsAtItsPaceIsNot() {
        engine.start(0);
        ByteView telling = new Peers(
                        List.of(new Peers.Entry(idOf(key(9)), 1, List.of(Locator.parse("tcp/10.0.0.3:7400")), 0)))
                .encode();
        long patient = linked(key(5));
        for (int i = 0; i < 8_192; i++) {
            say(patient, telling);
        }
        assertThat(heardClose(patient)).isEmpty();
        nowNanos = SECOND;
        for (int i = 0; i < 64; i++) {
            say(patient, telling);
        }
        assertThat(heardClose(patient)).isEmpty();
        say(patient, telling);
        assertThat(heardClose(patient).orElseThrow())
                .returns(CloseReason.OVER_BUDGET, Close::reason)
                .returns("it tells of nodes without end", Close::text);
        assertThat(engine.counters()).containsEntry("link.over-budget", 1L);
        long again = connect(Assurance.authenticated(OWN_KEY, key(5)));
        say(again, hello(key(5)));
        assertThat(heardClose(again).orElseThrow().reason()).isEqualTo(CloseReason.SHUT_OUT);
    }

    /** A connection over which a node is linked. */
    private long linked(ByteView key) {
        long connection = connect(Assurance.authenticated(OWN_KEY, key));
        say(connection, hello(key));
        say(connection, new Accept(7, List.of(), 1).encode());
        assertThat(heardClose(connection)).isEmpty();
        assertThat(engine.neighbors()).contains(idOf(key));
        return connection;
    }

    @Test
    void aRouteErrorAboutASequenceNumberBeyondAllBoundsDoesNoHarm() {
        engine.start(0);
        long neighbor = linked(key(5));
        ByteView excerpt = new WireWriter().varint(9).varint(Long.MAX_VALUE).view();
        RouteError error = new RouteError(RouteError.Reason.NO_LINK, idOf(key(5)), 1, FrameType.DATA, excerpt);
        say(neighbor, RoutedFrame.of(RouteHeader.DIRECT, error).encode());
        // It may have come from beyond the neighbor, which is not to blame.
        assertThat(heardClose(neighbor)).isEmpty();
        assertThat(engine.neighbors()).contains(idOf(key(5)));
    }

    @Test
    void whatTheConnectionTookToOpenCountsAsTimeOfTheHandshake() {
        engine.start(0);
        Connection slow = Connection.accepted(FROM).with(Assurance.PLAIN).after(9 * SECOND);
        long connection = engine.handleAccepted(slow, nowNanos);
        nowNanos = SECOND - 1;
        engine.handleTime(nowNanos);
        assertThat(heardClose(connection)).isEmpty();
        nowNanos = SECOND;
        engine.handleTime(nowNanos);
        assertThat(heardClose(connection).orElseThrow().reason()).isEqualTo(CloseReason.TIMEOUT);
    }

    @Test
    void nobodyCanHaveAnotherShutOutByTakingItsName() {
        engine.start(0);
        ByteView victim = key(3);
        long plain = connect(Assurance.PLAIN);
        say(plain, hello(victim));
        say(plain, ByteView.of(new byte[] {99}));
        ByteView thief = key(4);
        long stolen = connect(Assurance.authenticated(OWN_KEY, thief));
        say(stolen, hello(victim));
        assertThat(heardClose(stolen).orElseThrow().reason()).isEqualTo(CloseReason.WRONG_IDENTITY);

        long honest = connect(Assurance.authenticated(OWN_KEY, victim));
        say(honest, hello(victim));
        assertThat(heardClose(honest)).isEmpty();
    }

    @Test
    void handshakesThatAreNotFinishedAreBoundedAndTheOldestGoes() {
        engine.start(0);
        List<Long> silent = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            silent.add(connect(Assurance.authenticated(OWN_KEY, key(5))));
            assertThat(engine.counters().get("link.half-open")).isLessThanOrEqualTo(Links.HALF_OPEN_MAX);
        }
        assertThat(heardClose(silent.get(0)).orElseThrow().reason()).isEqualTo(CloseReason.LIMIT);
        long honest = connect(Assurance.authenticated(OWN_KEY, key(6)));
        say(honest, hello(key(6)));
        assertThat(heardClose(honest)).isEmpty();
        assertThat(engine.refusals()).hasSize(Refusals.KEPT_MAX);
    }

    private static final class Deaf implements Unheard {}
}
