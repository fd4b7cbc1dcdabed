package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Endpoint;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import dev.weft.Ticket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs know of AF_UNIX sockets, asked of both: the same scripts of edge operations run on a pair of such
 * sockets and on two nodes. Where Weft differs on purpose its row of the table says so with two expectations. STREAM
 * comes from the JDK; SEQPACKET and DGRAM, which it lacks, from a small C program on Linux.
 */
@Timeout(300)
class UnixOracleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long nothing must come before nothing is said to come. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private static final int MEBIBYTE = 1 << 20;
    private static final int SHOWN_MAX = 32;
    private static final String CLOSED = "error: connection reset";
    private static final String FINISHED = "error: finished";
    private static final String SHUT = "error: sender closed";

    @TempDir
    Path directory;

    /** The ends of a connection, a and b, or what comes nearest to it. Each step is answered with what is observed. */
    private interface Pair {
        /** At a. */
        String send(String text);

        /** At a, again and again: on a network nobody knows of a close at once. */
        default String sendUntilRefused(String text) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            String observed = send(text);
            while (observed.equals("sent") && System.nanoTime() < deadline) {
                LockSupport.parkNanos(5_000_000L);
                observed = send(text);
            }
            return observed;
        }

        /** At b. */
        String reply(String text);

        /** At b. */
        String receive(int roomBytes);

        /** At a. */
        String receiveAtSender(int roomBytes);

        /** At a: nothing more is sent; says nothing. */
        void finish();

        void closeSender();

        void closeReceiver();
    }

    /** What is done; every one ends with what the receiver, or a sender that must be refused, observes. */
    private enum Script {
        AN_EMPTY_MESSAGE_BEFORE_ANOTHER {
            @Override
            List<String> run(Pair pair) {
                String empty = pair.send("");
                String other = pair.send("x");
                pair.finish();
                return List.of(empty, other, pair.receive(64), pair.receive(64), pair.receive(64));
            }
        },
        TWO_MESSAGES_INTO_ONE_LARGE_BUFFER {
            @Override
            List<String> run(Pair pair) {
                String first = pair.send("abc");
                String second = pair.send("defgh");
                pair.finish();
                return List.of(first, second, pair.receive(64), pair.receive(64));
            }
        },
        SEND_AFTER_OWN_FINISH {
            @Override
            List<String> run(Pair pair) {
                pair.finish();
                return List.of(pair.send("abc"));
            }
        },
        RECEIVE_AFTER_THE_PEER_HAS_FINISHED {
            @Override
            List<String> run(Pair pair) {
                String sent = pair.send("abc");
                pair.finish();
                return List.of(sent, pair.receive(64), pair.receive(64), pair.receive(64));
            }
        },
        SEND_AFTER_THE_PEER_HAS_CLOSED {
            @Override
            List<String> run(Pair pair) {
                pair.closeReceiver();
                return List.of(pair.sendUntilRefused("abc"));
            }
        },
        RECEIVE_AFTER_THE_PEER_HAS_CLOSED {
            @Override
            List<String> run(Pair pair) {
                String first = pair.send("abc");
                String second = pair.send("def");
                pair.closeSender();
                return List.of(first, second, pair.receive(3), pair.receive(3), pair.receive(3));
            }
        },
        RECEIVE_AFTER_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL {
            @Override
            List<String> run(Pair pair) {
                String sent = pair.send("abc");
                pair.closeReceiver();
                return List.of(sent, pair.receiveAtSender(3));
            }
        },
        A_REPLY_BEFORE_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL {
            @Override
            List<String> run(Pair pair) {
                String sent = pair.send("abc");
                String reply = pair.reply("xyz");
                pair.closeReceiver();
                return List.of(sent, reply, pair.receiveAtSender(3), pair.receiveAtSender(3), pair.receiveAtSender(3));
            }
        },
        A_REPLY_AFTER_OWN_FINISH {
            @Override
            List<String> run(Pair pair) {
                pair.finish();
                return List.of(pair.receive(64), pair.reply("xyz"), pair.receiveAtSender(3));
            }
        },
        SEND_AND_RECEIVE_AFTER_OWN_CLOSE {
            @Override
            List<String> run(Pair pair) {
                pair.closeSender();
                return List.of(pair.send("abc"), pair.receiveAtSender(3));
            }
        },
        A_MESSAGE_LARGER_THAN_THE_RECEIVERS_BUFFER {
            @Override
            List<String> run(Pair pair) {
                String first = pair.send("0123456");
                String second = pair.send("z");
                pair.finish();
                return List.of(first, second, pair.receive(4), pair.receive(4), pair.receive(4));
            }
        },
        A_MESSAGE_LARGER_THAN_THE_SENDERS_BUFFER {
            @Override
            List<String> run(Pair pair) {
                String sent = pair.send("x".repeat(MEBIBYTE));
                pair.finish();
                return List.of(sent, pair.receive(2 * MEBIBYTE));
            }
        };

        abstract List<String> run(Pair pair);
    }

    /** A line of the table. */
    private record Row(Script script, List<String> unix, List<String> weft) {
        static Row same(Script script, String... both) {
            return new Row(script, List.of(both), List.of(both));
        }

        static Row differs(Script script, List<String> unix, List<String> weft) {
            return new Row(script, unix, weft);
        }
    }

    /** In Unix "zero" is all that a program is told of an empty message and of the end alike. */
    private static final List<Row> SEQPACKET = List.of(
            Row.differs(
                    Script.AN_EMPTY_MESSAGE_BEFORE_ANOTHER,
                    List.of("sent", "sent", "zero", "'x'", "zero"),
                    List.of("sent", "sent", "''", "'x'", "end")),
            Row.same(Script.TWO_MESSAGES_INTO_ONE_LARGE_BUFFER, "sent", "sent", "'abc'", "'defgh'"),
            Row.differs(Script.SEND_AFTER_OWN_FINISH, List.of("error: EPIPE"), List.of(FINISHED)),
            Row.differs(
                    Script.RECEIVE_AFTER_THE_PEER_HAS_FINISHED,
                    List.of("sent", "'abc'", "zero", "zero"),
                    List.of("sent", "'abc'", "end", "end")),
            Row.differs(Script.SEND_AFTER_THE_PEER_HAS_CLOSED, List.of("error: EPIPE"), List.of(CLOSED)),
            Row.differs(
                    Script.RECEIVE_AFTER_THE_PEER_HAS_CLOSED,
                    List.of("sent", "sent", "'abc'", "'def'", "zero"),
                    List.of("sent", "sent", "'abc'", "'def'", "end")),
            Row.differs(
                    Script.RECEIVE_AFTER_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL,
                    List.of("sent", "error: ECONNRESET"),
                    List.of("sent", CLOSED)),
            Row.differs(
                    Script.A_REPLY_BEFORE_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL,
                    List.of("sent", "sent", "error: ECONNRESET", "'xyz'", "zero"),
                    List.of("sent", "sent", "'xyz'", CLOSED, CLOSED)),
            Row.differs(
                    Script.A_REPLY_AFTER_OWN_FINISH, List.of("zero", "sent", "'xyz'"), List.of("end", "sent", "'xyz'")),
            Row.differs(
                    Script.SEND_AND_RECEIVE_AFTER_OWN_CLOSE,
                    List.of("error: EBADF", "error: EBADF"),
                    List.of(FINISHED, SHUT)),
            Row.differs(
                    Script.A_MESSAGE_LARGER_THAN_THE_RECEIVERS_BUFFER,
                    List.of("sent", "sent", "'0123', cut off", "'z'", "zero"),
                    List.of("sent", "sent", "'0123456'", "'z'", "end")),
            Row.differs(
                    Script.A_MESSAGE_LARGER_THAN_THE_SENDERS_BUFFER,
                    List.of("error: EMSGSIZE", "zero"),
                    List.of("sent", "1048576 bytes")));

    /** A sender of DGRAM has no socket in Weft, so that there is nothing to finish. */
    private static final List<Row> DGRAM = List.of(
            Row.differs(
                    Script.AN_EMPTY_MESSAGE_BEFORE_ANOTHER,
                    List.of("sent", "sent", "zero", "'x'", "nothing"),
                    List.of("sent", "sent", "''", "'x'", "nothing")),
            Row.same(Script.TWO_MESSAGES_INTO_ONE_LARGE_BUFFER, "sent", "sent", "'abc'", "'defgh'"),
            Row.differs(Script.SEND_AFTER_OWN_FINISH, List.of("error: EPIPE"), List.of("sent")),
            Row.same(Script.RECEIVE_AFTER_THE_PEER_HAS_FINISHED, "sent", "'abc'", "nothing", "nothing"),
            Row.differs(
                    Script.SEND_AFTER_THE_PEER_HAS_CLOSED,
                    List.of("error: ECONNREFUSED"),
                    List.of("error: no endpoint")),
            Row.same(Script.RECEIVE_AFTER_THE_PEER_HAS_CLOSED, "sent", "sent", "'abc'", "'def'", "nothing"),
            Row.differs(
                    Script.A_MESSAGE_LARGER_THAN_THE_RECEIVERS_BUFFER,
                    List.of("sent", "sent", "'0123', cut off", "'z'", "nothing"),
                    List.of("sent", "sent", "'0123456'", "'z'", "nothing")),
            Row.differs(
                    Script.A_MESSAGE_LARGER_THAN_THE_SENDERS_BUFFER,
                    List.of("error: EMSGSIZE", "nothing"),
                    List.of("sent", "1048576 bytes")));

    private static final List<Row> STREAM = List.of(
            Row.same(Script.AN_EMPTY_MESSAGE_BEFORE_ANOTHER, "sent", "sent", "'x'", "end", "end"),
            Row.same(Script.TWO_MESSAGES_INTO_ONE_LARGE_BUFFER, "sent", "sent", "'abcdefgh'", "end"),
            Row.differs(Script.SEND_AFTER_OWN_FINISH, List.of("error: closed"), List.of(FINISHED)),
            Row.same(Script.RECEIVE_AFTER_THE_PEER_HAS_FINISHED, "sent", "'abc'", "end", "end"),
            Row.differs(Script.SEND_AFTER_THE_PEER_HAS_CLOSED, List.of("error: broken pipe"), List.of(CLOSED)),
            Row.same(Script.RECEIVE_AFTER_THE_PEER_HAS_CLOSED, "sent", "sent", "'abc'", "'def'", "end"),
            Row.same(Script.RECEIVE_AFTER_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL, "sent", CLOSED),
            Row.same(
                    Script.A_REPLY_BEFORE_THE_PEER_HAS_CLOSED_WITHOUT_TAKING_ALL,
                    "sent",
                    "sent",
                    "'xyz'",
                    CLOSED,
                    CLOSED),
            Row.same(Script.A_REPLY_AFTER_OWN_FINISH, "end", "sent", "'xyz'"),
            Row.differs(
                    Script.SEND_AND_RECEIVE_AFTER_OWN_CLOSE,
                    List.of("error: closed", "error: closed"),
                    List.of(FINISHED, SHUT)),
            Row.same(Script.A_MESSAGE_LARGER_THAN_THE_RECEIVERS_BUFFER, "sent", "sent", "'0123'", "'456z'", "end"));

    // ------------------------------------------------------------------ Unix

    @Test
    void streamsOfUnixBehaveAsTheTableSays() throws IOException {
        Path path = Files.createTempDirectory("weft").resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            for (Row row : STREAM) {
                try (SocketChannel a = SocketChannel.open(UnixDomainSocketAddress.of(path));
                        SocketChannel b = listener.accept()) {
                    assertThat(row.script().run(new Streams(a, a::shutdownOutput, b)))
                            .as("STREAM, %s", row.script())
                            .isEqualTo(row.unix());
                }
            }
        } finally {
            Files.deleteIfExists(path);
            Files.deleteIfExists(path.getParent());
        }
    }

    @Test
    void packetsOfUnixBehaveAsTheTableSays() throws IOException, InterruptedException {
        assertOracleSays("seqpacket", SEQPACKET);
    }

    @Test
    void datagramsOfUnixBehaveAsTheTableSays() throws IOException, InterruptedException {
        assertOracleSays("dgram", DGRAM);
    }

    private void assertOracleSays(String kind, List<Row> rows) throws IOException, InterruptedException {
        Path program = compiled();
        for (Row row : rows) {
            try (Oracle oracle = new Oracle(program, kind)) {
                assertThat(row.script().run(oracle))
                        .as("%s, %s", kind, row.script())
                        .isEqualTo(row.unix());
            }
        }
    }

    private Path compiled() throws IOException, InterruptedException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux") && onPath("cc"),
                "no Linux with a C compiler (cc), so AF_UNIX SEQPACKET and DGRAM are not asked");
        Path source = directory.resolve("pair.c");
        try (InputStream resource = UnixOracleTest.class.getResourceAsStream("/unix/pair.c")) {
            Files.copy(resource, source);
        }
        Path program = directory.resolve("pair");
        Process compiler = new ProcessBuilder("cc", "-o", program.toString(), source.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("cc.log").toFile())
                .start();
        boolean ended = compiler.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        compiler.destroyForcibly();
        assertThat(ended && compiler.exitValue() == 0)
                .as(Files.readString(directory.resolve("cc.log")))
                .isTrue();
        return program;
    }

    private static boolean onPath(String command) {
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")) {
            if (Files.isExecutable(Path.of(folder, command))) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ Weft

    private final List<Mesh> nodes = new ArrayList<>();
    private Mesh alice;
    private Mesh bob;
    private NodeId toBob;

    private Mesh node(String name) {
        Mesh node = Mesh.builder("oracle")
                .nodeName(name)
                .ephemeral()
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .join();
        nodes.add(node);
        return node;
    }

    private void meet() throws InterruptedException {
        alice = node("alice");
        bob = node("bob");
        toBob = alice.await("bob", PATIENCE).orElseThrow().id();
        assertThat(bob.await("alice", PATIENCE)).isPresent();
    }

    @AfterEach
    void part() {
        nodes.forEach(Mesh::close);
        nodes.clear();
    }

    @Test
    void packetsBehaveAsTheTableSays() throws Exception {
        meet();
        for (Row row : SEQPACKET) {
            try (Listener<PacketSocket> listener = bob.listenPackets("edge");
                    PacketSocket a = alice.connectPackets(toBob, "edge", ConnectOptions.DEFAULT);
                    PacketSocket b = listener.accept()) {
                assertThat(row.script().run(new Packets(a, b)))
                        .as("SEQPACKET, %s", row.script())
                        .isEqualTo(row.weft());
            }
        }
    }

    @Test
    void datagramsBehaveAsTheTableSays() throws Exception {
        for (Row row : DGRAM) {
            meet();
            try (Endpoint inbox = bob.open("edge", SocketKind.DGRAM)) {
                assertThat(row.script().run(new Datagrams(alice, toBob, inbox)))
                        .as("DGRAM, %s", row.script())
                        .isEqualTo(row.weft());
            }
            part();
        }
    }

    @Test
    void streamsBehaveAsTheTableSays() throws Exception {
        meet();
        for (Row row : STREAM) {
            try (Listener<StreamSocket> listener = bob.listenStream("edge");
                    StreamSocket a = alice.connectStream(toBob, "edge", ConnectOptions.DEFAULT);
                    StreamSocket b = listener.accept()) {
                assertThat(row.script().run(new Streams(a, a::finish, b)))
                        .as("STREAM, %s", row.script())
                        .isEqualTo(row.weft());
            }
        }
    }

    // ------------------------------------------------------------------ pairs

    private static String shown(byte[] message) {
        return message.length > SHOWN_MAX
                ? message.length + " bytes"
                : "'" + new String(message, StandardCharsets.UTF_8) + "'";
    }

    private static String fate(Ticket ticket) throws InterruptedException {
        Optional<Outcome> outcome = ticket.await(PATIENCE);
        return outcome.isEmpty()
                ? "no outcome"
                : outcome.get().isDelivered()
                        ? "sent"
                        : "error: " + words(outcome.get().reason());
    }

    private static String words(Outcome.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String refusal(IOException refused) {
        if (refused instanceof ConnectionException connection) {
            return refused.getMessage().contains("finished")
                    ? FINISHED
                    : "error: " + words(connection.outcome().reason());
        }
        return refused instanceof java.nio.channels.ClosedChannelException
                ? "error: closed"
                : "error: " + refused.getMessage().toLowerCase(Locale.ROOT);
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("out of time", e);
    }

    private record Packets(PacketSocket a, PacketSocket b) implements Pair {
        @Override
        public String send(String text) {
            return send(a, text);
        }

        /** The very first is refused. */
        @Override
        public String sendUntilRefused(String text) {
            return send(text);
        }

        private static String send(PacketSocket from, String text) {
            try {
                return fate(from.send(text.getBytes(StandardCharsets.UTF_8)));
            } catch (ConnectionException refused) {
                return refusal(refused);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        @Override
        public String receive(int roomBytes) {
            return receive(b);
        }

        @Override
        public String reply(String text) {
            return send(b, text);
        }

        @Override
        public String receiveAtSender(int roomBytes) {
            return receive(a);
        }

        private static String receive(PacketSocket at) {
            try {
                return at.receive(PATIENCE).map(UnixOracleTest::shown).orElse("end");
            } catch (TimeoutException e) {
                return "nothing";
            } catch (ConnectionException refused) {
                return refusal(refused);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        @Override
        public void finish() {
            a.finish();
        }

        @Override
        public void closeSender() {
            a.close();
        }

        @Override
        public void closeReceiver() {
            b.close();
        }
    }

    private record Datagrams(Mesh from, NodeId to, Endpoint inbox) implements Pair {
        @Override
        public String send(String text) {
            try {
                return fate(from.send(to, inbox.name(), text.getBytes(StandardCharsets.UTF_8), SendOptions.DGRAM));
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        @Override
        public String receive(int roomBytes) {
            try {
                return inbox.receive(QUIET)
                        .map(message -> shown(message.payload()))
                        .orElse("nothing");
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        @Override
        public String reply(String text) {
            throw new IllegalStateException("nobody answers a datagram");
        }

        @Override
        public String receiveAtSender(int roomBytes) {
            throw new IllegalStateException("nobody answers a datagram");
        }

        @Override
        public void finish() {
            // There is nothing to finish: whoever sends has no socket.
        }

        @Override
        public void closeSender() {
            from.close();
        }

        @Override
        public void closeReceiver() {
            inbox.close();
        }
    }

    /** Nothing but the half-close is asked of either kind beyond being a channel. */
    private record Streams(ByteChannel a, HalfClose half, ByteChannel b) implements Pair {
        interface HalfClose {
            void close() throws IOException;
        }

        @Override
        public String send(String text) {
            return write(a, text);
        }

        @Override
        public String reply(String text) {
            return write(b, text);
        }

        private static String write(ByteChannel from, String text) {
            try {
                from.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                return "sent";
            } catch (IOException refused) {
                return refusal(refused);
            }
        }

        @Override
        public String receive(int roomBytes) {
            return receive(b, roomBytes);
        }

        @Override
        public String receiveAtSender(int roomBytes) {
            return receive(a, roomBytes);
        }

        /** Reads until its room is full or the end has come. */
        private static String receive(ByteChannel at, int roomBytes) {
            ByteBuffer room = ByteBuffer.allocate(roomBytes);
            try {
                while (room.hasRemaining() && at.read(room) >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException refused) {
                return refusal(refused);
            }
            byte[] got = new byte[room.flip().remaining()];
            room.get(got);
            return got.length == 0 ? "end" : shown(got);
        }

        @Override
        public void finish() {
            try {
                half.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void closeSender() {
            close(a);
        }

        @Override
        public void closeReceiver() {
            close(b);
        }

        private static void close(ByteChannel end) {
            try {
                end.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** The C program, which waits for nothing longer than {@link #QUIET} and ends itself after 30 s. */
    private static final class Oracle implements Pair, AutoCloseable {
        private final Process process;
        private final Writer commands;
        private final BufferedReader answers;

        Oracle(Path program, String kind) throws IOException {
            process = new ProcessBuilder(program.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            commands = process.outputWriter(StandardCharsets.UTF_8);
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            assertThat(ask("open " + kind)).isEqualTo("open");
        }

        private String ask(String command) {
            try {
                commands.write(command + "\n");
                commands.flush();
                String answer = answers.readLine();
                return answer == null ? "the program has ended" : answer;
            } catch (IOException e) {
                throw new AssertionError(command, e);
            }
        }

        @Override
        public String send(String text) {
            return ask(text.length() > SHOWN_MAX ? "fill " + text.length() : "send " + text);
        }

        @Override
        public String receive(int roomBytes) {
            return ask("receive b " + roomBytes);
        }

        @Override
        public String reply(String text) {
            return ask("reply " + text);
        }

        @Override
        public String receiveAtSender(int roomBytes) {
            return ask("receive a " + roomBytes);
        }

        @Override
        public void finish() {
            assertThat(ask("finish")).isEqualTo("finished");
        }

        @Override
        public void closeSender() {
            assertThat(ask("close a")).isEqualTo("closed");
        }

        @Override
        public void closeReceiver() {
            assertThat(ask("close b")).isEqualTo("closed");
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
