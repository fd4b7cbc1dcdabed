package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.seal.Sealer;
import dev.weft.core.seal.Sealer.Draft;
import dev.weft.core.seal.Sealer.Keys;
import dev.weft.core.seal.Sealer.Made;
import dev.weft.core.seal.Sealer.Policy;
import dev.weft.core.seal.Sealer.Terms;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys of associations as two nodes derive them, and what else would. */
class HpkeSealerTest {
    private static final ByteView ASSOCIATED = ByteView.utf8("what relays may read");
    private static final ByteView PLAIN = ByteView.utf8("what they may not");

    private long nextCounter = 1_000;
    private final List<End> ends = new ArrayList<>();
    private final End alice = new End(NodeKey.generate(), "mesh", 3);
    private final End bob = new End(NodeKey.generate(), "mesh", 4);

    /** A node's sealer and what it has made. */
    private final class End {
        private final NodeKey key;
        private final BlockingQueue<Made> made = new LinkedBlockingQueue<>();
        private final HpkeSealer sealer;

        private End(NodeKey key, String mesh, long incarnation) {
            this.key = key;
            this.sealer = new HpkeSealer(key, mesh, incarnation, Terms.of(Policy.RELAYED), made::add);
            ends.add(this);
        }

        private NodeId id() {
            return key.id();
        }

        private Made next() {
            try {
                Made next = made.poll(30, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("nothing was made");
                }
                return next;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private SealRecord prekey(long number) {
            sealer.makePrekey(number, number, SealRecord.Manner.RELAYED);
            return next().record().orElseThrow();
        }

        private Made begin(End to, SealRecord record) {
            sealer.begin(100, new Draft(to.id(), 4, record, 1));
            return next();
        }

        private Made accept(SealOpening opening) {
            sealer.accept(200, opening);
            return next();
        }
    }

    @AfterEach
    void closeAll() {
        ends.forEach(end -> end.sealer.close());
    }

    /** Seals with another counter each time: the JDK refuses to use one twice. */
    private boolean agree(Keys one, Keys other) {
        long counter = nextCounter++;
        return other.open(counter, ASSOCIATED, one.seal(counter, ASSOCIATED, PLAIN))
                .equals(Optional.of(PLAIN));
    }

    @Test
    void bothEndsDeriveTheSameKeys() {
        Made begun = alice.begin(bob, bob.prekey(1));
        Keys atAlice = begun.keys().orElseThrow();
        Keys atBob = bob.accept(begun.opening().orElseThrow()).keys().orElseThrow();
        assertThat(agree(atAlice, atBob)).isTrue();
        assertThat(atBob.association()).isEqualTo(atAlice.association());
        assertThat(atBob.receipt()).isEqualTo(atAlice.receipt());
    }

    @Test
    void framesAreOpenedInAnyOrderAndEveryAlteredBitIsFound() {
        Made begun = alice.begin(bob, bob.prekey(1));
        Keys atAlice = begun.keys().orElseThrow();
        Keys atBob = bob.accept(begun.opening().orElseThrow()).keys().orElseThrow();
        Prng prng = new Prng(1);
        for (int length : new int[] {1, 15, 16, 17, 64, 1_000, 16_384}) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) prng.nextLong();
            }
            long counter = prng.nextLong() >>> 3;
            ByteView sealed = atAlice.seal(counter, ASSOCIATED, ByteView.of(bytes));
            assertThat(sealed.length()).isEqualTo(length + Sealed.TAG_BYTES);
            assertThat(atBob.open(counter, ASSOCIATED, sealed)).contains(ByteView.of(bytes));
            assertThat(atBob.open(counter + 1, ASSOCIATED, sealed)).isEmpty();
            assertThat(atBob.open(counter, ByteView.utf8("what relays may reaD"), sealed))
                    .isEmpty();
        }
        ByteView sealed = atAlice.seal(9, ASSOCIATED, PLAIN);
        for (int bit = 0; bit < 8 * sealed.length(); bit++) {
            byte[] altered = sealed.toByteArray();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(atBob.open(9, ASSOCIATED, ByteView.of(altered)))
                    .as("bit %d", bit)
                    .isEmpty();
        }
        for (int length = 0; length < sealed.length(); length++) {
            assertThat(atBob.open(9, ASSOCIATED, sealed.slice(0, length)))
                    .as("the first %d bytes", length)
                    .isEmpty();
        }
    }

    @Test
    void equalPlainBytesAreNeverSealedAlike() {
        Keys keys = alice.begin(bob, bob.prekey(1)).keys().orElseThrow();
        assertThat(keys.seal(1, ASSOCIATED, PLAIN)).isNotEqualTo(keys.seal(2, ASSOCIATED, PLAIN));
        Keys others = alice.begin(bob, bob.prekey(2)).keys().orElseThrow();
        assertThat(keys.seal(1, ASSOCIATED, PLAIN)).isNotEqualTo(others.seal(1, ASSOCIATED, PLAIN));
    }

    @Test
    void everyFieldOfAnOpeningIsBound() {
        Made begun = alice.begin(bob, bob.prekey(1));
        Keys atAlice = begun.keys().orElseThrow();
        SealOpening right = begun.opening().orElseThrow();
        NodeId other = NodeKey.generate().id();
        bob.prekey(2);
        List<SealOpening> wrong = List.of(
                opening(right, other, 3, 1, bob.id(), 4, 1),
                opening(right, alice.id(), 2, 1, bob.id(), 4, 1),
                opening(right, alice.id(), 3, 2, bob.id(), 4, 1),
                opening(right, alice.id(), 3, 1, other, 4, 1),
                opening(right, alice.id(), 3, 1, bob.id(), 5, 1),
                opening(right, alice.id(), 3, 1, bob.id(), 4, 2),
                opening(right, alice.id(), 3, 1, bob.id(), 4, 3));
        for (SealOpening one : wrong) {
            Optional<Keys> keys = bob.accept(one).keys();
            assertThat(keys.isPresent() && agree(atAlice, keys.get()))
                    .as("%s", one)
                    .isFalse();
        }
    }

    private static SealOpening opening(
            SealOpening right, NodeId origin, long life, long number, NodeId to, long theirLife, long prekey) {
        return new SealOpening(origin, right.originKey(), life, number, to, theirLife, prekey, right.encapsulated());
    }

    @Test
    void everyAlteredBitOfTheEncapsulatedKeyLeadsToNoKeysOrOthers() {
        Made begun = alice.begin(bob, bob.prekey(1));
        Keys atAlice = begun.keys().orElseThrow();
        SealOpening right = begun.opening().orElseThrow();
        for (int bit = 0; bit < 8 * right.encapsulated().length(); bit += 5) {
            byte[] altered = right.encapsulated().toByteArray();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            SealOpening wrong =
                    new SealOpening(alice.id(), right.originKey(), 3, 1, bob.id(), 4, 1, ByteView.of(altered));
            Optional<Keys> keys = bob.accept(wrong).keys();
            assertThat(keys.isPresent() && agree(atAlice, keys.get()))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void anotherMemberCannotBeginAnAssociationInTheNameOfAnother() {
        SealRecord record = bob.prekey(1);
        End mallory = new End(NodeKey.generate(), "mesh", 3);
        Made hers = mallory.begin(bob, record);
        SealOpening forged = new SealOpening(
                alice.id(),
                ByteView.of(alice.key.publicKey().getEncoded()),
                3,
                1,
                bob.id(),
                4,
                1,
                hers.opening().orElseThrow().encapsulated());
        Optional<Keys> keys = bob.accept(forged).keys();
        assertThat(keys.isPresent() && agree(hers.keys().orElseThrow(), keys.get()))
                .isFalse();
        SealOpening withOwnKey = new SealOpening(
                alice.id(),
                hers.opening().orElseThrow().originKey(),
                3,
                1,
                bob.id(),
                4,
                1,
                hers.opening().orElseThrow().encapsulated());
        assertThat(bob.accept(withOwnKey).keys()).isEmpty();
    }

    @Test
    void aPrekeyThatWasForgottenOpensNothingAndTheOnesBesideItStill() {
        SealRecord first = bob.prekey(1);
        SealRecord second = bob.prekey(2);
        SealOpening toFirst = alice.begin(bob, first).opening().orElseThrow();
        SealOpening toSecond = alice.begin(bob, second).opening().orElseThrow();
        assertThat(bob.accept(toFirst).keys()).isPresent();
        bob.sealer.forgetPrekey(1);
        assertThat(bob.accept(toFirst).keys()).isEmpty();
        assertThat(bob.accept(toSecond).keys()).isPresent();
    }

    @Test
    void nothingIsSealedToAPrekeyThatTheNodeHasNotSigned() {
        SealRecord right = bob.prekey(1);
        End mallory = new End(NodeKey.generate(), "mesh", 4);
        SealRecord hers = mallory.prekey(1);
        List<SealRecord> wrong = List.of(
                hers,
                new SealRecord(right.nodeKey(), right.manner(), 1, hers.prekey(), right.signature()),
                new SealRecord(right.nodeKey(), right.manner(), 1, hers.prekey(), hers.signature()),
                new SealRecord(right.nodeKey(), SealRecord.Manner.ALWAYS, 1, right.prekey(), right.signature()),
                new SealRecord(right.nodeKey(), right.manner(), 2, right.prekey(), right.signature()),
                new SealRecord(ByteView.utf8("no key"), right.manner(), 1, right.prekey(), right.signature()));
        for (SealRecord record : wrong) {
            assertThat(alice.begin(bob, record).keys()).as("%s", record).isEmpty();
        }
        alice.sealer.begin(1, new Draft(bob.id(), 5, right, 1));
        assertThat(alice.next().keys()).as("a record of another life").isEmpty();
    }

    @Test
    void nodesOfAnotherMeshDeriveOtherKeys() {
        End elsewhere = new End(bob.key, "other", 4);
        assertThat(alice.begin(bob, elsewhere.prekey(1)).keys()).isEmpty();
    }

    @Test
    void aSealerThatIsClosedFailsWhatItIsAskedFor() {
        SealRecord record = bob.prekey(1);
        alice.sealer.close();
        assertThat(alice.begin(bob, record).keys()).isEmpty();
    }

    @Test
    void keysAreNotShown() {
        Sealer.Made begun = alice.begin(bob, bob.prekey(1));
        assertThat(begun.keys().orElseThrow().toString()).isEqualTo("keys of an association");
    }
}
