package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Description;
import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration file: where it is looked for, what it may say, what it comes to. */
class ConfigTest {
    @TempDir
    Path directory;

    private final FakeMesh mesh = new FakeMesh();
    private final CommandLab lab = new CommandLab(mesh);

    private Path file(String name, String... lines) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, List.of(lines));
    }

    @Test
    void fileThatIsNamedComesFirstThenTheNearest() throws IOException {
        Path named = file("named.toml", "");
        Path byEnvironment = file("environment.toml", "");
        Path etc = file("etc/weft/weft.toml", "").getParent().getParent();
        Map<String, String> environment = new TreeMap<>(Map.of("XDG_CONFIG_HOME", directory + "/home"));
        Path here = directory.resolve("here");
        assertThat(Settings.find(Optional.empty(), environment, here, etc)).contains(etc.resolve("weft/weft.toml"));
        Path home = file("home/weft/weft.toml", "");
        assertThat(Settings.find(Optional.empty(), environment, here, etc)).contains(home);
        Path local = file("here/weft.toml", "");
        assertThat(Settings.find(Optional.empty(), environment, here, etc)).contains(local);
        environment.put("WEFT_CONFIG", byEnvironment.toString());
        assertThat(Settings.find(Optional.empty(), environment, here, etc)).contains(byEnvironment);
        assertThat(Settings.find(Optional.of(named), environment, here, etc)).contains(named);
        environment.put("WEFT_CONFIG", directory + "/missing.toml");
        assertThatThrownBy(() -> Settings.find(Optional.empty(), environment, here, etc))
                .hasMessageContaining("$WEFT_CONFIG");
    }

    @Test
    void everythingThatAFileSaysReachesTheMesh() throws Exception {
        Path file = file(
                "weft.toml",
                "mesh = 'demo'",
                "remote = 2",
                "plaintext = true",
                "peers = ['tcp/10.0.0.7:7400']",
                "listen = ['tcp/0.0.0.0:7400']",
                "state-directory = '/tmp/state'",
                "[beacon]",
                "group = '239.1.2.3:4567'",
                "[node]",
                "name = 'carol'",
                "tags = ['eu', 'db']",
                "groups = ['ops']",
                "attributes = { rack = '7' }",
                "receive-bits-per-second = 1000",
                "[limits]",
                "links = 9",
                "[link]",
                "heartbeat = '250ms'",
                "handshake = '2s'",
                "pinned = ['alice']",
                "only-pinned = true");
        lab.interrupted("up", "--config", file.toString());
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.mesh()).isEqualTo("demo");
        assertThat(config.remoteHops()).isEqualTo(2);
        assertThat(config.peers()).containsExactly(Locator.parse("tcp/10.0.0.7:7400"));
        assertThat(config.listen()).containsExactly(Locator.parse("tcp/0.0.0.0:7400"));
        assertThat(config.stateDirectory()).hasToString("/tmp/state");
        assertThat(config.beacon().group()).isEqualTo("239.1.2.3");
        assertThat(config.nodeName()).isEqualTo("carol");
        assertThat(config.limits()).isEqualTo(Limits.DEFAULT.with(Limit.LINKS, 9));
        assertThat(config.heartbeat()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.handshake()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.links())
                .isEqualTo(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("alice"), List.of()));
        assertThat(config.description())
                .isEqualTo(new Description(
                        List.of("ops"),
                        List.of("eu", "db"),
                        new TreeMap<>(Map.of("rack", "7")),
                        new Peer.Bandwidth(1_000, 0)));
    }

    @Test
    void optionsOutdoTheFileAndBriefCommandsDoNotListenWhereItSays() throws IOException {
        Path file = file("weft.toml", "mesh = 'demo'", "listen = ['tcp/127.0.0.1:7400']", "[node]", "name = 'carol'");
        lab.ask("peers", "--config", file.toString(), "--mesh", "other");
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.mesh()).isEqualTo("other");
        assertThat(config.listen()).isEmpty();
        assertThat(config.nodeName()).startsWith("weft-");
    }

    @Test
    void allThatIsWrongIsToldAtOnceWithItsPlaceAndTheNearestKey() throws IOException {
        Path file = file(
                "weft.toml",
                "mehs = 'demo'",
                "remote = 'far'",
                "peers = ['10.0.0.7']",
                "[link]",
                "  hartbeat = '1s'",
                "[colour]",
                "red = 1");
        CommandLab.Run run = lab.ask("peers", "--config", file.toString());
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(run.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains(file + ":1:1: unknown key 'mehs': did you mean 'mesh'?"),
                        line -> assertThat(line).contains(file + ":2:1: remote must be a whole number"),
                        line -> assertThat(line).contains(file + ":3:1: peers: locator '10.0.0.7' has no scheme"),
                        line -> assertThat(line)
                                .contains(":5:3: unknown key 'link.hartbeat': did you mean 'link.heartbeat'?"),
                        line -> assertThat(line).contains(":6:1: unknown key 'colour'"));
        assertThat(mesh.joined).isEmpty();
    }

    @Test
    void whatIsNoTomlIsToldWithItsPlace() throws IOException {
        Path file = file("weft.toml", "mesh = ", "remote = = 2");
        CommandLab.Run run = lab.ask("peers", "--config", file.toString());
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(run.err()).contains(file + ":1:");
    }

    @Test
    void configShowTellsEachSettingAndWhereItWasSaid() throws IOException {
        Path file = file("weft.toml", "", "remote = 3", "[node.attributes]", "rack = '7'");
        CommandLab.Run run = lab.run("config", "show", "--config", file.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern("remote +3 +" + file + ":2")
                .containsPattern("link.heartbeat +1s +default");
        CommandLab.Run json = lab.run("config", "show", "--json", "--config", file.toString());
        assertThat(json.out())
                .startsWith("{\"file\":\"" + file + "\",\"settings\":{")
                .contains("\"remote\":{\"value\":3,\"from\":\"" + file + ":2\"}")
                .contains("\"node.attributes\":{\"value\":{\"rack\":\"7\"}");
    }
}
