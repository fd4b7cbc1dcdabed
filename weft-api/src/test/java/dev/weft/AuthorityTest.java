package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an authority signs, how it is written and what is refused. */
final class AuthorityTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final NodeId NODE = NodeId.parse("0a1b2c3d-4e5f-8607-9081-92a3b4c5d6e7");

    private final Authority authority = Authority.generate();

    @TempDir
    Path directory;

    private Credential.Grant grant(List<Role> roles, Permission... permissions) {
        return new Credential.Grant(
                authority.key().fingerprint(),
                "demo",
                NODE,
                "atlas",
                7,
                BEGIN,
                BEGIN.plus(Duration.ofDays(30)),
                roles,
                List.of(permissions));
    }

    private Revocations revocations(Revocations.Entry... entries) {
        return authority.sign(
                new Revocations.Content(authority.key().fingerprint(), "demo", 3, BEGIN, List.of(entries)));
    }

    @Test
    void whatIsSignedIsReadAgainFromBytesAndFromText() {
        Credential credential = authority.sign(grant(
                List.of(Role.WORKER, Role.MEMBER),
                Permission.parse("offer:billing*"),
                Permission.parse("-send:payroll")));
        assertThat(Credential.decode(credential.bytes())).isEqualTo(credential);
        assertThat(Credential.parse("Dear all,\n" + credential.text() + "\nyours"))
                .isEqualTo(credential);
        assertThat(authority.key().vouchesFor(credential)).isTrue();
        assertThat(Authority.generate().key().vouchesFor(credential)).isFalse();
        Revocations list = revocations(new Revocations.Entry(NODE, 7));
        assertThat(Revocations.parse(list.text())).isEqualTo(list);
        assertThat(authority.key().vouchesFor(list)).isTrue();
    }

    @Test
    void everyFlippedBitIsRefused() {
        Credential credential = authority.sign(grant(List.of(Role.MEMBER), Permission.parse("send:orders")));
        byte[] bytes = credential.bytes();
        for (int bit = 0; bit < bytes.length * 8; bit += 3) {
            byte[] altered = bytes.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(authority.key().vouchesFor(Credential.decode(altered)))
                        .as("bit %d", bit)
                        .isFalse();
            } catch (IllegalArgumentException unreadable) {
                assertThat(unreadable).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void everyCutAndEveryNoiseIsRefusedInWords() {
        byte[] credential = authority.sign(grant(List.of())).bytes();
        byte[] list = revocations(new Revocations.Entry(NODE, 7)).bytes();
        for (int length = 0; length < credential.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(credential, length);
            assertThatThrownBy(() -> Credential.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        for (int length = 0; length < list.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(list, length);
            assertThatThrownBy(() -> Revocations.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = (i % 2 == 0 ? credential : list).clone();
            for (int j = 0; j < 3; j++) {
                noise[3 + random.nextInt(noise.length - 3)] = (byte) random.nextInt();
            }
            try {
                assertThat(
                                i % 2 == 0
                                        ? Credential.decode(noise).bytes()
                                        : Revocations.decode(noise).bytes())
                        .isEqualTo(noise);
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void aSecondSignatureCannotBeMadeOfTheFirst() {
        Credential credential = authority.sign(grant(List.of()));
        byte[] signature = credential.signature();
        java.math.BigInteger order =
                new java.math.BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
        java.math.BigInteger s =
                order.subtract(new java.math.BigInteger(1, java.util.Arrays.copyOfRange(signature, 32, 64)));
        byte[] other = s.toByteArray();
        byte[] twin = java.util.Arrays.copyOf(signature, 64);
        System.arraycopy(other, other.length - 32, twin, 32, 32);
        assertThat(authority.key().vouchesFor(Credential.of(credential.grant(), twin)))
                .isFalse();
    }

    @Test
    void manySignaturesHold() {
        for (int i = 0; i < 50; i++) {
            assertThat(authority.key().vouchesFor(authority.sign(grant(List.of()))))
                    .isTrue();
        }
    }

    @Test
    void anAuthorityIsKeptInAFileOfItsOwnerAlone() throws Exception {
        Path file = directory.resolve("authority.key");
        Files.writeString(file, authority.text());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Authority.readFile(file)).hasMessageContaining("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(Authority.readFile(file)).isEqualTo(authority);
        assertThat(AuthorityKey.readFile(file)).isEqualTo(authority.key());
        assertThat(authority.toString()).contains(authority.key().fingerprint());
        Files.writeString(file, "nothing");
        assertThatThrownBy(() -> Authority.readFile(file))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("BEGIN WEFT AUTHORITY");
        String mixed = Authority.generate().key().text()
                + authority.text().substring(authority.key().text().length());
        assertThatThrownBy(() -> Authority.parse(mixed)).hasMessageContaining("do not belong together");
    }

    @Test
    void aRequestProvesTheKeyThatItNames() {
        KeyPair key = Signing.generate();
        CredentialRequest request = CredentialRequest.of("demo", "atlas", key);
        CredentialRequest read = CredentialRequest.parse(request.text());
        assertThat(read.node())
                .isEqualTo(NodeId.fromDigest(Signing.sha256(key.getPublic().getEncoded())));
        assertThat(read.name()).isEqualTo("atlas");
        byte[] bytes = Armour.unwrap("CREDENTIAL REQUEST", request.text());
        bytes[9] ^= 1;
        assertThatThrownBy(() -> CredentialRequest.parse(Armour.wrap("CREDENTIAL REQUEST", bytes)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTokenCarriesMeshAuthorityAndLocators() {
        JoinToken token = new JoinToken("demo", authority.key(), List.of(Locator.parse("tcp/10.0.0.7:7400")));
        assertThat(JoinToken.parse(token.text() + "\n")).isEqualTo(token);
        assertThatThrownBy(() -> JoinToken.parse(token.text().substring(0, 60)))
                .hasMessageContaining("mistyped or cut");
        assertThatThrownBy(() -> JoinToken.parse("weft-key-1-")).hasMessageContaining("weft authority token");
    }

    @Test
    void aListNamesWhoIsRevoked() {
        NodeId other = NodeId.parse("ffffffff-4e5f-8607-9081-92a3b4c5d6e7");
        Revocations list =
                revocations(new Revocations.Entry(NODE, 7), new Revocations.Entry(other, Revocations.Entry.ALL));
        assertThat(list.revokes(NODE, 7)).isTrue();
        assertThat(list.revokes(NODE, 8)).isFalse();
        assertThat(list.revokes(NODE)).isFalse();
        assertThat(list.revokes(other)).isTrue();
        assertThat(list.revokes(other, Long.MAX_VALUE)).isTrue();
        assertThatThrownBy(() -> revocations(new Revocations.Entry(other, 1), new Revocations.Entry(NODE, 1)))
                .hasMessageContaining("order");
    }

    @Test
    void rolesAllowAndPermissionsNarrowThem() {
        Policy member = grant(List.of()).policy();
        assertThat(member.permits(Right.SEND, "orders")).isTrue();
        assertThat(member.permits(Right.JOIN, "")).isTrue();
        assertThat(member.permits(Right.OFFER, "billing")).isFalse();
        assertThat(member.permits(Right.ADMINISTER, "")).isFalse();

        Policy worker = grant(List.of(Role.WORKER, Role.CLIENT), Permission.parse("offer:bill*"))
                .policy();
        assertThat(worker.permits(Right.OFFER, "billing")).isTrue();
        assertThat(worker.permits(Right.OFFER, "mail")).isFalse();
        assertThat(worker.permits(Right.CALL, "mail")).isTrue();
        assertThat(worker.permits(Right.SEND, "orders")).isFalse();

        Policy denied =
                grant(List.of(Role.MEMBER), Permission.parse("-send:pay*")).policy();
        assertThat(denied.permits(Right.SEND, "payroll")).isFalse();
        assertThat(denied.permits(Right.SEND, "orders")).isTrue();

        Policy relay = grant(List.of(Role.RELAY)).policy();
        for (Right right : Right.values()) {
            assertThat(relay.permits(right, "")).isFalse();
            assertThat(Policy.OPEN.permits(right, "")).isTrue();
            assertThat(Policy.NOTHING.permits(right, "")).isFalse();
        }
    }

    @Test
    void wrongPermissionsAndRolesAreRefusedInWords() {
        for (String wrong : List.of("sing:x", "send", "send:a*b", "broker:x", "", "-", "send:\u0001")) {
            assertThatThrownBy(() -> Permission.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        for (String right : List.of("send:*", "-join:team-*", "broker", "administer", "join:")) {
            assertThat(Permission.parse(right).toString()).isEqualTo(right);
        }
        assertThatThrownBy(() -> Role.parse("king")).hasMessageContaining("member, client");
        assertThatThrownBy(() -> new Credential.Grant(
                        "ab", "demo", NODE, "a", 1, BEGIN, BEGIN.plusSeconds(1), List.of(), List.of()))
                .hasMessageContaining("fingerprint");
        assertThatThrownBy(() -> authority.sign(new Credential.Grant(
                        "0".repeat(32), "demo", NODE, "a", 1, BEGIN, BEGIN.plusSeconds(1), List.of(), List.of())))
                .hasMessageContaining("names authority");
    }
}
