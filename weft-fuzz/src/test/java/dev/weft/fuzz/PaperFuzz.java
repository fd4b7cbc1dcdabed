package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Authority;
import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.JoinToken;
import dev.weft.Locator;
import dev.weft.MeshKey;
import dev.weft.Revocations;
import dev.weft.Role;
import dev.weft.net.secure.NodeKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What people hand each other as text, and an authority gets from nodes that it does not know: requests, tokens, keys,
 * credentials, lists. Any text is refused in words, or written again as what it was read as.
 */
class PaperFuzz {
    private static final List<Function<String, String>> READERS = List.of(
            text -> CredentialRequest.parse(text).text(),
            text -> JoinToken.parse(text).text(),
            text -> AuthorityKey.parse(text).text(),
            text -> Credential.parse(text).text(),
            text -> Revocations.parse(text).text(),
            text -> MeshKey.parse(text).text());

    @MethodSource("texts")
    @FuzzTest
    void textIsReadOrRefused(byte[] input) {
        judge(new String(input, StandardCharsets.ISO_8859_1));
        judge(token(input));
    }

    /** With the checksum that it needs to be looked at further. */
    private static String token(byte[] content) {
        try {
            byte[] check = MessageDigest.getInstance("SHA-256").digest(content);
            byte[] whole = Arrays.copyOf(content, content.length + 4);
            System.arraycopy(check, 0, whole, content.length, 4);
            return "weft-join-1-" + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void eachKindIsRead() {
        texts().forEach(bytes -> {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            assertThat(judge(text)).as(text).isPositive();
        });
    }

    static Stream<byte[]> texts() {
        Authority authority = Authority.generate();
        NodeKey key = NodeKey.generate();
        KeyPair pair = new KeyPair(key.publicKey(), key.privateKey());
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        String fingerprint = authority.key().fingerprint();
        return Stream.of(
                        CredentialRequest.of("demo", "atlas", pair).text(),
                        new JoinToken("demo", authority.key(), List.of(Locator.parse("tcp/10.0.0.7:7400"))).text(),
                        authority.key().text(),
                        authority
                                .sign(new Credential.Grant(
                                        fingerprint,
                                        "demo",
                                        key.id(),
                                        "atlas",
                                        7,
                                        from,
                                        from.plusSeconds(86_400),
                                        List.of(Role.MEMBER),
                                        List.of()))
                                .text(),
                        authority
                                .sign(new Revocations.Content(fingerprint, "demo", 3, from, List.of()))
                                .text(),
                        MeshKey.random().text())
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** How many take it. */
    private static int judge(String text) {
        int taken = 0;
        for (Function<String, String> reader : READERS) {
            String written;
            try {
                written = reader.apply(text);
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotBlank();
                continue;
            }
            taken++;
            assertThat(reader.apply(written)).isEqualTo(written);
        }
        return taken;
    }
}
