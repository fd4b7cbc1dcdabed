package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Authority;
import dev.weft.MeshKey;
import dev.weft.lab.Jvm;
import dev.weft.lab.RealTime;
import java.io.File;
import java.io.IOException;
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
 * Three hosts of a laboratory, the one in the middle a relay, and everything that goes over the wires of two of them, byte
 * by byte: with a key, nothing of it is to be read there. In plain every word of it is, or the listener would be deaf.
 */
@Timeout(900)
@ExtendWith(RealTime.class)
class SecretWireIT {
    private static final Path NETLAB =
            Path.of("..", "tools", "netlab.sh").toAbsolutePath().normalize();
    private static final String LAB = "sec" + ProcessHandle.current().pid() % 1_000;

    /** Reads every frame of every interface of a host until it is ended. */
    private static final String LISTENER = """
            import socket, sys
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
            out = open(sys.argv[1], 'wb', buffering=0)
            open(sys.argv[1] + '.ready', 'w').close()
            while True:
                out.write(s.recv(65535))
            """;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void raiseTheLab() throws Exception {
        assumeTrue(
                Files.isReadable(Path.of("/proc/self/ns/net")) && isRoot() && has("ip") && has("python3"),
                "skipped: hosts in network namespaces need root, ip and python3");
        assertThat(netlab("up", "3").waitFor()).isZero();
    }

    @AfterEach
    void takeTheLabDown() throws Exception {
        processes.forEach(Process::destroyForcibly);
        if (isRoot() && has("ip")) {
            netlab("down").waitFor();
        }
        Leaks.assertNone(directory);
    }

    @Test
    void withAKeyNoWordOfTheMeshIsReadableOnTheWire() throws Exception {
        Path key = directory.resolve("mesh.key");
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, MeshKey.random().text());
        String heard = exchange("sealed", key.toString());
        // What passes for a mesh, passed: TLS in both directions, and beacons.
        assertThat(heard).contains("Ws\u0001").contains("weft/1");
        assertThat(heard).doesNotContain(CanaryNode.CANARY);
    }

    @Test
    void withAnAuthorityNoWordOfACredentialIsReadableOnTheWire() throws Exception {
        Path key = directory.resolve("mesh.key");
        Path authority = directory.resolve("authority.key");
        for (Path file : List.of(key, authority)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(key, MeshKey.random().text());
        Files.writeString(authority, Authority.generate().text());
        String heard = exchange("vouched", key.toString(), authority.toString());
        assertThat(heard).contains("weft/1");
        assertThat(heard).doesNotContain(CanaryNode.CANARY);
    }

    @Test
    void inPlainEveryWordIsReadableSoTheListenerIsNotDeaf() throws Exception {
        String heard = exchange("plain");
        // Each of them, so that the absence of each means something.
        for (String word : List.of(
                "-mesh", "-payload-49", "-endpoint", "-send", "-receive", "-relay", "-tag", "-group", "-cast-19")) {
            assertThat(heard).as(word).contains(CanaryNode.CANARY + word);
        }
    }

    /** All that is heard at the one who receives and at the relay while fifty messages, and twenty for many, go there. */
    private String exchange(String name, String... key) throws Exception {
        List<Path> captures = List.of(directory.resolve(name + ".capture"), directory.resolve(name + ".relay.capture"));
        List<Process> listeners = List.of(listen(1, captures.get(0)), listen(3, captures.get(1)));
        on(3, node(name, "relay", "10.77.0.3", key));
        on(1, node(name, "receive", "10.77.0.1", key));
        Process sender = on(2, node(name, "send", "10.77.0.2", key));
        String said = new String(sender.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(sender.waitFor()).as(said).isZero();
        assertThat(said).contains("all delivered");
        StringBuilder heard = new StringBuilder();
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).destroy();
            listeners.get(i).waitFor();
            String each = Files.readString(captures.get(i), StandardCharsets.ISO_8859_1);
            assertThat(each).as(captures.get(i).toString()).hasSizeGreaterThan(10_000);
            heard.append(each);
        }
        return heard.toString();
    }

    private Process listen(int host, Path capture) throws Exception {
        Process listener = on(host, List.of("python3", "-c", LISTENER, capture.toString()));
        Path ready = Path.of(capture + ".ready");
        while (!Files.exists(ready)) {
            assertThat(listener.isAlive()).as("the listener lives").isTrue();
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return listener;
    }

    private List<String> node(String name, String role, String address, String... key) {
        List<String> command = new ArrayList<>(Jvm.command(
                List.of(),
                CanaryNode.class.getName(),
                role,
                directory.resolve(name + "-" + role).toString(),
                address));
        command.addAll(List.of(key));
        return command;
    }

    private Process on(int host, List<String> command) throws IOException {
        List<String> inHost = new ArrayList<>(List.of("exec", Integer.toString(host)));
        inHost.addAll(command);
        Process process = netlab(inHost.toArray(new String[0]));
        processes.add(process);
        return process;
    }

    private Process netlab(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(NETLAB.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                Leaks.watched(new ProcessBuilder(command), directory).redirectErrorStream(true);
        builder.environment().put("NETLAB", LAB);
        if (!arguments[0].equals("exec")) {
            builder.redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")));
        }
        return builder.start();
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static boolean has(String program) {
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }
}
