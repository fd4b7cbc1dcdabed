package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Bundle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BurstTest {
    private static final Outcome DELIVERED = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);

    private final SendBudget budget = new SendBudget(1 << 20, 1 << 20);
    private final SendBudget.Flow flow = new SendBudget.Flow(NodeId.ZERO, "inbox", SocketKind.RDM, 3);
    private final Course course = new Course(NodeId.ZERO, "inbox", SendOptions.RDM, Manner.DEFAULT);
    private final AtomicLong numbers = new AtomicLong();
    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();

    private Burst begin(byte[] payload) {
        SendBudget.Account account = budget.tryTake(flow, SendBudget.charge(payload.length));
        assertThat(account).isNotNull();
        return course.begin(account, payload, take(1), null);
    }

    private @Nullable TicketEnd add(byte[] payload) {
        return course.add(payload, this::take);
    }

    private long take(int count) {
        return numbers.getAndAdd(count) + 1;
    }

    private static byte[] payload(int bytes, int content) {
        byte[] payload = new byte[bytes];
        Arrays.fill(payload, (byte) content);
        return payload;
    }

    @Test
    void whatIsAddedUntilTheLoopTakesItIsOneSendInOrder() {
        Burst burst = begin(payload(3, 1));
        List<ByteView> wanted = new ArrayList<>(List.of(ByteView.of(payload(3, 1))));
        for (int i = 2; i < 100; i++) {
            assertThat(add(payload(i, i))).isNotNull();
            wanted.add(ByteView.of(payload(i, i)));
        }
        Send send = burst.take();
        assertThat(send.messages()).isEqualTo(wanted);
        assertThat(add(payload(3, 3))).isNull();
        assertThat(burst.count()).isEqualTo(99);
        assertThat(burst.number(0)).isEqualTo(1);
        assertThat(burst.number(98)).isEqualTo(99);
    }

    @Test
    void itIsNoLargerThanABundleAndTakesNoLargeMessage() {
        begin(payload(0, 0));
        for (int i = 1; i < Bundle.MESSAGES_MAX; i++) {
            assertThat(add(payload(0, 0))).isNotNull();
        }
        assertThat(add(payload(0, 0))).isNull();
        Burst large = begin(payload(1_000, 0));
        int added = 1;
        while (add(payload(1_000, 0)) != null) {
            added++;
        }
        assertThat(Bundle.bytesOf(large.take().messages()))
                .isEqualTo(added * 1_002)
                .isBetween(15_000, 16_384);
        begin(payload(10, 0));
        assertThat(add(payload(4_000, 0))).isNull();
        begin(payload(100_000, 0));
        assertThat(add(payload(10, 0))).isNull();
    }

    @Test
    void whatComesNextIsExpectedToBeAsLongAsTheLongerOfTheLastTwo() {
        assertThat(course.expectedBytes()).isZero();
        Burst longer = begin(payload(100, 0));
        assertThat(add(payload(100, 0))).isNotNull();
        longer.take();
        assertThat(course.expectedBytes()).isEqualTo(202);
        begin(payload(5, 0)).take();
        assertThat(course.expectedBytes()).isEqualTo(202);
        begin(payload(5, 0)).take();
        assertThat(course.expectedBytes()).isZero();
    }

    @Test
    void anotherThreadBeginsAnother() throws InterruptedException {
        begin(payload(3, 1));
        List<@Nullable TicketEnd> added = Collections.synchronizedList(new ArrayList<>());
        Thread other = new Thread(() -> added.add(add(payload(3, 2))));
        other.start();
        other.join();
        assertThat(added).hasSize(1).containsOnlyNulls();
    }

    @Test
    void allTheRoomThatWasLentIsGivenBackAtTheEndOfTheTurn() {
        for (int messages : new int[] {1, 2, 8, 9, 40}) {
            long charge = 0;
            Burst burst = begin(payload(7, 0));
            for (int i = 1; i < messages; i++) {
                assertThat(add(payload(i, 0))).isNotNull();
                charge += SendBudget.charge(i);
            }
            burst.take();
            budget.flush();
            assertThat(budget.counters()).containsEntry("send.held-bytes", charge + SendBudget.charge(7));
            burst.settle(DELIVERED, callbacks::add);
            assertThat(budget.isInUse()).isTrue();
            budget.flush();
            assertThat(budget.isInUse()).isFalse();
            Burst lapsed = begin(payload(7, 0));
            for (int i = 1; i < messages; i++) {
                assertThat(add(payload(i, 0))).isNotNull();
            }
            lapsed.lapse(callbacks::add);
            assertThat(budget.isInUse()).isFalse();
        }
    }

    @Test
    void whereThereIsNoRoomNothingIsAdded() {
        SendBudget little = new SendBudget(6 * 1_000, 1_000);
        SendBudget.Account account = little.tryTake(flow, SendBudget.charge(488));
        assertThat(account).isNotNull();
        course.begin(account, payload(488, 0), 1, null);
        assertThat(add(payload(0, 0))).isNull();
    }

    @Test
    void handlersAreToldOnceEachByTasksAndWhoAsksLateAtOnce() throws InterruptedException {
        List<Integer> told = new ArrayList<>();
        Burst burst = begin(payload(1, 0));
        List<TicketEnd> tickets = new ArrayList<>(List.of(burst.ticket()));
        for (int i = 1; i < 100; i++) {
            tickets.add(add(payload(1, 0)));
        }
        for (int i = 0; i < 50; i++) {
            int number = i;
            tickets.get(i).onOutcome(outcome -> told.add(number));
        }
        burst.take();
        burst.settle(DELIVERED, callbacks::add);
        assertThat(told).isEmpty();
        assertThat(tickets.get(99).await()).isEqualTo(DELIVERED);
        tickets.get(70).onOutcome(outcome -> told.add(70));
        assertThat(told).containsExactly(70);
        while (!callbacks.isEmpty()) {
            callbacks.remove().run();
        }
        assertThat(told).hasSize(51).doesNotHaveDuplicates();
    }

    @Test
    void whoGaveAHandlerWithTheMessageHearsItsOutcomeOnceBesideThoseWhoKeepTickets() {
        List<Integer> told = new ArrayList<>();
        SendBudget.Account account = budget.tryTake(flow, SendBudget.charge(1));
        assertThat(account).isNotNull();
        Burst burst = course.begin(account, payload(1, 0), take(1), outcome -> told.add(0));
        for (int i = 1; i < 100; i++) {
            int index = i;
            if (i % 3 == 0) {
                TicketEnd ticket = add(payload(1, 0));
                assertThat(ticket).isNotNull();
                ticket.onOutcome(outcome -> told.add(index));
            } else {
                assertThat(course.add(payload(1, 0), this::take, outcome -> told.add(index)))
                        .isPositive();
            }
        }
        burst.take();
        assertThat(course.add(payload(1, 0), this::take, outcome -> told.add(-1)))
                .as("another is to begin")
                .isZero();
        burst.settle(DELIVERED, callbacks::add);
        while (!callbacks.isEmpty()) {
            callbacks.remove().run();
        }
        assertThat(told).hasSize(100).doesNotHaveDuplicates().doesNotContain(-1);
    }

    @Test
    void eachSendHasANumberOfItsOwnAndTheLoopTheSameOneAsTheSender() {
        TreeSet<Long> all = new TreeSet<>();
        for (int i = 0; i < 10; i++) {
            Burst burst = begin(payload(1, 0));
            List<Long> given = new ArrayList<>(List.of(burst.ticket().number()));
            for (int j = 0; j < 20 * i; j++) {
                if (j % 2 == 0) {
                    given.add(course.add(payload(1, 0), this::take, outcome -> {}));
                } else {
                    given.add(Objects.requireNonNull(add(payload(1, 0))).number());
                }
            }
            burst.take();
            for (int index = 0; index < given.size(); index++) {
                assertThat(burst.number(index)).isEqualTo(given.get(index));
            }
            all.addAll(given);
        }
        assertThat(all).hasSize(10 + 20 * 45);
    }

    @Test
    void whereNobodyAsksThereIsNoTask() {
        Burst burst = begin(payload(1, 0));
        burst.take();
        burst.settle(DELIVERED, callbacks::add);
        assertThat(callbacks).isEmpty();
    }

    @Test
    void nothingIsLostOrDoubledAndAllRoomComesBackHoweverAddingAndTakingMeet() throws InterruptedException {
        int messages = 200_000;
        ConcurrentLinkedQueue<Burst> handedOver = new ConcurrentLinkedQueue<>();
        AtomicLong told = new AtomicLong();
        Thread sender = new Thread(() -> {
            for (int i = 0; i < messages; i++) {
                byte[] payload = {(byte) i, (byte) (i >> 8), (byte) (i >> 16)};
                TicketEnd ticket = add(payload);
                if (ticket == null) {
                    SendBudget.Account account = null;
                    while (account == null) {
                        account = budget.tryTake(flow, SendBudget.charge(payload.length));
                    }
                    Burst begun = course.begin(account, payload, take(1), null);
                    handedOver.add(begun);
                    ticket = begun.ticket();
                }
                ticket.onOutcome(outcome -> told.incrementAndGet());
            }
        });
        sender.start();
        int taken = 0;
        while (taken < messages) {
            Burst burst = handedOver.poll();
            if (burst == null) {
                continue;
            }
            for (ByteView message : burst.take().messages()) {
                int number = message.at(0) & 0xff | (message.at(1) & 0xff) << 8 | (message.at(2) & 0xff) << 16;
                assertThat(number).isEqualTo(taken++);
            }
            burst.settle(DELIVERED, Runnable::run);
            budget.flush();
        }
        sender.join();
        assertThat(told).hasValue(messages);
        assertThat(budget.isInUse()).isFalse();
    }
}
