package dev.weft.core.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Permission;
import dev.weft.Revocations;
import dev.weft.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What an authority signs, byte for byte as docs/protocol.md shows it. */
final class SignedVectorsTest {
    private static final NodeId NODE = NodeId.parse("0a1b2c3d-4e5f-8607-9081-92a3b4c5d6e7");
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");

    private static byte[] vector(String name) throws IOException {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("docs/protocol.md");
            if (Files.exists(file)) {
                Matcher matcher = Pattern.compile("(?m)^```bytes " + name + "\\R([0-9a-f\\s]*)^```")
                        .matcher(Files.readString(file));
                assertThat(matcher.find()).as(name).isTrue();
                return HexFormat.of().parseHex(matcher.group(1).replaceAll("\\s", ""));
            }
        }
        throw new AssertionError("no docs/protocol.md");
    }

    @Test
    void theCredentialOfTheDocsIsReadWrittenAndVouchedFor() throws IOException {
        AuthorityKey authority = AuthorityKey.decode(vector("authority"));
        Credential credential = Credential.decode(vector("credential"));
        Credential.Grant grant = new Credential.Grant(
                authority.fingerprint(),
                "demo",
                NODE,
                "atlas",
                7,
                FROM,
                Instant.parse("2026-01-31T00:00:00Z"),
                List.of(Role.MEMBER, Role.WORKER),
                List.of(Permission.parse("offer:billing*"), Permission.parse("-send:payroll")));
        assertThat(credential.grant()).isEqualTo(grant);
        assertThat(Credential.of(grant, credential.signature()).bytes()).isEqualTo(vector("credential"));
        assertThat(authority.vouchesFor(credential)).isTrue();
    }

    @Test
    void theRevocationsOfTheDocsAreReadWrittenAndVouchedFor() throws IOException {
        AuthorityKey authority = AuthorityKey.decode(vector("authority"));
        Revocations list = Revocations.decode(vector("revocations"));
        Revocations.Content content = new Revocations.Content(
                authority.fingerprint(),
                "demo",
                3,
                FROM,
                List.of(
                        new Revocations.Entry(NODE, 7),
                        new Revocations.Entry(
                                NodeId.parse("22222222-2222-8222-9222-222222222222"), Revocations.Entry.ALL)));
        assertThat(list.content()).isEqualTo(content);
        assertThat(Revocations.of(content, list.signature()).bytes()).isEqualTo(vector("revocations"));
        assertThat(authority.vouchesFor(list)).isTrue();
    }
}
