package dev.weft.sim;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a run and what must hold for them: each end receives exactly what the other has sent, in order
 * and without a gap, as far as it gets; what was acknowledged has been received; who was told that all has arrived was
 * told the truth; a connection is accepted once; nothing is delivered to an end that has closed, and where it had not
 * taken all, the other end sees no end but a reset; and when faults have stopped, every connection ends.
 */
final class Sessions {
    private final World world;
    private final Prng prng;
    private final Prng closing;
    private final List<Session> all = new ArrayList<>();

    Sessions(World world, Prng prng) {
        this.world = world;
        this.prng = prng;
        this.closing = prng.fork(1);
    }

    /** One connection: some messages there, each of them echoed, an orderly end. */
    final class Session {
        private final int number;
        private final SocketKind kind;
        private final int messages;
        private final int bytesMax;
        /** After so many messages the acceptor has had enough and closes. */
        private final int enough;

        final End connector;
        private @Nullable End acceptor;
        private boolean refused;

        private Session(int number, SimNode from, SocketKind kind, int messages, int bytesMax) {
            this.number = number;
            this.kind = kind;
            this.messages = messages;
            this.bytesMax = bytesMax;
            this.enough = closing.chance(150_000) ? closing.below(messages + 1) : Integer.MAX_VALUE;
            this.connector = new End(from);
            connector.session = this;
        }

        private boolean isBrokenForNothing() {
            End other = acceptor;
            return other != null
                    && (connector.broken || other.broken)
                    && !connector.closed
                    && !other.closed
                    && connector.node.lives(connector.life)
                    && other.node.lives(other.life);
        }

        private boolean isOver() {
            End other = acceptor;
            return refused || connector.isOver() && (other == null || other.isOver());
        }

        @Override
        public String toString() {
            return "session " + number + " (" + kind + ", " + messages + " messages, connector " + connector
                    + ", acceptor " + acceptor + ")";
        }
    }

    /** One end of a connection: an application of a node, while that lives. */
    final class End {
        private final SimNode node;
        private final int life;
        private @Nullable Session session;
        private long connection;
        private int sent;
        private long sentBytes;
        private int received;
        private long receivedBytes;
        private boolean inputEnded;
        private boolean outputFinished;
        private boolean outputRefused;
        private boolean closed;
        private boolean closedWithUntaken;
        private boolean broken;
        /** What the engine has handed over, and what of it the application has seen. */
        private long givenBytes;

        private long givenCharge;
        private long takenCharge;
        private long pausedUntilNanos;
        /** The first bytes of a stream, until they name the session. */
        private ByteView unknown = ByteView.EMPTY;

        private End(SimNode node) {
            this.node = node;
            this.life = node.life();
        }

        private boolean isOver() {
            return broken || !node.lives(life) || (inputEnded || closed) && (outputFinished || outputRefused);
        }

        @Override
        public String toString() {
            return "node " + node.index + " sent " + sent + " received " + received + " (" + receivedBytes + " bytes)"
                    + (inputEnded ? " input ended" : "") + (outputFinished ? " output finished" : "")
                    + (outputRefused ? " output refused" : "") + (closed ? " closed" : "")
                    + (broken ? " broken" : "") + (node.lives(life) ? "" : " died");
        }

        void connectedAs(long number) {
            connection = number;
        }

        // -------------------------------------------------------------- what the engine says

        void connected(Outcome outcome) {
            Session mine = known();
            if (outcome.isDelivered()) {
                sendNext();
            } else {
                mine.refused = true;
            }
        }

        /** Whether an application that has not closed is given something; called in the engine's turn. */
        boolean isGiven(ByteView payload) {
            if (closed) {
                return false;
            }
            givenBytes += payload.length();
            givenCharge += ReceiveBuffer.charge(payload);
            return true;
        }

        void received(ByteView payload) {
            if (closed) {
                return;
            }
            takenCharge += ReceiveBuffer.charge(payload);
            node.applications.takenFrom(life, connection, payload, leftNanos());
            if (session == null && !identify(payload)) {
                return;
            }
            Session mine = known();
            if (mine.kind == SocketKind.SEQPACKET) {
                ByteView expected = message(mine, received);
                if (!payload.equals(expected)) {
                    world.violations.add("packets arrive in order, whole and once", mine + " got " + index(payload));
                }
                received++;
                receivedBytes += payload.length();
            } else {
                ByteView whole = unknown.isEmpty() ? payload : joined(unknown, payload);
                unknown = ByteView.EMPTY;
                for (int i = 0; i < whole.length(); i++) {
                    if (whole.at(i) != streamByte(mine, receivedBytes + i)) {
                        world.violations.add("streams arrive byte for byte", mine + " at " + (receivedBytes + i));
                        return;
                    }
                }
                receivedBytes += whole.length();
                received++;
                payload = whole;
            }
            if (this != mine.connector) {
                echo(payload);
                if (received > mine.enough) {
                    close();
                }
            }
        }

        /** How long what has come is left untaken; what comes during a pause is left until its end. */
        private long leftNanos() {
            SwarmOptions.Taking taking = world.options.taking();
            long now = world.events.nowNanos();
            long pause = world.isFaulty() ? taking.pauseNanos(prng) : 0;
            pausedUntilNanos = Math.max(pausedUntilNanos, pause == 0 ? 0 : now + pause);
            return Math.max(pausedUntilNanos - now, taking.momentNanos(prng));
        }

        private void close() {
            closed = true;
            closedWithUntaken = givenCharge > takenCharge;
            node.applications.close(life, connection, takenCharge);
        }

        void outputRefused() {
            outputRefused = true;
            Session mine = session;
            if (mine != null && this == mine.connector && mine.acceptor != null && !mine.acceptor.closed) {
                world.violations.add("only who has closed refuses", mine.toString());
            }
            node.applications.finish(life, connection);
        }

        void inputEnded() {
            if (closed) {
                return;
            }
            inputEnded = true;
            Session mine = session;
            if (mine != null && this == mine.connector && mine.acceptor != null && mine.acceptor.closedWithUntaken) {
                world.violations.add("who closes without taking all resets", mine.toString());
            }
            if (mine != null && this == mine.acceptor && receivedBytes != mine.connector.sentBytes) {
                world.violations.add("an end comes after all", mine.toString());
            }
            if (mine != null
                    && this == mine.connector
                    && mine.acceptor != null
                    && receivedBytes != mine.acceptor.sentBytes) {
                world.violations.add("an end comes after all", mine.toString());
            }
            if (mine == null || this != mine.connector) {
                node.applications.finish(life, connection);
            }
        }

        void outputFinished() {
            outputFinished = true;
            Session mine = session;
            if (mine == null) {
                return;
            }
            End other = this == mine.connector ? mine.acceptor : mine.connector;
            if (other != null && other.closed) {
                if (other.givenBytes < sentBytes) {
                    world.violations.add("finished means that the other end was given all", mine.toString());
                }
                return;
            }
            if (other == null ? sentBytes > 0 : !other.inputEnded && other.node.lives(other.life) && !other.broken) {
                world.violations.add("finished means that the other end knows", mine.toString());
            }
        }

        void broken(Outcome.Reason reason) {
            broken = true;
        }

        void settled(int index, long bytesBefore, int bytes, Outcome outcome) {
            Session mine = known();
            End other = this == mine.connector ? mine.acceptor : mine.connector;
            if (outcome.isDelivered() && (other == null || other.givenBytes < bytesBefore + bytes)) {
                world.violations.add("delivered means received", mine + ", message " + index);
            }
        }

        // -------------------------------------------------------------- what the application does

        private void sendNext() {
            Session mine = known();
            if (broken || outputRefused || !node.lives(life)) {
                return;
            }
            if (sent == mine.messages) {
                node.applications.finish(life, connection);
                return;
            }
            say(
                    mine.kind == SocketKind.SEQPACKET
                            ? message(mine, sent)
                            : streamBytes(mine, sentBytes, size(mine, sent)));
            world.events.after(prng.below(40_000_000), at -> sendNext());
        }

        private void echo(ByteView payload) {
            if (!broken && !closed && !outputRefused) {
                say(payload);
            }
        }

        private void say(ByteView payload) {
            int index = sent++;
            long before = sentBytes;
            sentBytes += payload.length();
            node.applications.sendOn(
                    this,
                    life,
                    connection,
                    known().kind,
                    payload,
                    Send.NO_TIMEOUT_NANOS,
                    outcome -> settled(index, before, payload.length(), outcome));
        }

        private Session known() {
            Session mine = session;
            if (mine == null) {
                throw new IllegalStateException("an end of no session");
            }
            return mine;
        }

        /** The first eight bytes name the session. */
        private boolean identify(ByteView payload) {
            ByteView whole = unknown.isEmpty() ? payload : joined(unknown, payload);
            if (whole.length() < 8) {
                unknown = whole;
                return false;
            }
            long number = 0;
            for (int i = 0; i < 8; i++) {
                number = number << 8 | whole.at(i) & 0xff;
            }
            if (number < 0 || number >= all.size()) {
                world.violations.add("nothing unsent is delivered", "a connection of session " + number);
                return false;
            }
            Session named = all.get((int) number);
            if (named.acceptor != null) {
                world.violations.add("a connection is accepted once", named.toString());
            }
            named.acceptor = this;
            session = named;
            return true;
        }
    }

    // ------------------------------------------------------------------ beginning and end

    void begin(SimNode from, SimNode to, SocketKind kind, int messages, int bytesMax) {
        Session session = new Session(all.size(), from, kind, messages, bytesMax);
        all.add(session);
        from.applications.connect(session.connector, to.id(), kind);
    }

    /** The other end of a connection, which will say whose it is. */
    End accepted(SimNode node, long connection) {
        End end = new End(node);
        end.connection = connection;
        return end;
    }

    long open() {
        return all.stream().filter(session -> !session.isOver()).count();
    }

    int size() {
        return all.size();
    }

    /** How many went their whole way. */
    long completed() {
        return all.stream()
                .filter(session -> session.connector.inputEnded && session.connector.outputFinished)
                .count();
    }

    /** Those that broke though either end lives and has closed nothing. */
    List<Session> broken() {
        return all.stream().filter(Session::isBrokenForNothing).toList();
    }

    void requireAllOver() {
        for (Session session : all) {
            if (!session.isOver()) {
                world.violations.add("every connection ends", session.toString());
                return;
            }
        }
    }

    // ------------------------------------------------------------------ what is sent

    private static int size(Session session, int index) {
        long mixed = (session.number * 1_000_003L + index) * 0x9E3779B97F4A7C15L >>> 33;
        return (int) (12 + (mixed % 10 == 0 ? mixed % (session.bytesMax + 1) : mixed % 200));
    }

    private static ByteView message(Session session, int index) {
        int bytes = size(session, index);
        WireWriter out = new WireWriter(bytes);
        out.u64(session.number).varint(index);
        byte[] filling = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            filling[i] = (byte) (session.number * 31 + index * 7 + i);
        }
        return out.bytes(ByteView.of(filling)).view();
    }

    private static byte streamByte(Session session, long position) {
        return position < 8
                ? (byte) ((long) session.number >>> 8 * (7 - position))
                : (byte) (session.number * 31L + position * 7 + position / 251);
    }

    private static ByteView streamBytes(Session session, long from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = streamByte(session, from + i);
        }
        return ByteView.of(bytes);
    }

    private static long index(ByteView payload) {
        return payload.length() < 9 ? -1 : payload.at(8);
    }

    private static ByteView joined(ByteView one, ByteView other) {
        byte[] both = new byte[one.length() + other.length()];
        one.copyTo(both, 0);
        other.copyTo(both, one.length());
        return ByteView.of(both);
    }
}
