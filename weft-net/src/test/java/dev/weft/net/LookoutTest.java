package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LookoutTest {
    private Loop loop;

    @AfterEach
    void close() {
        loop.close();
    }

    /** Has so much to do; remembers what it was asked. All on the loop. */
    private static final class Scripted implements Loop.Watched {
        private final List<String> asked = new ArrayList<>();
        private final CountDownLatch slept = new CountDownLatch(1);
        private int left;
        private int refusals;

        private Scripted(int left, int refusals) {
            this.left = left;
            this.refusals = refusals;
        }

        @Override
        public boolean work() {
            asked.add("work");
            return left-- > 0;
        }

        @Override
        public boolean letSleep() {
            asked.add("letSleep");
            if (refusals-- > 0) {
                return false;
            }
            slept.countDown();
            return true;
        }

        @Override
        public void wakeUp() {
            asked.add("wakeUp");
        }
    }

    @ParameterizedTest
    @EnumSource(Loop.Kind.class)
    void theLoopSleepsOnlyWhenAllThatIsWatchedLetsIt(Loop.Kind kind) throws InterruptedException {
        loop = new Loop("lookout", kind);
        Scripted busy = new Scripted(5, 2);
        Scripted idle = new Scripted(0, 0);
        loop.execute(() -> {
            loop.watch(idle);
            loop.watch(busy);
        });
        assertThat(busy.slept.await(20, TimeUnit.SECONDS)).isTrue();
        List<String> seen = onLoop(() -> List.copyOf(busy.asked));
        // What there was to do is done before the first word of sleep, and each refusal is followed by another look.
        assertThat(seen.subList(0, seen.indexOf("letSleep")).stream().filter("work"::equals))
                .hasSizeGreaterThanOrEqualTo(6);
        for (int i = 0; i + 1 < seen.size(); i++) {
            if (seen.get(i).equals("letSleep")) {
                assertThat(seen.get(i + 1)).isEqualTo("wakeUp");
            }
        }
        onLoop(() -> {
            loop.unwatch(busy);
            loop.unwatch(busy);
            return busy.asked.size();
        });
        int before = onLoop(busy.asked::size);
        assertThat(onLoop(busy.asked::size)).isLessThanOrEqualTo(before + 1);
        assertThat(onLoop(() -> idle.asked.get(idle.asked.size() - 1))).isNotEmpty();
    }

    private <T> T onLoop(java.util.function.Supplier<T> question) throws InterruptedException {
        List<T> answer = new ArrayList<>();
        CountDownLatch told = new CountDownLatch(1);
        loop.execute(() -> {
            answer.add(question.get());
            told.countDown();
        });
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        return answer.get(0);
    }
}
