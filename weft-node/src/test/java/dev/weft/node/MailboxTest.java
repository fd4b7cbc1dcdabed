package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Integer> taken = new ArrayList<>();
    private final Mailbox<Integer> mailbox = new Mailbox<>(() -> "the box", 4, tasks::add, taken::add);

    @Test
    void aHandlerGetsAllInOrderFromOneTask() {
        List<Integer> handed = new ArrayList<>();
        mailbox.onEach(handed::add);
        List<Integer> items = IntStream.range(0, 100).boxed().toList();
        mailbox.addAll(List.of(items.iterator()));
        mailbox.addAll(List.of(List.of(100).iterator()));
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(handed).hasSize(101).isSorted();
        assertThat(taken).isEqualTo(handed);
    }

    @Test
    void anItemIsTakenWhenItIsHandedOverNotWhenItLeavesTheBox() {
        List<Integer> takenBefore = new ArrayList<>();
        mailbox.onEach(item -> takenBefore.add(taken.size()));
        mailbox.addAll(List.of(List.of(1, 2, 3).iterator()));
        tasks.remove().run();
        assertThat(takenBefore).containsExactly(1, 2, 3);
    }

    @Test
    void aTimeoutMayBeLongerThanNanosecondsCount() throws InterruptedException {
        mailbox.add(7);
        assertThat(mailbox.take(ChronoUnit.FOREVER.getDuration())).contains(7);
    }

    @Test
    void aHandlerThatFailsGetsTheNextItemAllTheSame() throws InterruptedException {
        List<Integer> handed = new ArrayList<>();
        List<Throwable> uncaught = new ArrayList<>();
        mailbox.onEach(item -> {
            handed.add(item);
            if (item == 1) {
                throw new AssertionError("a handler");
            }
        });
        mailbox.addAll(List.of(List.of(1, 2, 3).iterator()));
        Thread handing = new Thread(tasks.remove());
        handing.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        handing.start();
        handing.join();
        assertThat(handed).containsExactly(1, 2, 3);
        assertThat(uncaught).hasSize(1);
        mailbox.add(4);
        tasks.remove().run();
        assertThat(handed).endsWith(4);
    }

    @Test
    void whatComesWhileTheHandlerRunsNeedsNoTaskMore() {
        List<Integer> handed = new ArrayList<>();
        mailbox.onEach(item -> {
            handed.add(item);
            if (item < 10) {
                mailbox.addAll(List.of(List.of(item + 1).iterator()));
            }
        });
        mailbox.addAll(List.of(List.of(1).iterator()));
        tasks.remove().run();
        assertThat(handed).hasSize(10);
        assertThat(tasks).isEmpty();
    }

    @Test
    void aLaterHandlerGetsWhatTheEarlierHasNotBegun() {
        List<Integer> later = new ArrayList<>();
        mailbox.onEach(item -> mailbox.onEach(later::add));
        mailbox.addAll(List.of(List.of(1, 2, 3).iterator()));
        tasks.remove().run();
        assertThat(later).containsExactly(2, 3);
    }

    @Test
    void whatIsInTheBoxWhenItClosesStaysToBeTaken() throws InterruptedException {
        mailbox.addAll(List.of(List.of(1, 2).iterator()));
        assertThat(mailbox.close()).isTrue();
        assertThat(mailbox.take()).isEqualTo(1);
        assertThat(mailbox.take()).isEqualTo(2);
        assertThat(mailbox.take(java.time.Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void whatCameTogetherIsTakenApartByThoseWhoWaitAndNoneOfThemIsForgotten() throws InterruptedException {
        int threads = 4;
        List<Thread> waiting = new ArrayList<>();
        List<Integer> got = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                try {
                    got.add(mailbox.take());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.start();
            waiting.add(thread);
        }
        mailbox.addAll(List.of(List.of(1, 2, 3).iterator(), List.of(4).iterator()));
        for (Thread thread : waiting) {
            thread.join();
        }
        assertThat(got).containsExactlyInAnyOrder(1, 2, 3, 4);
    }
}
