package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CoursesTest {
    private static final Outcome DELIVERED = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);
    private static final SendOptions PATIENT = SendOptions.RDM.withTimeout(Duration.ofMinutes(5));

    private final SendBudget budget = new SendBudget(1L << 40, 1L << 40);
    private final Courses courses = new Courses();
    private final AtomicLong numbers = new AtomicLong();

    /** Sends as a node does; what begins a burst is handed over. */
    private void send(NodeId node, String endpoint, SendOptions options, byte[] payload, Queue<Burst> handedOver) {
        Course course = courses.find(node, endpoint, options);
        if (course == null) {
            course = new Course(node, endpoint, options, Manner.DEFAULT);
            courses.put(course);
        }
        if (course.add(payload, numbers::getAndAdd) == null) {
            SendBudget.Account account = budget.tryTake(course.flow(), SendBudget.charge(payload.length));
            assertThat(account).isNotNull();
            handedOver.add(course.begin(account, payload, numbers.incrementAndGet(), null));
        }
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static int number(ByteView message) {
        return ByteBuffer.wrap(message.toByteArray()).getInt();
    }

    private static NodeId node(int number) {
        return new NodeId(0x8000L + number, number * 0x9e37_79b9_7f4a_7c15L);
    }

    /** What the loop takes, for each endpoint in the order in which it would be sent. */
    private static Map<String, List<Integer>> take(Queue<Burst> handedOver) {
        Map<String, List<Integer>> taken = new HashMap<>();
        for (Burst burst = handedOver.poll(); burst != null; burst = handedOver.poll()) {
            Send send = burst.take();
            List<Integer> of = taken.computeIfAbsent(send.destination() + send.endpoint(), name -> new ArrayList<>());
            send.messages().forEach(message -> of.add(number(message)));
            burst.settle(DELIVERED, Runnable::run);
        }
        return taken;
    }

    @Test
    void aThreadThatSendsToSeveralEndpointsInTurnHandsOverOnceForEachWhileTheLoopIsAway() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        List<Integer> all = new ArrayList<>();
        for (int number = 0; number < 100; number++) {
            for (int i = 0; i < 8; i++) {
                send(node(i), "inbox", SendOptions.RDM, numbered(number), handedOver);
            }
            all.add(number);
        }
        assertThat(handedOver).hasSize(8);
        assertThat(take(handedOver))
                .hasSize(8)
                .allSatisfy((endpoint, taken) -> assertThat(taken).isEqualTo(all));
    }

    @Test
    void equalNamesAndOptionsAreOneEndpointInOneMannerWhoeverMadeThem() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        for (int i = 0; i < 10; i++) {
            String name = String.join("", "in", "box");
            send(node(1), name, SendOptions.RDM.withTimeout(Duration.ofSeconds(7)), numbered(i), handedOver);
        }
        assertThat(handedOver).hasSize(1);
    }

    @Test
    void aMessageInAnotherMannerIsNotOvertakenByOneAfterIt() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        for (int i = 0; i < 12; i += 3) {
            send(node(1), "inbox", SendOptions.RDM, numbered(i), handedOver);
            send(node(1), "inbox", SendOptions.RDM, numbered(i + 1), handedOver);
            send(node(1), "inbox", PATIENT, numbered(i + 2), handedOver);
        }
        assertThat(take(handedOver).values()).containsExactly(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    }

    @Test
    void aThousandEndpointsInTurnAreHandedOverToOnceEachWhileTheLoopIsAway() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        for (int number = 0; number < 16; number++) {
            for (int i = 0; i < 1_000; i++) {
                send(node(i % 3), "inbox-" + i, SendOptions.RDM, numbered(number), handedOver);
            }
        }
        assertThat(handedOver).hasSize(1_000);
        assertThat(courses.placeCount()).isLessThanOrEqualTo(4_096);
    }

    @Test
    void endpointsOnWhichNothingIsUnderWayMakeWayForOthers() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        for (int i = 0; i < 10_000; i++) {
            send(node(1), "inbox-" + i, SendOptions.RDM, numbered(i), handedOver);
            take(handedOver);
        }
        assertThat(courses.placeCount()).isEqualTo(Courses.PLACES_FIRST);
    }

    @Test
    void anEndpointThatWasReplacedBeginsAnewBehindWhatItHasHandedOver() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        send(node(1), "inbox", SendOptions.RDM, numbered(0), handedOver);
        send(node(1), "inbox", SendOptions.RDM, numbered(1), handedOver);
        for (int i = 0; i < 4 * Courses.PLACES_MAX; i++) {
            send(node(2), "inbox-" + i, SendOptions.RDM, numbered(i), handedOver);
        }
        assertThat(courses.placeCount()).isEqualTo(Courses.PLACES_MAX);
        assertThat(courses.find(node(1), "inbox", SendOptions.RDM)).isNull();
        send(node(1), "inbox", SendOptions.RDM, numbered(2), handedOver);
        assertThat(take(handedOver)).containsEntry(node(1) + "inbox", List.of(0, 1, 2));
    }

    @Test
    void manyMoreEndpointsThanPlacesGetAllOnceAndInOrder() {
        ArrayDeque<Burst> handedOver = new ArrayDeque<>();
        int endpoints = 2 * Courses.PLACES_MAX;
        for (int number = 0; number < 4; number++) {
            for (int i = 0; i < endpoints; i++) {
                send(node(i % 7), "inbox-" + i, SendOptions.RDM, numbered(number), handedOver);
            }
        }
        assertThat(take(handedOver))
                .hasSize(endpoints)
                .allSatisfy((endpoint, taken) -> assertThat(taken).containsExactly(0, 1, 2, 3));
        budget.flush();
        assertThat(budget.isInUse()).isFalse();
    }

    @Test
    void eachOfSeveralThreadsKeepsItsOrderToEachEndpointHoweverTheyAndTheLoopMeet() throws InterruptedException {
        int threads = 3;
        int endpoints = 5;
        int each = 20_000;
        ConcurrentLinkedQueue<Burst> handedOver = new ConcurrentLinkedQueue<>();
        AtomicInteger left = new AtomicInteger(threads);
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            senders.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    for (int e = 0; e < endpoints; e++) {
                        // Now and then another manner, which takes the place of what all use.
                        SendOptions options = i % 97 == 0 ? PATIENT : SendOptions.RDM;
                        send(node(e), "inbox", options, numbered(first + i), handedOver);
                    }
                }
                left.decrementAndGet();
            }));
        }
        senders.forEach(Thread::start);
        Map<String, int[]> next = new HashMap<>();
        boolean isLast = false;
        while (!isLast) {
            isLast = left.get() == 0;
            take(handedOver).forEach((endpoint, taken) -> {
                int[] expected = next.computeIfAbsent(endpoint, name -> new int[threads]);
                for (int number : taken) {
                    assertThat(number % each).isEqualTo(expected[number / each]++);
                }
            });
            budget.flush();
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(next)
                .hasSize(endpoints)
                .allSatisfy((endpoint, counts) -> assertThat(counts).containsOnly(each));
        budget.flush();
        assertThat(budget.isInUse()).isFalse();
    }
}
