package dev.weft.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.InvariantError;
import dev.weft.core.seal.GroupSeals.Finding;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Keys for many, given out and asked for, driven by hand. */
class GroupSealsTest {
    private static final long MILLI = 1_000_000L;
    private static final NodeId ALICE = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId BOB = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final NodeId CAROL = NodeId.parse("33333333-3333-8333-9333-333333333333");
    private static final GroupName OPS = name(SocketKind.RDM);
    private static final ByteView HELLO = ByteView.utf8("hello, all of you");
    private static final long LIFE = 5;
    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3_600 * SECOND;

    private record Sent(NodeId to, Frame frame) {}

    private final Party alice = new Party(ALICE);
    private final Party bob = new Party(BOB);

    /** A node's seals and what they have asked to be sent. */
    private static final class Party {
        private final NodeId node;
        private final List<Sent> sent = new ArrayList<>();
        private final GroupSeals seals;
        private final TreeMap<NodeId, Long> floors = new TreeMap<>();
        private long nextMessage;

        private Party(NodeId node) {
            this.node = node;
            Sealer.Terms terms = new Sealer.Terms(
                    Sealer.Policy.RELAYED,
                    HOUR,
                    HOUR / 2,
                    HOUR,
                    100,
                    Sealer.Terms.of(Sealer.Policy.RELAYED).bytesMax());
            this.seals = new GroupSeals(node, LIFE, new FakeSealer(node, LIFE, terms), new Out());
        }

        private final class Out implements GroupSeals.Output {
            @Override
            public void sendTo(NodeId to, Frame frame) {
                sent.add(new Sent(to, frame));
            }

            @Override
            public long floorOf(long flow, NodeId member) {
                return floors.getOrDefault(member, 0L);
            }
        }

        private ByteView seal(ByteView payload, long nowNanos, NodeId... members) {
            return seals.seal(heading(OPS, 3, nextMessage++), new TreeSet<>(List.of(members)), payload, nowNanos);
        }

        /** Opens the first message of the flow. */
        private GroupSeals.Opened open(ByteView payload) {
            return seals.open(heading(OPS, 3, 0), payload, 0);
        }

        private GroupSeals.Opened openAfter(long millis, ByteView payload) {
            return seals.open(heading(OPS, 3, 0), payload, millis * MILLI);
        }

        private List<Sent> taken() {
            List<Sent> all = List.copyOf(sent);
            sent.clear();
            return all;
        }
    }

    private static GroupName name(SocketKind kind) {
        return new GroupName(GroupName.Scope.GROUP, kind, "ops", "").with(GroupName.Sealing.SEALED);
    }

    private static GroupHeading heading(GroupName name, long flow, long message) {
        return new GroupHeading(ALICE, LIFE, name, flow, message, 0);
    }

    /** Hands a node what was sent to it. */
    private static void hand(Party from, Party to) {
        for (Sent sent : from.taken()) {
            if (sent.to().equals(to.node) && sent.frame() instanceof GroupKey key) {
                to.seals.handleKey(from.node, key, 0);
            } else if (sent.to().equals(to.node) && sent.frame() instanceof GroupKeyWant want) {
                to.seals.handleWant(from.node, want);
            }
        }
    }

    private static GroupSeal read(ByteView payload) throws MalformedFrame {
        return GroupSeal.decode(payload);
    }

    @Test
    void aMemberOpensWhatItsKeyWasToldFor() {
        ByteView sealed = alice.seal(HELLO, 0, ALICE, BOB);
        hand(alice, bob);
        assertThat(sealed.toByteArray()).isNotEqualTo(HELLO.toByteArray());
        GroupSeals.Opened opened = bob.open(sealed);
        assertThat(opened.finding()).isEqualTo(Finding.AUTHENTIC);
        assertThat(opened.payload()).isEqualTo(HELLO);
    }

    @Test
    void theSenderOpensItsOwn() {
        ByteView sealed = alice.seal(HELLO, 0, ALICE, BOB);
        assertThat(alice.open(sealed).payload()).isEqualTo(HELLO);
    }

    @Test
    void anEmptyMessageIsSealedToo() {
        ByteView sealed = alice.seal(ByteView.EMPTY, 0, BOB);
        hand(alice, bob);
        GroupSeals.Opened opened = bob.open(sealed);
        assertThat(opened.finding()).isEqualTo(Finding.AUTHENTIC);
        assertThat(opened.payload()).isEqualTo(ByteView.EMPTY);
    }

    @Test
    void aMemberWhoseKeyDoesNotComeAsksForItOnceAWhileAndThenOpens() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        alice.taken();
        for (long millis = 0; millis < 205; millis += 5) {
            assertThat(bob.openAfter(millis, sealed).finding()).isEqualTo(Finding.AWAITED);
        }
        assertThat(bob.sent).as("it is told without asking, mostly").isEmpty();
        bob.openAfter(205, sealed);
        bob.openAfter(404, sealed);
        assertThat(bob.sent).containsExactly(new Sent(ALICE, new GroupKeyWant(LIFE, 1)));
        bob.taken();
        bob.openAfter(405, sealed);
        assertThat(bob.sent).containsExactly(new Sent(ALICE, new GroupKeyWant(LIFE, 1)));
        hand(bob, alice);
        GroupKey key = (GroupKey) alice.taken().get(0).frame();
        assertThat(bob.seals.handleKey(ALICE, key, 0)).isEqualTo(GroupSeals.News.KEY);
        assertThat(bob.open(sealed).payload()).isEqualTo(HELLO);
    }

    @Test
    void aMemberOfManyGivesItsSenderTimeToTellThemAll() {
        NodeId[] members = new NodeId[1_000];
        for (int i = 0; i < members.length; i++) {
            members[i] = new NodeId(i, 0x8000000000000000L);
        }
        ByteView sealed = alice.seal(HELLO, 0, members);
        assertThat(alice.taken()).hasSize(1_000);
        bob.openAfter(0, sealed);
        bob.openAfter(2_199, sealed);
        assertThat(bob.sent).isEmpty();
        bob.openAfter(2_200, sealed);
        assertThat(bob.sent).hasSize(1);
    }

    @Test
    void aMemberOfMoreThanAreToldAsksAtOnce() {
        NodeId[] members = new NodeId[GroupSeals.TOLD_MAX + 1];
        for (int i = 0; i < members.length; i++) {
            members[i] = new NodeId(i, 0x8000000000000000L);
        }
        ByteView sealed = alice.seal(HELLO, 0, members);
        assertThat(alice.taken()).isEmpty();
        bob.openAfter(0, sealed);
        assertThat(bob.sent).containsExactly(new Sent(ALICE, new GroupKeyWant(LIFE, 1)));
    }

    @Test
    void moreKeysThanCanBeWaitedForAreAskedForAllTheSame() {
        List<ByteView> sealed = new ArrayList<>();
        for (int flow = 0; flow < 2 * GroupSeals.AWAITED_MAX; flow++) {
            sealed.add(alice.seals.seal(heading(OPS, flow, 0), new TreeSet<>(List.of(BOB)), HELLO, 0));
        }
        for (long millis = 0; millis < 3_000; millis += 500) {
            for (int flow = 0; flow < sealed.size(); flow++) {
                bob.seals.open(heading(OPS, flow, 0), sealed.get(flow), millis * MILLI);
            }
        }
        assertThat(bob.sent.stream().distinct()).hasSize(sealed.size());
    }

    @Test
    void whatWaitsForMoreKeysThanCanBeWaitedForAsksForEachOfThem() {
        for (long millis = 0; millis < 3_000; millis += 500) {
            for (long key = 1; key <= 2L * GroupSeals.AWAITED_MAX; key++) {
                bob.seals.want(ALICE, LIFE, key, millis * MILLI);
            }
        }
        assertThat(bob.sent.stream().distinct()).hasSize(2 * GroupSeals.AWAITED_MAX);
    }

    @Test
    void whatMayBeOnItsWayIsWantedLaterAndWhatIsHereAtOnce() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        bob.seals.want(ALICE, LIFE, 1, 0);
        bob.seals.want(ALICE, LIFE, 1, 199 * MILLI);
        assertThat(bob.sent).isEmpty();
        hand(alice, bob);
        assertThat(bob.open(sealed).finding()).isEqualTo(Finding.AUTHENTIC);
        bob.seals.want(ALICE, LIFE, 1, 200 * MILLI);
        assertThat(bob.sent).as("for the floor that comes with it").hasSize(1);
    }

    @Test
    void whoeverIsNotInTheAudienceIsNotGivenTheKey() {
        alice.seal(HELLO, 0, BOB);
        alice.taken();
        alice.seals.handleWant(CAROL, new GroupKeyWant(LIFE, 1));
        alice.seals.handleWant(NodeId.ZERO, new GroupKeyWant(LIFE, 1));
        alice.seals.handleWant(BOB, new GroupKeyWant(LIFE - 1, 1));
        alice.seals.handleWant(BOB, new GroupKeyWant(LIFE, 2));
        assertThat(alice.sent).isEmpty();
    }

    @Test
    void aKeyThatNobodyVouchesForIsNotKept() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        GroupKey key = (GroupKey) alice.taken().get(0).frame();
        bob.seals.handleKey(NodeId.ZERO, key, 0);
        bob.seals.handleKey(CAROL, key, 0);
        assertThat(bob.open(sealed).finding()).isEqualTo(Finding.AWAITED);
    }

    @Test
    void theKeyIsAnotherAsSoonAsSomebodyHasJoinedOrLeft() throws MalformedFrame {
        assertThat(read(alice.seal(HELLO, 0, BOB)).key()).isEqualTo(1);
        assertThat(read(alice.seal(HELLO, 0, BOB)).key()).isEqualTo(1);
        assertThat(read(alice.seal(HELLO, 0, BOB, CAROL)).key()).isEqualTo(2);
        assertThat(read(alice.seal(HELLO, 0, CAROL)).key()).isEqualTo(3);
        alice.taken();
        // Bob may still open what was sent while he was in, and nothing of before or after.
        alice.seals.handleWant(BOB, new GroupKeyWant(LIFE, 3));
        assertThat(alice.sent).isEmpty();
        alice.seals.handleWant(BOB, new GroupKeyWant(LIFE, 2));
        assertThat(alice.sent).hasSize(1);
    }

    @Test
    void eachAudienceHasAKeyOfItsOwn() throws MalformedFrame {
        GroupName others =
                new GroupName(GroupName.Scope.GROUP, SocketKind.RDM, "dev", "").with(GroupName.Sealing.SEALED);
        TreeSet<NodeId> members = new TreeSet<>(List.of(BOB));
        long ops = read(alice.seals.seal(heading(OPS, 3, 0), members, HELLO, 0)).key();
        long dev =
                read(alice.seals.seal(heading(others, 3, 0), members, HELLO, 0)).key();
        assertThat(dev).isNotEqualTo(ops);
        assertThat(read(alice.seals.seal(heading(OPS, 3, 1), members, HELLO, 0)).key())
                .isEqualTo(ops);
    }

    @Test
    void whatWasDeliveredOnceIsNotOpenedAgain() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        hand(alice, bob);
        assertThat(bob.open(sealed).finding()).isEqualTo(Finding.AUTHENTIC);
        assertThat(bob.open(sealed).finding()).as("it was not delivered").isEqualTo(Finding.AUTHENTIC);
        bob.seals.delivered(bob.open(sealed));
        assertThat(bob.open(sealed).finding()).isEqualTo(Finding.REPLAYED);
    }

    @Test
    void whereOrderIsPromisedNothingOlderIsOpened() {
        GroupName ordered = name(SocketKind.SEQPACKET);
        TreeSet<NodeId> members = new TreeSet<>(List.of(BOB));
        ByteView first = alice.seals.seal(heading(ordered, 3, 0), members, HELLO, 0);
        ByteView second = alice.seals.seal(heading(ordered, 3, 1), members, HELLO, 0);
        hand(alice, bob);
        bob.seals.delivered(bob.seals.open(heading(ordered, 3, 1), second, 0));
        assertThat(bob.seals.open(heading(ordered, 3, 0), first, 0).finding()).isEqualTo(Finding.REPLAYED);
    }

    @Test
    void flowsOfDifferentPriorityAreEachInAnOrderOfTheirOwn() {
        GroupName ordered = name(SocketKind.SEQPACKET);
        TreeSet<NodeId> members = new TreeSet<>(List.of(BOB));
        ByteView slow = alice.seals.seal(heading(ordered, 1, 0), members, HELLO, 0);
        ByteView fast = alice.seals.seal(heading(ordered, 7, 5), members, HELLO, 0);
        hand(alice, bob);
        bob.seals.delivered(bob.seals.open(heading(ordered, 7, 5), fast, 0));
        assertThat(bob.seals.open(heading(ordered, 1, 0), slow, 0).finding()).isEqualTo(Finding.AUTHENTIC);
    }

    @Test
    void aMessageOpensOnlyInTheFlowAndUnderTheNumberAndTheLagThatItWasSealedWith() {
        ByteView sealed = alice.seals.seal(heading(OPS, 3, 5), new TreeSet<>(List.of(BOB)), HELLO, 0);
        hand(alice, bob);
        GroupName others =
                new GroupName(GroupName.Scope.GROUP, SocketKind.RDM, "dev", "").with(GroupName.Sealing.SEALED);
        for (GroupHeading altered : List.of(
                heading(OPS, 3, 4),
                heading(OPS, 3, 6),
                heading(OPS, 4, 5),
                heading(others, 3, 5),
                new GroupHeading(ALICE, LIFE, OPS, 3, 5, 1))) {
            assertThat(bob.seals.open(altered, sealed, 0).finding())
                    .as("%s", altered)
                    .isEqualTo(Finding.FORGED);
        }
        assertThat(bob.seals.open(heading(OPS, 3, 5), sealed, 0).finding()).isEqualTo(Finding.AUTHENTIC);
    }

    @Test
    void theFloorComesWithTheKeyAndIsToldAnewToWhoAsks() {
        alice.floors.put(BOB, 5L);
        alice.seal(HELLO, 0, BOB);
        hand(alice, bob);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 3, 1)).isEqualTo(5);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 4, 1)).as("of another flow").isEqualTo(-1);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 3, 2)).as("another key").isEqualTo(-1);
        alice.floors.put(BOB, 9L);
        bob.seals.want(ALICE, LIFE, 1, 0);
        bob.seals.want(ALICE, LIFE, 1, SECOND / 10);
        assertThat(bob.sent).hasSize(1);
        hand(bob, alice);
        hand(alice, bob);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 3, 1)).isEqualTo(9);
    }

    @Test
    void aFloorOnlyRisesAndNobodyElseCanRaiseIt() {
        alice.floors.put(BOB, 5L);
        alice.seal(HELLO, 0, BOB);
        GroupKey told = (GroupKey) alice.taken().get(0).frame();
        bob.seals.handleKey(ALICE, told, 0);
        GroupKey higher = new GroupKey(LIFE, 1, told.secret(), told.place(), told.own(), 3, 7);
        assertThat(bob.seals.handleKey(CAROL, higher, 0)).isEqualTo(GroupSeals.News.NONE);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 3, 1)).isEqualTo(5);
        assertThat(bob.seals.handleKey(ALICE, higher, 0)).isEqualTo(GroupSeals.News.KEY);
        assertThat(bob.seals.handleKey(ALICE, told, 0)).isEqualTo(GroupSeals.News.NONE);
        assertThat(bob.seals.floorOf(ALICE, LIFE, 3, 1)).isEqualTo(7);
    }

    @Test
    void anAnswersCodeIsTheSameAtBothEndsAndAnotherForEachMember() {
        alice.seal(HELLO, 0, BOB, CAROL);
        Party carol = new Party(CAROL);
        List<Sent> told = alice.taken();
        bob.seals.handleKey(ALICE, toldTo(BOB, told), 0);
        carol.seals.handleKey(ALICE, toldTo(CAROL, told), 0);
        ByteView statement = ByteView.utf8("taken");
        OptionalLong bobs = bob.seals.code(ALICE, LIFE, 1, statement);
        assertThat(bobs).isPresent().isEqualTo(alice.seals.codeOf(BOB, 1, statement));
        assertThat(carol.seals.code(ALICE, LIFE, 1, statement))
                .isEqualTo(alice.seals.codeOf(CAROL, 1, statement))
                .isNotEqualTo(bobs);
        assertThat(bob.seals.code(ALICE, LIFE, 1, ByteView.utf8("refused"))).isNotEqualTo(bobs);
        assertThat(bob.seals.code(ALICE, LIFE, 2, statement)).isEmpty();
        assertThat(alice.seals.codeOf(ALICE, 1, statement)).isEmpty();
        // The audience is another now, and answers to what went to this one may still come.
        alice.seal(HELLO, 0, BOB);
        assertThat(alice.seals.codeOf(BOB, 1, statement)).isEqualTo(bobs);
    }

    @Test
    void noNumberIsSealedTwice() {
        alice.seals.seal(heading(OPS, 3, 5), new TreeSet<>(List.of(BOB)), HELLO, 0);
        assertThatThrownBy(() ->
                        alice.seals.seal(heading(OPS, 3, 5), new TreeSet<>(List.of(BOB)), ByteView.utf8("other"), 0))
                .isInstanceOf(InvariantError.class);
    }

    /** What a member can make of all that it was told, in the name of the sender. */
    private ByteView forgedBy(GroupKey told, GroupSeal seen, ByteView tags) {
        ByteView associated = heading(OPS, 3, 0).associated(seen.key());
        Sealer.Terms terms = Sealer.Terms.of(Sealer.Policy.RELAYED);
        ByteView sealed =
                new FakeSealer(BOB, LIFE, terms).cipher(told.secret()).seal(0, associated, ByteView.utf8("all lies"));
        return new GroupSeal(seen.key(), tags, sealed).encode();
    }

    private static GroupKey toldTo(NodeId node, List<Sent> told) {
        return told.stream()
                .filter(sent -> sent.to().equals(node))
                .map(sent -> (GroupKey) sent.frame())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMemberCannotSpeakToAnotherInTheNameOfTheSender() throws MalformedFrame {
        Party carol = new Party(CAROL);
        ByteView genuine = alice.seal(HELLO, 0, ALICE, BOB, CAROL);
        GroupSeal seen = read(genuine);
        List<Sent> told = alice.taken();
        GroupKey toBob = toldTo(BOB, told);
        carol.seals.handleKey(ALICE, toldTo(CAROL, told), 0);
        Sealer bobs = new FakeSealer(BOB, LIFE, Sealer.Terms.of(Sealer.Policy.RELAYED));
        GroupSeal untagged = read(forgedBy(toBob, seen, ByteView.EMPTY));
        ByteView digest = bobs.digest(heading(OPS, 3, 0).associated(seen.key()), untagged.sealed());
        ByteView bobsTag = new WireWriter().u64(bobs.tag(toBob.own(), digest)).view();
        List<ByteView> vectors = List.of(
                ByteView.EMPTY,
                ByteView.of(new byte[16]),
                seen.tags(),
                new WireWriter().bytes(bobsTag).bytes(bobsTag).view());
        for (ByteView tags : vectors) {
            GroupSeals.Opened opened = carol.open(forgedBy(toBob, seen, tags));
            assertThat(opened.finding()).as("%s", tags).isEqualTo(Finding.UNVOUCHED);
            assertThat(opened.payload()).isEqualTo(ByteView.EMPTY);
        }
        TreeMap<String, Long> counters = new TreeMap<>();
        carol.seals.count(counters);
        assertThat(counters)
                .containsEntry("group.seal.unvouched", (long) vectors.size())
                .containsEntry("group.seal.opened", 0L);
        assertThat(carol.open(genuine).payload()).isEqualTo(HELLO);
    }

    @Test
    void eachMemberFindsItsOwnTagByItsPlaceAmongTheIds() throws MalformedFrame {
        alice.seal(HELLO, 0, CAROL, ALICE, BOB);
        List<Sent> told = alice.taken();
        assertThat(toldTo(BOB, told).place()).isZero();
        assertThat(toldTo(CAROL, told).place()).isEqualTo(1);
        assertThat(toldTo(BOB, told).secret()).isEqualTo(toldTo(CAROL, told).secret());
        assertThat(toldTo(BOB, told).own()).isNotEqualTo(toldTo(CAROL, told).own());
        assertThat(read(alice.seal(HELLO, 0, ALICE, BOB, CAROL)).tags().length())
                .isEqualTo(2 * GroupSeal.VOUCHER_BYTES);
    }

    @Test
    void whoAsksLaterIsToldTheSameAsWhoWasToldAtOnce() {
        alice.seal(HELLO, 0, BOB, CAROL);
        List<Sent> told = alice.taken();
        alice.seal(HELLO, 0, BOB);
        alice.taken();
        alice.seals.handleWant(CAROL, new GroupKeyWant(LIFE, 1));
        assertThat(alice.taken()).containsExactly(new Sent(CAROL, toldTo(CAROL, told)));
    }

    @Test
    void anAlteredByteOrAnotherNameIsFoundForged() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        hand(alice, bob);
        int tagsAt = 2;
        for (int i = 1; i < sealed.length(); i++) {
            byte[] altered = sealed.toByteArray();
            altered[i] ^= 1;
            boolean isTag = i >= tagsAt && i < tagsAt + GroupSeal.VOUCHER_BYTES;
            assertThat(bob.open(ByteView.of(altered)).finding())
                    .as("byte %d", i)
                    .isEqualTo(isTag ? Finding.UNVOUCHED : Finding.FORGED);
        }
        assertThat(bob.seals
                        .open(heading(name(SocketKind.DGRAM), 3, 0), sealed, 0)
                        .finding())
                .isEqualTo(Finding.FORGED);
        assertThat(bob.open(ByteView.utf8("none")).finding()).isEqualTo(Finding.FORGED);
    }

    @Test
    void aKeyIsUsedForSoManyMessagesAndSoLong() throws MalformedFrame {
        for (int i = 0; i < 100; i++) {
            assertThat(read(alice.seal(HELLO, 0, BOB)).key()).isEqualTo(1);
        }
        assertThat(read(alice.seal(HELLO, 0, BOB)).key()).isEqualTo(2);
        assertThat(read(alice.seal(HELLO, HOUR, BOB)).key()).isEqualTo(3);
    }

    @Test
    void keysAreForgottenWhenNothingCanBeUnderWayAnyMore() {
        ByteView sealed = alice.seal(HELLO, 0, BOB);
        hand(alice, bob);
        alice.seals.handleTime(4 * HOUR);
        bob.seals.handleTime(4 * HOUR);
        alice.seals.handleWant(BOB, new GroupKeyWant(LIFE, 1));
        assertThat(alice.sent).isEmpty();
        assertThat(bob.open(sealed).finding()).isEqualTo(Finding.AWAITED);
    }

    @Test
    void whatManyNodesSendKeysForStaysBounded() {
        ByteView secret = ByteView.of(new byte[GroupKey.SECRET_BYTES]);
        ByteView own = ByteView.of(new byte[GroupKey.OWN_BYTES]);
        for (int i = 0; i < GroupSeals.MEMBER_KEYS_MAX + 100; i++) {
            bob.seals.handleKey(ALICE, new GroupKey(LIFE, i, secret, 0, own, 3, 0), 0);
        }
        for (int i = 0; i < GroupSeals.AWAITED_MAX + 100; i++) {
            GroupSeal unknown = new GroupSeal(i, ByteView.EMPTY, ByteView.of(new byte[20]));
            bob.seals.open(new GroupHeading(CAROL, LIFE, OPS, 3, 0, 0), unknown.encode(), 0);
        }
        bob.seals.audit();
    }
}
