package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Revocations;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are refused in words, or are a list of revocations that is written in the one way it can be. */
class RevocationsFuzz {
    @MethodSource("revocations")
    @FuzzTest
    void bytesAreAListOfRevocationsOrRefused(byte[] input) {
        judge(input);
    }

    @Test
    void whatIsWrittenIsRead() {
        revocations()
                .forEach(bytes -> assertThat(Revocations.decode(bytes).bytes()).isEqualTo(bytes));
        revocations().forEach(RevocationsFuzz::judge);
    }

    static Stream<byte[]> revocations() {
        return Stream.of(
                        List.<Revocations.Entry>of(),
                        List.of(
                                new Revocations.Entry(new NodeId(1, 2), 7),
                                new Revocations.Entry(new NodeId(3, 4), Revocations.Entry.ALL)))
                .map(entries -> Revocations.of(
                                new Revocations.Content(
                                        "00112233445566778899aabbccddeeff",
                                        "demo",
                                        3,
                                        Instant.parse("2026-01-01T00:00:00Z"),
                                        entries),
                                new byte[Credential.SIGNATURE_BYTES])
                        .bytes());
    }

    private static void judge(byte[] input) {
        Revocations list;
        try {
            list = Revocations.decode(input);
        } catch (IllegalArgumentException expected) {
            assertThat(expected.getMessage()).isNotBlank();
            return;
        }
        assertThat(list.bytes()).isEqualTo(input);
        assertThat(input.length).isLessThanOrEqualTo(Revocations.BYTES_MAX);
        assertThat(Revocations.parse(list.text())).isEqualTo(list);
        Allocation.check(input.length, () -> Revocations.decode(input));
    }
}
