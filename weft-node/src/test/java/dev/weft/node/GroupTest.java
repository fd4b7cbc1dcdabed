package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Group;
import dev.weft.GroupMessage;
import dev.weft.GroupOutcome;
import dev.weft.GroupSendOptions;
import dev.weft.GroupTicket;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.wire.Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups of whole nodes in one process, over real sockets. */
@Timeout(300)
class GroupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private MeshBuilder node(String name) {
        return Mesh.builder("test")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(GroupMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsSentToAGroupComesToItsMembersAndTheSenderLearnsOfEach() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join();
                Mesh carol = node("carol").join()) {
            List<String> events = new CopyOnWriteArrayList<>();
            alice.subscribe(event -> {
                if (event.kind() == MeshEvent.Kind.GROUP_JOINED || event.kind() == MeshEvent.Kind.GROUP_LEFT) {
                    events.add(event.kind() + " " + event.detail());
                }
            });
            Membership atBob = bob.group("weather").join();
            Membership atCarol = carol.group("weather").join();
            Group weather = alice.group("weather");
            eventually(() -> weather.members().size() == 2);
            assertThat(alice.groups()).containsExactly("weather");
            assertThat(alice.find("bob").groups()).containsExactly("weather");

            GroupOutcome outcome = weather.send(bytes("storm")).await();
            NodeId bobId = bob.self().id();
            assertThat(outcome.isDeliveredToAll()).as("%s", outcome).isTrue();
            assertThat(outcome.byMember()).containsOnlyKeys(bobId, carol.self().id());
            GroupMessage received = atBob.receive();
            assertThat(text(received)).isEqualTo("storm");
            assertThat(received.from()).isEqualTo(alice.self().id());
            assertThat(text(atCarol.receive())).isEqualTo("storm");

            atCarol.close();
            eventually(() -> weather.members().size() == 1);
            assertThat(weather.send(bytes("calm")).await().byMember()).containsOnlyKeys(bobId);
            assertThatThrownBy(atCarol::receive).isInstanceOf(IllegalStateException.class);
            eventually(() -> events.size() == 3);
            assertThat(events).containsExactly("GROUP_JOINED weather", "GROUP_JOINED weather", "GROUP_LEFT weather");
        }
    }

    /** Alice and bob have links to the relay alone. */
    @Test
    void aSendToManyGoesAroundForbiddenNodes() throws InterruptedException {
        MeshConfig.Links toTheRelay =
                new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("relay"), List.of());
        try (Mesh relay = node("relay").join();
                Mesh alice = node("alice").links(toTheRelay).join();
                Mesh bob = node("bob").links(toTheRelay).join()) {
            Membership atBob = bob.group("weather").join();
            Membership atRelay = relay.group("weather").join();
            Group weather = alice.group("weather");
            eventually(() -> weather.members().size() == 2);
            GroupSendOptions around = GroupSendOptions.RDM
                    .withTimeout(Duration.ofMillis(500))
                    .withRetries(3)
                    .withRouting(Routing.BEST.avoiding(relay.self().id()));
            GroupOutcome outcome = weather.send(bytes("storm"), around).await();
            Outcome ofBob = outcome.byMember().get(bob.self().id());
            assertThat(ofBob)
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE);
            // Who is forbidden is a member all the same.
            assertThat(outcome.byMember().get(relay.self().id()).isDelivered()).isTrue();
            assertThat(text(atRelay.receive())).isEqualTo("storm");
            assertThat(weather.send(bytes("calm")).await().isDeliveredToAll()).isTrue();
            assertThat(text(atBob.receive())).isEqualTo("calm");
        }
    }

    @Test
    void routingsThatAreForOneDestinationAreRefusedForMany() {
        assertThatThrownBy(() -> GroupSendOptions.RDM.withRouting(Routing.TWO_AT_ONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Routing.BEST.avoiding");
        assertThatThrownBy(() -> GroupSendOptions.RDM.withRouting(Routing.via(new NodeId(1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("routing PINNED is for one destination");
        assertThatThrownBy(() -> GroupSendOptions.RDM.withRetries(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyoneIsTheGroupWithoutANameAndASenderMayHearItself() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            Membership atAlice = alice.group("").join();
            Membership atBob = bob.group("").join();
            eventually(() -> alice.group("").members().size() == 2);
            GroupSendOptions loud = GroupSendOptions.SEQPACKET.withHearing(GroupSendOptions.Hearing.ITSELF_TOO);
            List<GroupTicket> tickets = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                tickets.add(alice.group("").send(bytes("m" + i), loud));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(text(atAlice.receive())).isEqualTo("m" + i);
                assertThat(text(atBob.receive())).isEqualTo("m" + i);
            }
            for (GroupTicket ticket : tickets) {
                assertThat(ticket.await().isDeliveredToAll()).isTrue();
                assertThat(ticket.known()).hasSize(2);
            }
            assertThat(alice.groups()).isEmpty();
        }
    }

    @Test
    void nodesThatAreListedAreReachedAtAnEndpoint() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join();
                Mesh carol = node("carol").join()) {
            var inbox = bob.open("inbox", SocketKind.RDM);
            NodeId bobId = alice.await("bob", PATIENCE).orElseThrow().id();
            NodeId carolId = alice.await("carol", PATIENCE).orElseThrow().id();
            GroupOutcome outcome = alice.sendToAll(
                            List.of(bobId, carolId), bytes("hi"), GroupSendOptions.RDM.withEndpoint("inbox"))
                    .await();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("hi"));
            assertThat(outcome.byMember().get(bobId).isDelivered()).isTrue();
            assertThat(outcome.byMember().get(carolId))
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.REJECTED, Outcome.Reason.NO_ENDPOINT);
            assertThat(outcome).hasToString("2 members: delivered 1, rejected 1");
        }
    }

    @Test
    void aSlowMemberHoldsTheSenderUpByItsPolicyOnly() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join();
                Mesh carol = node("carol").join()) {
            MembershipOptions small = MembershipOptions.BLOCK.withMessagesMax(10);
            Membership patient = bob.group("g").join(small);
            Membership lossy = carol.group("g").join(small.withWhenFull(MembershipOptions.WhenFull.DROP_OLDEST));
            Group group = alice.group("g");
            eventually(() -> group.members().size() == 2);
            List<GroupTicket> tickets = new ArrayList<>();
            // More than one parcel holds, which an empty inbox takes whole.
            int count = 2 * Bundle.MESSAGES_MAX + 40;
            for (int i = 0; i < count; i++) {
                tickets.add(group.send(bytes("m" + i), GroupSendOptions.SEQPACKET));
            }
            assertThat(tickets.get(count - 1).await(Duration.ofMillis(300))).isEmpty();
            for (int i = 0; i < count; i++) {
                assertThat(text(patient.receive())).isEqualTo("m" + i);
            }
            for (GroupTicket ticket : tickets) {
                assertThat(ticket.await().isDeliveredToAll()).isTrue();
            }
            assertThat(lossy.counts().dropped()).isEqualTo(count - 10);
            assertThat(patient.counts().blocked()).isPositive();
        }
    }

    @Test
    void misuseIsToldAtTheCall() {
        try (Mesh alice = node("alice").join()) {
            alice.group("g").join();
            assertThatThrownBy(() -> alice.group("g").join())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already");
            assertThatThrownBy(() -> alice.group("x".repeat(129))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> alice.group("a\nb")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> alice.group("g").send(new byte[(16 << 20) + 1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most");
            assertThatThrownBy(() -> alice.sendToAll(List.of(), new byte[0], GroupSendOptions.RDM))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("endpoint");
        }
    }
}
