package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The {@code weft} command as its users type it, each in a process of its own and as if on a host of its own: an authority
 * and those whom it lets in and throws out, a key that changes under running nodes, and what each end says of it.
 */
@Timeout(900)
@ExtendWith(RealTime.class)
class GuardedProcessesIT {
    private static final long PATIENCE_SECONDS = 150;

    @TempDir
    Path folder;

    private Lab lab;

    /** What a command printed, and how it ended. */
    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void open() {
        lab = new Lab(folder, Lab.PARANOID);
    }

    @AfterEach
    void close() {
        List<String> leaks =
                lab.complaints().stream().filter(line -> line.contains("LEAK")).toList();
        lab.close();
        assertThat(leaks).isEmpty();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Runs a command to its end, with the state of the named and in the host of the named. */
    private Ended weft(String name, String... arguments) throws Exception {
        List<String> command = Jvm.command(Lab.PLAIN, "dev.weft.cli.Main", arguments);
        Path err = Files.createTempFile(folder, name, ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("XDG_STATE_HOME", lab.state(name).toString());
        builder.environment().put("XDG_RUNTIME_DIR", lab.runtime(name).toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(String.join(" ", arguments))
                .isTrue();
        return new Ended(process.exitValue(), out, Files.readString(err));
    }

    /** Runs a command that looks for a moment again and again, until it has seen what there is to see. */
    private Ended explains(String seen, String name, String... arguments) throws Exception {
        Ended ended = weft(name, arguments);
        for (int tries = 0; tries < 10 && !ended.out().contains(seen); tries++) {
            ended = weft(name, arguments);
        }
        return ended;
    }

    private String done(String name, String... arguments) throws Exception {
        Ended ended = weft(name, arguments);
        assertThat(ended.code())
                .as("%s%n%s%n%s", String.join(" ", arguments), ended.out(), ended.err())
                .isZero();
        return ended.out();
    }

    private NodeProcess up(String name, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("up", "--mesh", "lab", "--name", name, "--no-beacon", "--heartbeat", "500ms"));
        arguments.addAll(List.of(more));
        arguments.add("--json");
        NodeProcess process =
                lab.startCommand(Lab.Plan.of(name).on(name, List.of()).with(arguments.toArray(new String[0])));
        process.await(0, line -> line.contains("\"event\":\"joined\""), "joined");
        return process;
    }

    private static String awaitEvent(NodeProcess process, int mark, String event, String... words) {
        return process.await(
                mark,
                line -> line.contains("\"event\":\"" + event + "\"")
                        && List.of(words).stream().allMatch(line::contains),
                event + " " + List.of(words));
    }

    private Path kept(String name, String file) {
        return lab.state(name).resolve("weft").resolve("lab").resolve(file);
    }

    @Test
    void whoIsSignedIsInAndWhoIsRevokedIsOutAndBothEndsSayWhy() throws Exception {
        String authority = folder.resolve("authority").toString();
        String at = "tcp/127.0.0.1:" + freePort();
        done("office", "authority", "init", authority);
        String token = done("office", "authority", "token", "--dir", authority, "--mesh", "lab", "--peer", at)
                .strip();
        for (String name : List.of("alice", "bob", "carol")) {
            Path request =
                    Files.writeString(folder.resolve(name + ".request"), done(name, "join", token, "--name", name));
            Path credential = Files.writeString(
                    folder.resolve(name + ".credential"),
                    done("office", "authority", "sign", request.toString(), "--dir", authority, "--roles", "member"));
            assertThat(done(name, "join", "--name", name, "--credential", credential.toString()))
                    .contains("weft up");
        }
        NodeProcess alice = up("alice", "--listen", at);
        NodeProcess bob = up("bob");
        awaitEvent(bob, 0, "link_up");
        awaitEvent(alice, 0, "link_up");
        // A third process, with its own credential, has something delivered.
        String[] carols = {
            "--mesh",
            "lab",
            "--no-beacon",
            "--peer",
            at,
            "--authority",
            kept("carol", "authority.pub").toString(),
            "--credential",
            kept("carol", "credential").toString()
        };
        assertThat(done("carol", with(carols, "send", "--wait", "60s", "alice", "weft/perf", "hello")))
                .startsWith("delivered");
        // Without one it is not let in, and is told.
        Ended stranger = weft("dave", "explain", "--mesh", "lab", "--no-beacon", "--peer", at, "--plaintext", at);
        assertThat(stranger.out()).doesNotContain("is linked");

        int atAlice = alice.mark();
        int atBob = bob.mark();
        assertThat(done("alice", "authority", "revoke", "bob", "--dir", authority, "--mesh", "lab", "--no-beacon"))
                .contains("is revoked by list 1");
        assertThat(awaitEvent(alice, atAlice, "link_down", "REVOKED")).contains("is revoked by list 1");
        assertThat(awaitEvent(bob, atBob, "link_down", "REVOKED")).contains("is revoked by list 1");
        // He goes on knocking: his log says why he is refused, and so does hers.
        awaitEvent(bob, atBob, "link_refused", "REVOKED", "is revoked by list 1");
        awaitEvent(alice, atAlice, "link_refused", "REVOKED", "is revoked by list 1");
        bob.kill();
        NodeProcess again = up("bob");
        awaitEvent(again, 0, "link_refused", "REVOKED", "is revoked by list 1");
        again.kill();
        // What his own node was refused, explain says; what hers has refused, her log, as above.
        Ended explained = explains(
                "refused by the other node",
                "bob",
                "explain",
                "--mesh",
                "lab",
                "--no-beacon",
                "--peer",
                at,
                "--authority",
                kept("bob", "authority.pub").toString(),
                "--credential",
                kept("bob", "credential").toString(),
                at);
        assertThat(explained.code()).isEqualTo(4);
        assertThat(explained.out()).contains("refused by the other node", "REVOKED", "is revoked by list 1");
        // Others are none the worse for it.
        assertThat(done("carol", with(carols, "send", "--wait", "60s", "alice", "weft/perf", "hello")))
                .startsWith("delivered");
    }

    private static String[] with(String[] options, String command, String... operands) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(options));
        all.addAll(List.of(operands));
        return all.toArray(new String[0]);
    }

    @Test
    void bothRunningNodesOfARefusedLinkSayWhyToTheirUserAndToNobodyElse() throws Exception {
        String at = "tcp/127.0.0.1:" + freePort();
        for (String name : List.of("alice", "bob")) {
            Path key = Files.writeString(folder.resolve(name + ".key"), done(name, "key", "new"));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        }
        String alicesKey = folder.resolve("alice.key").toString();
        String bobsKey = folder.resolve("bob.key").toString();
        NodeProcess alice = up("alice", "--listen", at, "--key", alicesKey);
        NodeProcess bob = up("bob", "--peer", at, "--key", bobsKey);
        awaitEvent(alice, 0, "link_refused", "NOT_A_MEMBER");
        awaitEvent(bob, 0, "link_refused", "NOT_A_MEMBER");
        // Neither names the other a peer that would refuse the command's own node.
        Ended atAlice =
                explains("NOT_A_MEMBER", "alice", "explain", "--mesh", "lab", "--no-beacon", "--key", alicesKey, "bob");
        assertThat(atAlice.out()).contains("alice sees it, which runs here").contains("NOT_A_MEMBER");
        Ended atBob =
                explains("NOT_A_MEMBER", "bob", "explain", "--mesh", "lab", "--no-beacon", "--key", bobsKey, "alice");
        assertThat(atBob.out()).contains("bob sees it, which runs here").contains(at + ": NOT_A_MEMBER");
        assertThat(atBob.code()).isEqualTo(4);
        Ended elsewhere = weft("carol", "explain", "--mesh", "lab", "--no-beacon", "--key", bobsKey, "alice");
        assertThat(elsewhere.out()).doesNotContain("NOT_A_MEMBER").contains("nobody refused a link");
    }

    @Test
    void aKeyIsChangedUnderRunningNodesWhoeverDoesNotFollowIsOutAndNobodyShowsIt() throws Exception {
        String first = done("office", "key", "new").strip();
        String second = done("office", "key", "new").strip();
        String at = "tcp/127.0.0.1:" + freePort();
        Path aliceKey = key("alice.key", first);
        Path bobKey = key("bob.key", first);
        Path lateKey = key("late.key", first);
        // One is told on the command line, one by the configuration, as its users may.
        Path config = Files.writeString(folder.resolve("bob.toml"), "key = '" + bobKey + "'\n");
        NodeProcess alice = up("alice", "--key", aliceKey.toString(), "--listen", at);
        NodeProcess bob = up("bob", "--config", config.toString(), "--peer", at);
        NodeProcess late = up("late", "--key", lateKey.toString(), "--peer", at);
        awaitEvent(bob, 0, "link_up");
        awaitEvent(late, 0, "link_up");
        int atBob = bob.mark();
        int atLate = late.mark();
        Files.writeString(bobKey, first + "\n" + second + "\n");
        Files.writeString(aliceKey, first + "\n" + second + "\n");
        TimeUnit.SECONDS.sleep(5);
        Files.writeString(bobKey, second + "\n");
        Files.writeString(aliceKey, second + "\n");
        // Who was forgotten is out, and says why.
        assertThat(awaitEvent(late, atLate, "link_down", "NOT_A_MEMBER")).contains("another mesh key");
        TimeUnit.SECONDS.sleep(5);
        String target = folder.resolve("send.key").toString();
        key("send.key", second);
        assertThat(done(
                        "eve",
                        "send",
                        "--mesh",
                        "lab",
                        "--no-beacon",
                        "--peer",
                        at,
                        "--key",
                        target,
                        "--wait",
                        "60s",
                        "bob",
                        "weft/perf",
                        "x"))
                .startsWith("delivered");
        // No link of those who followed was lost.
        assertThat(bob.said(atBob)).noneMatch(line -> line.contains("link_down") && line.contains(idOf(alice)));
        for (NodeProcess each : List.of(alice, bob, late)) {
            String seen = String.join("\n", each.said(0)) + each.readLog() + arguments(each);
            for (String secret : List.of(first, second)) {
                assertThat(seen).doesNotContain(secret.substring(9, 25));
            }
        }
    }

    private static String idOf(NodeProcess process) {
        return process.said(0).get(0).replaceFirst(".*\"node\":\"([^\"]+)\".*", "$1");
    }

    /** What everyone on the host may read of a process: its arguments. */
    private static String arguments(NodeProcess process) throws IOException {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        return Files.isReadable(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    }

    private Path key(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text + "\n");
    }
}
