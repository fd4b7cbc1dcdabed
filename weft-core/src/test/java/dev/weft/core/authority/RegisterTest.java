package dev.weft.core.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.Right;
import dev.weft.Role;
import dev.weft.core.base.ByteView;
import java.util.EnumSet;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a node makes of what it is told in the name of the authority. */
final class RegisterTest {
    private static final long AUTHORITY = 4;
    private static final NodeId SELF = new NodeId(1, 0x8000000000000001L);
    private static final NodeId NODE = new NodeId(2, 0x8000000000000001L);

    private final FakeNotary notary = new FakeNotary(AUTHORITY, ByteView.of(new byte[32]));
    private final Register register = new Register("demo", SELF, notary);

    private static ByteView credential(long serial, Object... may) {
        return ByteView.of(
                FakeNotary.credential(AUTHORITY, "demo", NODE, "n", serial, may).bytes());
    }

    private boolean sends(String endpoint) {
        return register.permits(NODE, Right.SEND, endpoint);
    }

    @Test
    void whoIsUnknownMayDoNothingAndThisNodeEverything() {
        assertThat(sends("orders")).isFalse();
        assertThat(register.permits(SELF, Right.ADMINISTER, "")).isTrue();
        assertThat(register.deniedCount()).isEqualTo(1);
        assertThat(new Register("demo", SELF, Notary.NONE).permits(NODE, Right.ADMINISTER, ""))
                .isTrue();
    }

    @Test
    void aFloodedCredentialIsCheckedWhenItIsNeededAndOnce() {
        register.learn(NODE, credential(1, "send:orders"));
        assertThat(notary.checked).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(sends("orders")).isTrue();
            assertThat(sends("payroll")).isFalse();
        }
        assertThat(notary.checked).isEqualTo(1);
    }

    @Test
    void whatIsForgedOrOlderChangesNothing() {
        register.learn(NODE, credential(5, "send:orders"));
        assertThat(sends("orders")).isTrue();
        Credential rich = FakeNotary.credential(99, "demo", NODE, "n", 6, Role.MEMBER);
        register.learn(NODE, ByteView.of(rich.bytes()));
        assertThat(sends("payroll")).isFalse();
        byte[] forged = FakeNotary.credential(AUTHORITY, "demo", NODE, "n", 6, Role.MEMBER)
                .bytes();
        forged[forged.length - 1] ^= 1;
        register.learn(NODE, ByteView.of(forged));
        assertThat(sends("payroll")).isFalse();
        register.learn(NODE, ByteView.utf8("noise"));
        assertThat(sends("orders")).isTrue();
        register.learn(NODE, credential(4, Role.MEMBER));
        assertThat(sends("payroll")).isFalse();
        register.learn(NODE, credential(6, Role.MEMBER));
        assertThat(sends("payroll")).isTrue();
        assertThat(register.forgedCount()).isEqualTo(2);
    }

    @Test
    void theCredentialOfOneNodeIsNoneOfAnother() {
        NodeId other = new NodeId(3, 0x8000000000000001L);
        register.learn(other, credential(1, Role.MEMBER));
        assertThat(register.permits(other, Right.SEND, "orders")).isFalse();
    }

    @Test
    void rightsEndWithTheCredentialAndWithItsRevocation() {
        register.learn(NODE, credential(1, Role.MEMBER));
        assertThat(sends("orders")).isTrue();
        notary.epochSeconds += 31 * 86_400;
        assertThat(sends("orders")).isFalse();
        notary.epochSeconds -= 31 * 86_400;
        assertThat(register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 1, NODE)))
                .isEqualTo(Register.Adoption.ADOPTED);
        assertThat(sends("orders")).isFalse();
    }

    /** What each role may do, of which a node that receives is asked: nothing else, whatever there is to ask for. */
    @Test
    void eachRoleHasItsRightsAndNoOther() {
        TreeMap<Role, EnumSet<Right>> rights = new TreeMap<>();
        rights.put(Role.MEMBER, EnumSet.of(Right.SEND, Right.JOIN, Right.QUERY));
        rights.put(Role.CLIENT, EnumSet.of(Right.CALL));
        rights.put(Role.WORKER, EnumSet.of(Right.OFFER));
        rights.put(Role.BROKER, EnumSet.of(Right.BROKER));
        rights.put(Role.ADMIN, EnumSet.of(Right.ADMINISTER, Right.QUERY));
        rights.put(Role.RELAY, EnumSet.noneOf(Right.class));
        assertThat(rights.keySet()).containsExactly(Role.values());
        long serial = 0;
        for (Role role : Role.values()) {
            register.learn(NODE, credential(++serial, role));
            for (Right right : Right.values()) {
                String subject = right.subject() == Right.Subject.NAMED ? "orders" : "";
                assertThat(register.permits(NODE, right, subject))
                        .as("%s, %s", role, right)
                        .isEqualTo(rights.get(role).contains(right));
            }
        }
    }

    @Test
    void eachRightIsHadByItsPermissionAloneAndADenialWins() {
        long serial = 0;
        for (Right right : Right.values()) {
            boolean isNamed = right.subject() == Right.Subject.NAMED;
            String granted = isNamed ? right + ":orders" : right.toString();
            register.learn(NODE, credential(++serial, granted));
            for (Right asked : Right.values()) {
                String subject = asked.subject() == Right.Subject.NAMED ? "orders" : "";
                assertThat(register.permits(NODE, asked, subject))
                        .as("%s where %s is granted", asked, granted)
                        .isEqualTo(asked == right);
            }
            if (isNamed) {
                assertThat(register.permits(NODE, right, "payroll")).isFalse();
            }
            register.learn(NODE, credential(++serial, granted, "-" + granted));
            assertThat(register.permits(NODE, right, isNamed ? "orders" : ""))
                    .as("%s granted and denied", granted)
                    .isFalse();
        }
    }

    @Test
    void numbersOfListsOnlyRise() {
        Revocations second = FakeNotary.revocations(AUTHORITY, "demo", 2, NODE);
        assertThat(register.adopt(second)).isEqualTo(Register.Adoption.ADOPTED);
        assertThat(register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 1))).isEqualTo(Register.Adoption.KNOWN);
        assertThat(register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 2))).isEqualTo(Register.Adoption.KNOWN);
        assertThat(register.adopt(FakeNotary.revocations(AUTHORITY, "other", 3)))
                .isEqualTo(Register.Adoption.REFUSED);
        assertThat(register.adopt(FakeNotary.revocations(99, "demo", 3))).isEqualTo(Register.Adoption.REFUSED);
        assertThat(register.adopt(ByteView.utf8("noise"))).isEqualTo(Register.Adoption.REFUSED);
        assertThat(register.revocations()).contains(second);
        assertThat(register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 3))).isEqualTo(Register.Adoption.ADOPTED);
        assertThat(register.revocationsNumber()).isEqualTo(3);
    }

    @Test
    void aStrangerIsAwaitedForAWhileAndNotForGood() {
        assertThat(register.isAwaited(NODE, 0)).isTrue();
        assertThat(register.isAwaited(NODE, Register.PATIENCE_NANOS - 1)).isTrue();
        assertThat(register.isAwaited(NODE, Register.PATIENCE_NANOS)).isFalse();
        NodeId other = new NodeId(3, 0x8000000000000001L);
        register.learn(other, ByteView.EMPTY);
        assertThat(register.isAwaited(other, 0)).isFalse();
        assertThat(register.isAwaited(SELF, 0)).isFalse();
    }

    @Test
    void whatNobodyVouchesForMakesRoomForWhatIsVouchedFor() {
        register.objection(NODE, "n", credential(1, Role.MEMBER));
        for (int i = 0; i < 2 * Register.NODES_MAX; i++) {
            register.learn(new NodeId(100 + i, 0x8000000000000001L), ByteView.utf8("phantom"));
            assertThat(register.knownCount()).isLessThanOrEqualTo(Register.NODES_MAX);
        }
        assertThat(sends("orders")).isTrue();
    }
}
