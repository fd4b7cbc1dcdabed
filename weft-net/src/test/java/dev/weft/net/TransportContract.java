package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport promises. The end that dials and the end that listens each have a loop of their own. */
@Timeout(300)
abstract class TransportContract {
    private Loop nearLoop;
    private Loop farLoop;
    private Transport nearTransport;
    private Transport farTransport;
    private final List<RecordingHandler> handlers = new ArrayList<>();

    abstract Transport transport(Loop loop);

    /** An address that is free to listen at. */
    abstract Locator free() throws IOException;

    /** An address that nobody listens at. */
    abstract Locator nowhere() throws IOException;

    Loop.Kind kind() {
        return Loop.Kind.best();
    }

    @BeforeEach
    void startLoops() {
        nearLoop = new Loop("near", kind());
        farLoop = new Loop("far", kind());
        nearTransport = transport(nearLoop);
        farTransport = transport(farLoop);
    }

    @AfterEach
    void everyHandlerWasCalledAsPromised() {
        nearTransport.close();
        farTransport.close();
        nearLoop.close();
        farLoop.close();
        assertThat(handlers).allSatisfy(handler -> assertThat(handler.broken()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 16_383, 16_384, 64 << 10, 1 << 20})
    void framesArriveWholeAndInOrderBothWays(int size) throws Exception {
        Pair pair = connected();
        List<ByteView> there = List.of(frame(size, 1), frame(size, 2), frame(size, 3));
        List<ByteView> back = List.of(frame(size, 4), frame(size, 5));
        pair.near.send(there);
        pair.far.send(back);
        assertThat(pair.far.handler.awaitFrames(3)).isEqualTo(there);
        assertThat(pair.near.handler.awaitFrames(2)).isEqualTo(back);
    }

    @Test
    void aHundredThousandSmallFramesArriveInOrder() throws Exception {
        int count = 100_000;
        Pair pair = connected();
        pair.near.run(connection -> {
            for (int i = 0; i < count; i++) {
                connection.write(ByteView.utf8("frame " + i));
                if (i % 1_000 == 999) {
                    connection.flush();
                }
            }
        });
        List<ByteView> arrived = pair.far.handler.awaitFrames(count);
        assertThat(arrived).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(arrived.get(i).utf8()).isEqualTo("frame " + i);
        }
    }

    @Test
    void whatHasBeenReadAtOnceEndsInOnReadComplete() throws Exception {
        Pair pair = connected();
        pair.near.send(List.of(frame(10, 1)));
        pair.far.handler.awaitCall("onReadComplete");
        assertThat(pair.far.handler.calls()).containsExactly("accept", "onFrame", "onReadComplete");
    }

    @Test
    void onOpenComesFirstAndOnClosedLastAndOnce() throws Exception {
        Pair pair = connected();
        pair.far.send(List.of(frame(10, 1)));
        pair.near.handler.awaitFrames(1);
        pair.near.run(connection -> {
            connection.close();
            connection.close();
        });
        pair.near.handler.awaitClosed();
        pair.far.handler.awaitClosed();
        pair.near.run(Connection::close);
        pair.far.run(connection -> {
            connection.write(frame(10, 2));
            connection.flush();
            connection.close();
        });
        settle();
        assertThat(pair.near.handler.calls()).startsWith("onOpen").endsWith("onClosed");
        assertThat(pair.near.handler.calls()).containsOnlyOnce("onOpen", "onClosed");
        assertThat(pair.far.handler.calls()).endsWith("onClosed").containsOnlyOnce("onClosed");
    }

    @Test
    void handlersMayWriteFlushAndCloseFromWithinEveryCall() throws Exception {
        int turns = 200;
        RecordingHandler far = handler(farLoop).answering((connection, frame) -> {
            connection.write(frame);
            connection.flush();
        });
        RecordingHandler near = handler(nearLoop);
        near.opening(connection -> {
            connection.write(frame(200_000, 0));
            connection.flush();
        });
        near.answering((connection, frame) -> {
            if (near.frames().size() < turns) {
                connection.write(frame);
                connection.flush();
            } else {
                connection.close();
            }
        });
        connect(near, far);
        assertThat(near.awaitClosed()).isNotBlank();
        assertThat(far.awaitClosed()).isNotBlank();
        assertThat(near.frames()).hasSize(turns);
        assertThat(far.frames()).hasSize(turns);
    }

    @Test
    void anAcceptorMayWriteAtOnce() throws Exception {
        RecordingHandler near = handler(nearLoop);
        RecordingHandler far = handler(farLoop).opening(connection -> {
            connection.write(frame(50, 7));
            connection.flush();
        });
        connect(near, far);
        assertThat(near.awaitFrames(1)).containsExactly(frame(50, 7));
    }

    @Test
    void anAcceptorMayCloseAtOnce() throws Exception {
        RecordingHandler near = handler(nearLoop);
        RecordingHandler far = handler(farLoop).opening(Connection::close);
        connect(near, far);
        assertThat(near.awaitClosed()).isNotBlank();
        assertThat(far.awaitClosed()).isNotBlank();
    }

    @Test
    void aDialToNothingEndsInOnClosedWithAReason() throws Exception {
        RecordingHandler near = handler(nearLoop);
        dial(nowhere(), near);
        assertThat(near.awaitClosed()).isNotBlank();
        assertThat(near.calls()).containsExactly("onClosed");
    }

    @Test
    void closeFlushesWhatWasWritten() throws Exception {
        Pair pair = connected();
        pair.near.run(connection -> {
            for (int i = 0; i < 40; i++) {
                connection.write(frame(100_000, i));
            }
            connection.close();
        });
        pair.far.handler.awaitClosed();
        assertThat(pair.far.handler.frames()).hasSize(40).last().isEqualTo(frame(100_000, 39));
    }

    @Test
    void closeFlushesWhatWasWrittenThoughTheOtherEndIsStillSending() throws Exception {
        Pair pair = connected();
        for (int i = 0; i < 64; i++) {
            pair.far.send(List.of(frame(1 << 20, i)));
        }
        pair.near.run(connection -> {
            for (int i = 0; i < 4; i++) {
                connection.write(frame(1_000_000, i));
            }
            connection.close();
        });
        pair.far.handler.awaitClosed();
        assertThat(pair.far.handler.frames()).hasSize(4);
    }

    @Test
    void afterCloseNothingButTheEndIsReported() throws Exception {
        Pair pair = connected();
        pair.near.run(Connection::close);
        pair.far.run(connection -> {
            connection.write(frame(1_000, 1));
            connection.close();
        });
        pair.near.handler.awaitClosed();
        assertThat(pair.near.handler.calls()).containsExactly("onOpen", "onClosed");
    }

    @Test
    void theOtherEndsCloseIsReported() throws Exception {
        Pair pair = connected();
        pair.far.run(Connection::close);
        assertThat(pair.near.handler.awaitClosed()).isEqualTo("the other end closed the connection");
        assertThat(pair.far.handler.awaitClosed()).isEqualTo("this end closed the connection");
    }

    @Test
    void closingATransportBreaksItsConnections() throws Exception {
        Pair dialled = connected();
        farTransport.close();
        assertThat(dialled.near.handler.awaitClosed()).isNotBlank();
        assertThat(dialled.far.handler.awaitClosed()).isNotBlank();
    }

    @Test
    void closingATransportBreaksWhatItHasDialled() throws Exception {
        Pair dialled = connected();
        nearTransport.close();
        assertThat(dialled.near.handler.awaitClosed()).isNotBlank();
        assertThat(dialled.far.handler.awaitClosed()).isNotBlank();
    }

    @Test
    void aTransportThatHasClosedDialsNoMoreAndSaysSo() throws Exception {
        RecordingHandler far = handler(farLoop);
        Transport.Listener listener = farTransport.listen(free(), far::accept);
        nearTransport.close();
        RecordingHandler near = handler(nearLoop);
        dial(listener.locator(), near);
        assertThat(near.awaitClosed()).isNotBlank();
        assertThat(near.calls()).containsExactly("onClosed");
    }

    @Test
    void aTransportThatHasClosedDoesNotListenAnyMore() throws Exception {
        Locator at = free();
        farTransport.close();
        assertThatThrownBy(() -> farTransport.listen(at, handler(farLoop)::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen at");
    }

    @Test
    void isWritableTurnsFalseUnderAReaderThatDoesNotReadAndOnWritableFollows() throws Exception {
        CountDownLatch mayRead = new CountDownLatch(1);
        RecordingHandler near = handler(nearLoop);
        RecordingHandler far = handler(farLoop).answering((connection, frame) -> waitFor(mayRead));
        connect(near, far);
        End end = new End(nearLoop, near, near.awaitConnection());
        int atMost = 4_096;
        int[] written = new int[1];
        end.run(connection -> {
            while (connection.isWritable() && written[0] < atMost) {
                connection.write(frame(64 << 10, written[0]++));
                connection.flush();
            }
        });
        assertThat(written[0]).isLessThan(atMost);
        // The system may still have moved some of it to the other end, which makes room for a moment.
        assertThat(near.calls()).startsWith("onOpen");
        mayRead.countDown();
        near.awaitCall("onWritable");
        assertThat(far.awaitFrames(written[0])).hasSize(written[0]);
        end.run(connection -> assertThat(connection.isWritable()).isTrue());
    }

    @Test
    void aClosedListenerAcceptsNoMoreButKeepsWhatWasAccepted() throws Exception {
        RecordingHandler near = handler(nearLoop);
        RecordingHandler far = handler(farLoop);
        Transport.Listener listener = connect(near, far);
        near.awaitConnection();
        far.awaitConnection();
        listener.close();
        // What listens may go a moment later, on its loop.
        settle();
        RecordingHandler late = handler(nearLoop);
        dial(listener.locator(), late);
        assertThat(late.awaitClosed()).isNotBlank();
        new End(nearLoop, near, near.awaitConnection()).send(List.of(frame(30, 3)));
        assertThat(far.awaitFrames(1)).containsExactly(frame(30, 3));
    }

    @Test
    void anAddressThatWasGivenUpCanBeTakenAgain() throws Exception {
        Transport.Listener first = farTransport.listen(free(), handler(farLoop)::accept);
        first.close();
        RecordingHandler far = handler(farLoop);
        RecordingHandler near = handler(nearLoop);
        Transport.Listener second = listenOnceFree(first.locator(), far);
        dial(second.locator(), near);
        near.awaitConnection();
        far.awaitConnection();
    }

    /** Without epoll, the system has the address back some turns of the loop later. */
    private Transport.Listener listenOnceFree(Locator at, RecordingHandler far) throws Exception {
        for (int i = 0; i < 1_000; i++) {
            try {
                return farTransport.listen(at, far::accept);
            } catch (IOException stillTaken) {
                settle();
            }
        }
        throw new AssertionError(at + " is never free again");
    }

    @Test
    void listeningAtATakenAddressSaysWhyItFails() throws Exception {
        Transport.Listener taken = farTransport.listen(free(), handler(farLoop)::accept);
        assertThatThrownBy(() -> nearTransport.listen(taken.locator(), handler(nearLoop)::accept))
                .isInstanceOf(IOException.class)
                .message()
                .containsIgnoringCase(taken())
                .contains(taken.locator().address());
    }

    /** What is said of an address that is taken. */
    String taken() {
        return "address already in use";
    }

    @Test
    void manyConnectionsAtOnceEachGetTheirOwn() throws Exception {
        int count = 100;
        List<RecordingHandler> accepted = new ArrayList<>();
        Transport.Listener listener = farTransport.listen(free(), connection -> {
            RecordingHandler echo = handler(farLoop).answering((to, frame) -> {
                to.write(frame);
                to.flush();
            });
            accepted.add(echo);
            return echo.accept(connection);
        });
        List<RecordingHandler> dialled = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ByteView own = frame(100, i);
            RecordingHandler near = handler(nearLoop).opening(connection -> {
                connection.write(own);
                connection.flush();
            });
            dialled.add(near);
            dial(listener.locator(), near);
        }
        for (int i = 0; i < count; i++) {
            assertThat(dialled.get(i).awaitFrames(1)).containsExactly(frame(100, i));
        }
        onLoop(farLoop, () -> assertThat(accepted).hasSize(count));
    }

    final RecordingHandler handler(Loop loop) {
        RecordingHandler handler = new RecordingHandler(loop);
        synchronized (handlers) {
            handlers.add(handler);
        }
        return handler;
    }

    /** A listener, and what it accepts goes to the handler. */
    final Transport.Listener listening(RecordingHandler far) throws IOException {
        return farTransport.listen(free(), far::accept);
    }

    /** With a handler of its own for each connection. */
    final Transport.Listener listeningAnew() throws IOException {
        return farTransport.listen(free(), connection -> handler(farLoop).accept(connection));
    }

    final RecordingHandler farHandler() {
        return handler(farLoop);
    }

    final RecordingHandler nearHandler() {
        return handler(nearLoop);
    }

    final Transport farTransport() {
        return farTransport;
    }

    final void dial(Locator to, RecordingHandler near) throws Exception {
        onLoop(nearLoop, () -> nearTransport.dial(to, near));
    }

    private Transport.Listener connect(RecordingHandler near, RecordingHandler far) throws Exception {
        Transport.Listener listener = listening(far);
        dial(listener.locator(), near);
        return listener;
    }

    private Pair connected() throws Exception {
        RecordingHandler near = handler(nearLoop);
        RecordingHandler far = handler(farLoop);
        connect(near, far);
        return new Pair(new End(nearLoop, near, near.awaitConnection()), new End(farLoop, far, far.awaitConnection()));
    }

    /** What is on its way between the loops has arrived after this. */
    private void settle() throws Exception {
        for (int i = 0; i < 3; i++) {
            onLoop(nearLoop, () -> {});
            onLoop(farLoop, () -> {});
        }
    }

    static ByteView frame(int size, int salt) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8) + salt);
        }
        return ByteView.of(bytes);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(RecordingHandler.PATIENCE_NANOS, TimeUnit.NANOSECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for something that only the loop of the end that listens may be asked. */
    final void onFarLoop(Runnable task) throws Exception {
        onLoop(farLoop, task);
    }

    private static void onLoop(Loop loop, Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop::execute).get(RecordingHandler.PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    }

    private record Pair(End near, End far) {}

    private record End(Loop loop, RecordingHandler handler, Connection connection) {
        interface Action {
            void on(Connection connection);
        }

        void run(Action action) throws Exception {
            onLoop(loop, () -> action.on(connection));
        }

        void send(List<ByteView> frames) throws Exception {
            run(to -> {
                frames.forEach(to::write);
                to.flush();
            });
        }
    }
}
