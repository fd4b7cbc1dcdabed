package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.core.seal.Sealer;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** As {@link EngineFuzz}, with an engine that seals what passes over relays, and peers that seal too, rightly or not. */
class SealedEngineFuzz {
    @MethodSource("scripts")
    @FuzzTest
    void anEngineThatSealsKeepsItsBooksWhateverItsPeersSay(byte[] input) {
        EngineFuzz.run(input, Sealer.Policy.RELAYED);
    }

    @Test
    void everyVectorOfTheDocsIsTakenOverALink() {
        EngineFuzz.vectorScripts().forEach(input -> EngineFuzz.run(input, Sealer.Policy.ALWAYS));
    }

    @Test
    void scriptsReachBehindTheSeal() {
        Map<String, Long> counters = EngineFuzz.speakUnderSeals();
        assertThat(counters.get("seal.accepted")).isEqualTo(1);
        assertThat(counters.get("seal.opened")).isEqualTo(1);
        assertThat(counters.get("seal.forged")).isEqualTo(1);
        assertThat(counters.get("seal.begun")).isEqualTo(1);
        assertThat(counters.get("seal.sealed")).isPositive();
    }

    static Stream<byte[]> scripts() {
        return EngineFuzz.scripts();
    }
}
