package dev.weft.core.engine;

import static dev.weft.core.engine.Caller.OWN_KEY;
import static dev.weft.core.engine.Caller.hello;
import static dev.weft.core.engine.Caller.idOf;
import static dev.weft.core.engine.Caller.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Prover;
import dev.weft.core.link.Security;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GoldenVectors;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

/** An engine that asks for a key, before those who have none, or who have not shown it yet. */
final class StrangerTest {
    private static final int INPUTS = 10_000;

    /** How far a stranger goes before he says what he should not. */
    private enum Manner {
        UNGREETED,
        GREETED,
        /** With a proof that is none. */
        ACCEPTED
    }

    private long nowNanos;
    private final List<String> happened = new ArrayList<>();
    private final Engine engine = engine(new Security(Security.Carriage.PROTECTED, new Keyed()));

    private Engine engine(Security security) {
        return new Engine(EngineConfig.DEFAULT, Caller.self(), security, new Prng(1), new Unheard() {
            @Override
            public void dial(long connection, Locator locator) {
                happened.add("dial " + locator);
            }

            @Override
            public void deliver(long endpoint, Endpoints.Delivery delivery) {
                happened.add("delivery");
            }

            @Override
            public GroupAcceptance deliverToGroup(GroupArrival arrival) {
                happened.add("delivery to a group");
                return GroupAcceptance.TAKEN;
            }

            @Override
            public void trace(TraceEvent event) {
                if (event.kind() != TraceEvent.Kind.LINK_REFUSED && event.kind() != TraceEvent.Kind.MALFORMED) {
                    happened.add(event.toString());
                }
            }
        });
    }

    /** Takes no proof of anybody. */
    private static final class Keyed implements Prover {
        private final Prng nonces = new Prng(5);

        @Override
        public boolean isKeyed() {
            return true;
        }

        @Override
        public ByteView nonce() {
            return noise(nonces, Hello.NONCE_BYTES);
        }

        @Override
        public List<ByteView> prove(ByteView transcript) {
            return List.of(noise(new Prng(transcript.hash64()), Accept.PROOF_BYTES));
        }

        @Override
        public boolean accepts(ByteView transcript, ByteView proof) {
            return false;
        }
    }

    private static ByteView noise(Prng prng, int bytes) {
        byte[] noise = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            noise[i] = (byte) prng.nextLong();
        }
        return ByteView.of(noise);
    }

    private record Beliefs(
            long lsdbHash, SortedSet<NodeId> neighbors, SortedSet<NodeId> reachable, List<NodeId> known, long list) {}

    private Beliefs beliefs() {
        return new Beliefs(
                engine.lsdbHash(),
                engine.neighbors(),
                engine.reachable(),
                engine.knownNodes(),
                engine.register().revocationsNumber());
    }

    private EnumSet<FrameType> said(Engine by, long connection) {
        EnumSet<FrameType> said = EnumSet.noneOf(FrameType.class);
        for (EncodedFrame encoded = by.poll(connection); encoded != null; encoded = by.poll(connection)) {
            try {
                said.add(FrameType.decode(new WireReader(encoded.whole())));
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
        return said;
    }

    /** A type that there is and noise; a frame of the protocol's description; one with some bits turned; noise alone. */
    private static ByteView input(Prng prng, List<ByteView> vectors) {
        ByteView vector = vectors.get(prng.below(vectors.size()));
        return switch (prng.below(4)) {
            case 0 -> vector;
            case 1 -> {
                byte[] bent = vector.toByteArray();
                for (int left = 1 + prng.below(3); left > 0; left--) {
                    bent[prng.below(bent.length)] ^= (byte) (1 << prng.below(8));
                }
                yield ByteView.of(bent);
            }
            case 2 -> {
                byte[] typed = noise(prng, 1 + prng.below(400)).toByteArray();
                typed[0] = (byte) FrameType.values()[prng.below(FrameType.values().length)].code();
                yield ByteView.of(typed);
            }
            default -> noise(prng, 1 + prng.below(400));
        };
    }

    @Test
    void nothingThatAStrangerSaysBeforeHeIsAMemberIsActedUpon() {
        engine.start(0);
        engine.open("inbox", SocketKind.RDM, 1 << 20);
        engine.join("ops", 0);
        engine.flush(0);
        happened.clear();
        Beliefs before = beliefs();
        List<ByteView> vectors = List.copyOf(GoldenVectors.readAll().values());
        Prng prng = new Prng(2);
        EnumMap<Manner, Integer> tried = new EnumMap<>(Manner.class);
        for (int i = 0; i < INPUTS; i++) {
            nowNanos += 1_000_000;
            ByteView key = key(2 + i);
            Manner manner = Manner.values()[prng.below(Manner.values().length)];
            tried.merge(manner, 1, Integer::sum);
            long connection = engine.handleAccepted(
                    Locator.parse("tcp/10.0.0.9:51000"), Assurance.authenticated(OWN_KEY, key), nowNanos);
            if (manner != Manner.UNGREETED) {
                engine.handleFrame(connection, hello(key), nowNanos);
            }
            if (manner == Manner.ACCEPTED) {
                ByteView proof = noise(prng, Accept.PROOF_BYTES);
                engine.handleFrame(connection, new Accept(7, List.of(proof), 1).encode(), nowNanos);
            }
            for (int left = 1 + prng.below(3); left > 0; left--) {
                ByteView said = input(prng, vectors);
                engine.handleFrame(connection, said, nowNanos);
                assertThat(happened).as("input %d, %s: %s", i, manner, said).isEmpty();
            }
            assertThat(said(engine, connection))
                    .as("what a stranger hears, input %d", i)
                    .isSubsetOf(FrameType.HELLO, FrameType.ACCEPT, FrameType.CLOSE);
            if (i % 100 == 0) {
                engine.flush(nowNanos);
                assertThat(beliefs()).as("input %d", i).isEqualTo(before);
                engine.audit();
            }
            engine.handleCarrierLost(connection, "gone", nowNanos);
        }
        assertThat(tried).hasSize(Manner.values().length);
        assertThat(beliefs()).isEqualTo(before);
        assertThat(happened).isEmpty();
    }

    /** The same words, where nobody asks for a key: otherwise nothing happening would prove nothing. */
    @Test
    void whereNoKeyIsAskedForTheSameWordsAreActedUpon() {
        Engine open = engine(Security.OPEN);
        open.start(0);
        ByteView key = key(2);
        long connection = open.handleAccepted(
                Locator.parse("tcp/10.0.0.9:51000"), Assurance.authenticated(OWN_KEY, key), nowNanos);
        open.handleFrame(connection, hello(key), nowNanos);
        open.handleFrame(connection, new Accept(7, List.of(), 1).encode(), nowNanos);
        assertThat(open.neighbors()).containsExactly(idOf(key));
        assertThat(happened.toString()).contains("LINK_UP");
    }

    @Test
    void aPingIsAnsweredOnceByNoMoreThanItselfAndWhatNobodyReadsIsBounded() {
        Engine open = engine(Security.OPEN);
        open.start(0);
        ByteView key = key(2);
        long connection = open.handleAccepted(
                Locator.parse("tcp/10.0.0.9:51000"), Assurance.authenticated(OWN_KEY, key), nowNanos);
        ByteView ping = GoldenVectors.read("PING");
        // Before there is a link, not at all.
        open.handleFrame(connection, ping, nowNanos);
        assertThat(said(open, connection)).isEmpty();
        open.handleFrame(connection, hello(key), nowNanos);
        open.handleFrame(connection, new Accept(7, List.of(), 1).encode(), nowNanos);
        said(open, connection);
        int pongs = 0;
        for (int i = 0; i < 1_000; i++) {
            open.handleFrame(connection, ping, nowNanos);
            for (EncodedFrame answer = open.poll(connection); answer != null; answer = open.poll(connection)) {
                if (answer.whole().at(0) == FrameType.PONG.code()) {
                    pongs++;
                    assertThat(answer.length()).isLessThanOrEqualTo(PONG_BYTES_MAX);
                }
            }
        }
        assertThat(pongs).isEqualTo(1_000);
        // And of a peer that does not read, so many are kept and no more.
        long kept = 0;
        for (int i = 0; i < 200_000; i++) {
            open.handleFrame(connection, ping, nowNanos);
        }
        for (EncodedFrame answer = open.poll(connection); answer != null; answer = open.poll(connection)) {
            kept += answer.length();
        }
        assertThat(kept).isPositive().isLessThan(4 << 20);
        open.audit();
    }

    private static final int PONG_BYTES_MAX = 64;
}
