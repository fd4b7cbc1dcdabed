package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CrewTest {
    @Test
    void everyPieceIsRunOnceAndSeenByWhoeverAsked() {
        try (Crew crew = new Crew(4)) {
            for (int count = 0; count < 2_000; count++) {
                int[] times = new int[count % 100];
                crew.run(times.length, number -> times[number]++);
                assertThat(Arrays.stream(times)).as("%s pieces", times.length).allMatch(each -> each == 1);
            }
        }
    }

    @Test
    void aCrewOfOneDoesItAll() {
        int[] times = new int[30];
        try (Crew crew = new Crew(1)) {
            crew.run(times.length, number -> times[number]++);
        }
        assertThat(times).containsOnly(1);
    }

    @Test
    void helpersThatHaveFallenAsleepWakeUp() {
        int[] times = new int[30];
        try (Crew crew = new Crew(3)) {
            for (int round = 1; round <= 5; round++) {
                long until = System.nanoTime() + 5_000_000L;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                crew.run(times.length, number -> times[number]++);
                assertThat(times).containsOnly(round);
            }
        }
    }
}
