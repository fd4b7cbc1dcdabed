package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a membership does when its application is slow, by policy. */
@Timeout(300)
class GroupInboxTest {
    private static final NodeId SENDER = new NodeId(1, 1);

    private final List<String> asked = new ArrayList<>();

    private GroupInbox inbox(MembershipOptions.WhenFull policy) {
        return new GroupInbox(
                "g",
                MembershipOptions.BLOCK.withWhenFull(policy).withMessagesMax(3).withBytesMax(100),
                Runnable::run,
                new GroupInbox.Home() {
                    @Override
                    public void leave(GroupInbox inbox) {
                        asked.add("leave " + inbox.group());
                    }

                    @Override
                    public void caughtUp(GroupInbox inbox) {
                        asked.add("caught up " + inbox.group());
                    }

                    @Override
                    public void room() {
                        asked.add("room");
                    }
                });
    }

    private static GroupArrival arrival(byte[]... payloads) {
        return new GroupArrival(
                SENDER, "g", Stream.of(payloads).map(ByteView::of).toList(), 1, 0, Secrecy.BY_POLICY);
    }

    private static GroupArrival together(int... numbers) {
        return arrival(IntStream.of(numbers)
                .mapToObj(number -> new byte[] {(byte) number})
                .toArray(byte[][]::new));
    }

    private static List<GroupAcceptance> offer(GroupInbox inbox, int... numbers) {
        List<GroupAcceptance> answers = new ArrayList<>();
        for (int number : numbers) {
            answers.add(inbox.offer(together(number)));
        }
        return answers;
    }

    private static List<Integer> drain(GroupInbox inbox) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        for (var next = inbox.receive(Duration.ZERO); next.isPresent(); next = inbox.receive(Duration.ZERO)) {
            numbers.add((int) next.get().payload()[0]);
        }
        return numbers;
    }

    @Test
    void blockPutsTheSenderOffAndCallsItWhenHalfIsFree() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        assertThat(offer(inbox, 1, 2, 3, 4)).endsWith(GroupAcceptance.TAKEN, GroupAcceptance.LATER);
        inbox.receive();
        assertThat(asked).isEmpty();
        inbox.receive();
        assertThat(asked).containsExactly("room");
        assertThat(drain(inbox)).containsExactly(3);
        assertThat(inbox.counts()).isEqualTo(new Membership.Counts(3, 0, 1, 0, 0));
    }

    @Test
    void dropOldestKeepsTheNewest() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.DROP_OLDEST);
        assertThat(offer(inbox, 1, 2, 3, 4, 5)).containsOnly(GroupAcceptance.TAKEN);
        assertThat(drain(inbox)).containsExactly(3, 4, 5);
        assertThat(inbox.counts()).isEqualTo(new Membership.Counts(5, 2, 0, 0, 0));
    }

    @Test
    void latestOnlyKeepsOne() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.LATEST_ONLY);
        assertThat(offer(inbox, 1, 2)).containsOnly(GroupAcceptance.TAKEN);
        assertThat(drain(inbox)).containsExactly(2);
        assertThat(inbox.counts().dropped()).isEqualTo(1);
    }

    @Test
    void detachRefusesUntilTheApplicationCatchesUp() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.DETACH);
        assertThat(offer(inbox, 1, 2, 3, 4)).endsWith(GroupAcceptance.DETACHED);
        assertThat(inbox.isDetached()).isTrue();
        assertThat(drain(inbox)).containsExactly(1, 2, 3);
        assertThat(offer(inbox, 5)).containsExactly(GroupAcceptance.DETACHED);
        inbox.catchUp();
        assertThat(asked).as("its senders hear of it").containsExactly("caught up g");
        assertThat(offer(inbox, 6)).containsExactly(GroupAcceptance.TAKEN);
        assertThat(drain(inbox)).containsExactly(6);
        assertThat(inbox.counts()).isEqualTo(new Membership.Counts(4, 0, 0, 2, 0));
    }

    @Test
    void bytesBoundTheInboxAsWellAndOneLargeMessageAlwaysFits() {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        assertThat(inbox.offer(arrival(new byte[1_000]))).isEqualTo(GroupAcceptance.TAKEN);
        assertThat(inbox.offer(together(1))).isEqualTo(GroupAcceptance.LATER);
    }

    @Test
    void whatComesTogetherIsTakenWholeOrNotAtAll() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        assertThat(inbox.offer(together(1, 2))).isEqualTo(GroupAcceptance.TAKEN);
        assertThat(inbox.offer(together(3, 4))).isEqualTo(GroupAcceptance.LATER);
        inbox.receive();
        assertThat(asked).containsExactly("room");
        assertThat(inbox.offer(together(3, 4))).isEqualTo(GroupAcceptance.TAKEN);
        assertThat(drain(inbox)).containsExactly(2, 3, 4);
    }

    @Test
    void anEmptyInboxTakesMoreThanItsBoundWhereThatComesTogether() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        assertThat(inbox.offer(together(1, 2, 3, 4, 5))).isEqualTo(GroupAcceptance.TAKEN);
        assertThat(inbox.offer(together(6))).isEqualTo(GroupAcceptance.LATER);
        assertThat(drain(inbox)).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void ofWhatComesTogetherTheNewestAreKept() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.DROP_OLDEST);
        assertThat(inbox.offer(together(1, 2, 3, 4, 5))).isEqualTo(GroupAcceptance.TAKEN);
        assertThat(drain(inbox)).containsExactly(3, 4, 5);
        assertThat(inbox.counts().dropped()).isEqualTo(2);
    }

    @Test
    void aHandlerGetsWhatWaitsAndWhatComesInOrder() {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        offer(inbox, 1, 2);
        List<Integer> seen = new ArrayList<>();
        inbox.onMessage(message -> seen.add((int) message.payload()[0]));
        offer(inbox, 3);
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void afterLeavingNothingIsTakenAndWhoWaitsIsTold() throws InterruptedException {
        GroupInbox inbox = inbox(MembershipOptions.WhenFull.BLOCK);
        offer(inbox, 1);
        inbox.close();
        inbox.close();
        assertThat(asked).containsExactly("leave g");
        assertThat(inbox.offer(together(2))).isEqualTo(GroupAcceptance.NO_MEMBER);
        assertThat(inbox.receive().payload()[0]).isEqualTo((byte) 1);
        assertThatThrownBy(inbox::receive)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the membership of 'g' is closed");
    }
}
