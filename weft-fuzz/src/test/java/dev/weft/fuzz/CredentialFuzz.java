package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Permission;
import dev.weft.Right;
import dev.weft.Role;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What strangers may send before they have proved anything: any bytes are refused in words, or are a credential that is
 * written in the one way it can be.
 */
class CredentialFuzz {
    private static final String FINGERPRINT = "00112233445566778899aabbccddeeff";
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");

    @MethodSource("credentials")
    @FuzzTest
    void bytesAreACredentialOrRefused(byte[] input) {
        judgeCredential(input);
    }

    @Test
    void whatIsWrittenIsRead() {
        credentials()
                .forEach(bytes -> assertThat(Credential.decode(bytes).bytes()).isEqualTo(bytes));
        credentials().forEach(CredentialFuzz::judgeCredential);
    }

    static Stream<byte[]> credentials() {
        return Stream.of(
                        grant(List.of(), List.of()),
                        grant(
                                List.of(Role.values()),
                                List.of(
                                        Permission.allow(Right.SEND, "orders"),
                                        Permission.deny(Right.JOIN, "team-*"),
                                        Permission.allow(Right.BROKER, ""))))
                .map(grant -> Credential.of(grant, new byte[Credential.SIGNATURE_BYTES])
                        .bytes());
    }

    private static Credential.Grant grant(List<Role> roles, List<Permission> permissions) {
        return new Credential.Grant(
                FINGERPRINT, "demo", new NodeId(1, 2), "atlas", 7, FROM, FROM.plusSeconds(86_400), roles, permissions);
    }

    private static void judgeCredential(byte[] input) {
        Credential credential;
        try {
            credential = Credential.decode(input);
        } catch (IllegalArgumentException expected) {
            assertThat(expected.getMessage()).isNotBlank();
            return;
        }
        assertThat(credential.bytes()).isEqualTo(input);
        assertThat(input.length).isLessThanOrEqualTo(Credential.BYTES_MAX);
        assertThat(Credential.parse(credential.text())).isEqualTo(credential);
        for (Right right : Right.values()) {
            boolean permitted = credential.grant().policy().permits(right, "orders");
            assertThat(credential.grant().policy().permits(right, "orders")).isEqualTo(permitted);
        }
        Allocation.check(input.length, () -> Credential.decode(input));
    }
}
