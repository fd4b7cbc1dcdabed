package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.fuzz.Texts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any file in the host directory is no entry, or one that is written as it was read, with places that can be dialled. */
class HostEntryFuzz {
    @MethodSource("files")
    @FuzzTest
    void linesAreAnEntryOrRefused(byte[] input) {
        judge(Texts.lines(input));
    }

    @Test
    void anEntryIsRead() {
        HostDirectory.Entry entry = HostDirectory.parse(List.of("incarnation=3", "pid=7", "locator=tcp/10.0.0.7:7400"));
        assertThat(entry.incarnation()).isEqualTo(3);
        assertThat(entry.locators()).containsExactly(Locator.parse("tcp/10.0.0.7:7400"));
        assertThatThrownBy(() -> HostDirectory.parse(List.of("incarnation=-3")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static Stream<byte[]> files() {
        return Stream.of(
                        "incarnation=3\npid=7\nlocator=tcp/10.0.0.7:7400\nlocator=unix//run/weft/a b.sock\n",
                        "incarnation=-1\nlocator=tcp/[fd77::1]:70000\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static void judge(List<String> lines) {
        HostDirectory.Entry entry;
        try {
            entry = HostDirectory.parse(lines);
        } catch (IllegalArgumentException expected) {
            return;
        }
        assertThat(entry.incarnation()).isNotNegative();
        assertThat(entry.locators()).hasSizeLessThanOrEqualTo(16);
        List<String> written = new ArrayList<>();
        written.add("incarnation=" + entry.incarnation());
        for (Locator locator : entry.locators()) {
            written.addAll(("locator=" + locator).lines().toList());
        }
        HostDirectory.Entry again = HostDirectory.parse(written);
        assertThat(again.incarnation()).isEqualTo(entry.incarnation());
        assertThat(again.locators()).isEqualTo(entry.locators());
        entry.locators().forEach(HostEntryFuzz::takeApart);
    }

    private static void takeApart(Locator locator) {
        try {
            HostAndPort place = HostAndPort.parse(locator);
            assertThat(place.port()).isBetween(0, 65_535);
            assertThat(locator.address()).contains(place.host());
        } catch (IOException expected) {
            assertThat(expected).hasMessageContaining(locator.toString());
        }
    }
}
