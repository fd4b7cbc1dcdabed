package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Authority;
import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.JoinToken;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.Right;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An authority on the command line, from its making to what it takes back. */
@Timeout(300)
class AuthorityCommandTest {
    @TempDir
    Path directory;

    private final FakeMesh mesh = new FakeMesh();
    private final CommandLab lab = new CommandLab(mesh);
    private String dir = "";
    private String state = "";

    @BeforeEach
    void init() {
        dir = directory.resolve("authority").toString();
        state = directory.resolve("state").toString();
        CommandLab.Run run = lab.run("authority", "init", dir);
        assertThat(run.code()).isZero();
        assertThat(run.out().strip()).hasSize(32);
    }

    /** Whoever follows the node's files stops, and complains of nothing when they are gone. */
    @AfterEach
    void leave() {
        mesh.close();
    }

    private Path request(String name) throws Exception {
        CommandLab.Run run = lab.run("authority", "request", "--mesh", "demo", "--name", name, "--state", state);
        assertThat(run.err()).isEmpty();
        return file("request-" + name, run.out());
    }

    private Path file(String name, String text) throws Exception {
        Path file = directory.resolve(name);
        Files.writeString(file, text);
        return file;
    }

    private Credential sign(Path request, String... more) {
        List<String> command = new java.util.ArrayList<>(List.of("authority", "sign", "--dir", dir));
        command.addAll(List.of(more));
        command.add(request.toString());
        CommandLab.Run run = lab.run(command.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        return Credential.parse(run.out());
    }

    @Test
    void anAuthorityIsItsOwnersAloneAndNeverMadeTwice() throws Exception {
        Path key = Path.of(dir, "authority.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        Authority authority = Authority.readFile(key);
        assertThat(AuthorityKey.readFile(Path.of(dir, "authority.pub"))).isEqualTo(authority.key());
        CommandLab.Run again = lab.run("authority", "init", dir);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("not made twice");
        assertThat(Authority.readFile(key)).isEqualTo(authority);
    }

    @Test
    void aRequestIsSignedWithRolesServicesAndDates() throws Exception {
        Credential credential = sign(
                request("atlas"),
                "--name",
                "billing-1",
                "--roles",
                "client,worker",
                "--services",
                "billing,mail*",
                "--groups",
                "ops",
                "--deny",
                "send:payroll",
                "--valid",
                "12h");
        Credential.Grant grant = credential.grant();
        assertThat(grant.name()).isEqualTo("billing-1");
        assertThat(grant.mesh()).isEqualTo("demo");
        assertThat(grant.policy().permits(Right.OFFER, "billing")).isTrue();
        assertThat(grant.policy().permits(Right.CALL, "mailbox")).isTrue();
        assertThat(grant.policy().permits(Right.CALL, "hr")).isFalse();
        assertThat(grant.policy().permits(Right.JOIN, "ops")).isTrue();
        assertThat(grant.policy().permits(Right.SEND, "orders")).isFalse();
        assertThat(Duration.between(grant.notBefore(), grant.notAfter())).isEqualTo(Duration.ofHours(12));
        assertThat(AuthorityKey.readFile(Path.of(dir, "authority.pub")).vouchesFor(credential))
                .isTrue();

        Path file = file("c", credential.text());
        CommandLab.Run shown = lab.run(
                "authority",
                "show",
                file.toString(),
                "--authority",
                Path.of(dir, "authority.pub").toString());
        assertThat(shown.out()).contains("billing-1", "role       worker", "permission -send:payroll");
        Credential later = sign(request("atlas"));
        assertThat(later.grant().serial()).isGreaterThan(grant.serial());
        assertThat(Duration.between(later.grant().notBefore(), later.grant().notAfter()))
                .isEqualTo(Duration.ofDays(30));
        assertThat(later.grant().policy().permits(Right.SEND, "orders")).isTrue();
    }

    @Test
    void whatIsRevokedIsOnTheListWhoseNumberRises() throws Exception {
        Credential credential = sign(request("atlas"));
        NodeId node = credential.grant().node();
        CommandLab.Run run = lab.run("authority", "revoke", "atlas", "--dir", dir);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("node " + node + " is revoked by list");
        assertThat(run.err()).contains("--revocations");
        Path file = Path.of(dir, "revocations-demo");
        Revocations first = Revocations.readFile(file);
        assertThat(first.revokes(node)).isTrue();
        assertThat(lab.run("authority", "list", "--dir", dir).out()).contains("atlas", "revoked", "member");
        assertThat(lab.run("authority", "list", "--dir", dir, "--json").json().field("state"))
                .isEqualTo("revoked");
        assertThat(mesh.revoked).isEmpty();

        CommandLab.Run told =
                lab.run("authority", "revoke", node.brief(), "--settle", "0s", "--dir", dir, "--mesh", "demo");
        assertThat(told.err()).isEmpty();
        assertThat(told.code()).isZero();
        Revocations second = Revocations.readFile(file);
        assertThat(second.content().number()).isGreaterThan(first.content().number());
        assertThat(mesh.revoked).containsExactly(second);
        MeshConfig joined = mesh.joined.orElseThrow();
        assertThat(joined.mesh()).isEqualTo("demo");
        assertThat(joined.authorization()).isPresent();
    }

    @Test
    void oldCredentialsAloneCanBeTakenBack() throws Exception {
        Credential old = sign(request("atlas"));
        Credential fresh = sign(request("atlas"));
        assertThat(lab.run(
                                "authority",
                                "revoke",
                                "atlas",
                                "--dir",
                                dir,
                                "--serial",
                                Long.toString(old.grant().serial()))
                        .code())
                .isZero();
        Revocations list = Revocations.readFile(Path.of(dir, "revocations-demo"));
        assertThat(list.revokes(old.grant().node(), old.grant().serial())).isTrue();
        assertThat(list.revokes(fresh.grant().node(), fresh.grant().serial())).isFalse();
    }

    @Test
    void aNodeIsRevokedByItsIdThoughTheRegisterIsLost() {
        NodeId node = NodeId.parse("0a1b2c3d-4e5f-8607-9081-92a3b4c5d6e7");
        CommandLab.Run unknown = lab.run("authority", "revoke", node.toString(), "--dir", dir);
        assertThat(unknown.code()).isEqualTo(4);
        assertThat(unknown.err()).contains("no credential was signed");
        CommandLab.Run run =
                lab.run("authority", "revoke", node.toString(), "--settle", "0s", "--dir", dir, "--mesh", "demo");
        assertThat(run.code()).isZero();
        assertThat(mesh.revoked.get(0).revokes(node)).isTrue();
    }

    @Test
    void aTokenPreparesANodeThatUpThenStarts() throws Exception {
        String token = lab.run("authority", "token", "--dir", dir, "--mesh", "demo", "--peer", "tcp/10.0.0.7:7400")
                .out()
                .strip();
        assertThat(JoinToken.parse(token).locators()).containsExactly(Locator.parse("tcp/10.0.0.7:7400"));
        CommandLab.Run asked = lab.run("join", token, "--name", "atlas", "--state", state);
        assertThat(asked.code()).isZero();
        assertThat(asked.err()).contains("compare that");
        Credential credential = sign(file("request", asked.out()));
        CommandLab.Run kept =
                lab.run("join", "--credential", file("c", credential.text()).toString(), "--state", state);
        assertThat(kept.err()).isEmpty();
        assertThat(kept.out()).contains("weft up --mesh demo");

        lab.interrupted("up", "--mesh", "demo", "--state", state, "--remote", "1");
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.nodeName()).isEqualTo("atlas");
        assertThat(config.peers()).containsExactly(Locator.parse("tcp/10.0.0.7:7400"));
        MeshConfig.Authorization authorization = config.authorization().orElseThrow();
        assertThat(authorization.credential()).contains(credential);
        assertThat(authorization.authority()).isEqualTo(AuthorityKey.readFile(Path.of(dir, "authority.pub")));
    }

    @Test
    void whatDoesNotFitIsRefusedAtTheJoin() throws Exception {
        assertThat(lab.run("join").err()).contains("give a token, or --credential FILE");
        assertThat(lab.run("join", "weft-join-1-abcd").err()).contains("mistyped or cut");
        assertThat(lab.run("join", "nonsense").err()).contains("a token begins with");
        Credential credential = sign(request("atlas"));
        Path file = file("c", credential.text());
        assertThat(lab.run("join", "--credential", file.toString(), "--state", state)
                        .err())
                .contains("knows no authority yet");
        String token =
                lab.run("authority", "token", "--dir", dir, "--mesh", "demo").out();
        String elsewhere = directory.resolve("elsewhere").toString();
        assertThat(lab.run("join", token, "--state", elsewhere).code()).isZero();
        assertThat(lab.run("join", "--credential", file.toString(), "--state", elsewhere)
                        .err())
                .contains("not for the one in");
        String other = directory.resolve("other").toString();
        assertThat(lab.run("authority", "init", other).code()).isZero();
        String foreign =
                lab.run("authority", "token", "--dir", other, "--mesh", "demo").out();
        assertThat(lab.run("join", foreign, "--state", elsewhere).err()).contains("another authority");
    }

    @Test
    void badInputIsRefusedInWords() throws Exception {
        String none = directory.resolve("none").toString();
        assertThat(lab.run("authority").err()).contains("say what to do");
        assertThat(lab.run("authority", "sign", "--dir", none, "x").err()).contains("weft authority init");
        assertThat(lab.run("authority", "sign", "--dir", dir, none).err()).contains("there is no file");
        assertThat(lab.run("authority", "sign", "--dir", dir, file("bad", "x").toString())
                        .err())
                .contains("BEGIN WEFT CREDENTIAL REQUEST");
        String request = request("atlas").toString();
        assertThat(lab.run("authority", "sign", "--dir", dir, "--roles", "king", request)
                        .err())
                .contains("is no role");
        assertThat(lab.run("authority", "sign", "--dir", dir, "--services", "a", request)
                        .err())
                .contains("--services needs");
        assertThat(lab.run("authority", "sign", "--dir", dir, "--valid", "0s", request)
                        .err())
                .contains("must be 1s or more");
        assertThat(lab.run("authority", "sign", "--dir", dir, "--deny", "x", request)
                        .err())
                .contains("is no permission");
        assertThat(lab.run("authority", "sign", "--dir", dir, "--endpoints", "a*b", request)
                        .err())
                .contains("before its end");
        assertThat(lab.run("authority", "token", "--dir", dir, "--mesh", "a b").err())
                .contains("mesh name");
        Path key = Path.of(dir, "authority.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(lab.run("authority", "list", "--dir", dir).err()).contains("chmod 600");
        assertThat(lab.ask("peers", "--credential", file("c", "x").toString()).err())
                .contains("BEGIN WEFT CREDENTIAL");
        assertThat(lab.ask("peers", "--authority", none).err()).contains("there is no file");
    }

    @Test
    void aRunningNodeFollowsItsFiles() throws Exception {
        Path request = request("atlas");
        Path credential = file("c", sign(request).text());
        lab.run("authority", "revoke", "atlas", "--dir", dir, "--serial", "1");
        Path revocations = Path.of(dir, "revocations-demo");
        AuthorityFiles files = AuthorityFiles.of(
                java.util.Optional.of(Path.of(dir, "authority.pub")),
                java.util.Optional.of(credential),
                java.util.Optional.of(revocations));
        files.follow(mesh);
        Credential next = sign(request);
        Files.writeString(credential, next.text());
        until(() -> mesh.renewed.equals(List.of(next)));
        Files.writeString(credential, "half written");
        lab.run("authority", "revoke", "atlas", "--dir", dir);
        until(() -> mesh.revoked.size() == 1);
        assertThat(mesh.revoked.get(0)).isEqualTo(Revocations.readFile(revocations));
        assertThat(mesh.renewed).hasSize(1);
        assertThat(Instant.now()).isAfter(next.grant().notBefore().minusSeconds(1));
    }

    @Test
    void partnersAreReadFromConfiguration() throws Exception {
        Path toml = file(
                "weft.toml",
                "[partners]\n\"tcp/10.0.0.*\" = \"plain\"\n\"hub\" = \"encrypted"
                        + " 0a1b2c3d-4e5f-8607-9081-92a3b4c5d6e7\"\n");
        lab.ask("peers", "--config", toml.toString());
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.partners()).hasSize(2);
        assertThat(config.partners())
                .anyMatch(partner ->
                        partner.isAt("tcp/10.0.0.9:1") && partner.carriage() == MeshConfig.Partner.Carriage.PLAIN);
        Path bad = file("bad.toml", "[partners]\n\"hub\" = \"plain\"\n");
        assertThat(lab.ask("peers", "--config", bad.toString()).err()).contains("give its address");
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
