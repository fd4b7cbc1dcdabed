package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Authority;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A node shows its key by signing what was said on this connection, and nobody else can. */
class AuthorityNotaryTest {
    private static final ByteView TRANSCRIPT = ByteView.utf8("all that was said");
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private final Authority authority = Authority.generate();
    private final NodeKey key = NodeKey.generate();
    private final AuthorityNotary notary = notary(key);

    private AuthorityNotary notary(NodeKey of) {
        return new AuthorityNotary(authority.key(), of, "demo", NOW::toEpochMilli);
    }

    private Credential credential(Authority by, String mesh, NodeId node, long fromSeconds, long toSeconds) {
        return by.sign(new Credential.Grant(
                by.key().fingerprint(),
                mesh,
                node,
                "atlas",
                1,
                NOW.plusSeconds(fromSeconds),
                NOW.plusSeconds(toSeconds),
                List.of(),
                List.of()));
    }

    @Test
    void possessionIsShownToWhoKnowsTheIdAlone() {
        ByteView shown = notary.possession(TRANSCRIPT);
        AuthorityNotary other = notary(NodeKey.generate());
        assertThat(other.isPossessed(key.id(), TRANSCRIPT, shown)).isTrue();
        assertThat(other.isPossessed(key.id(), ByteView.utf8("something else"), shown))
                .isFalse();
        assertThat(other.isPossessed(NodeKey.generate().id(), TRANSCRIPT, shown))
                .isFalse();
        assertThat(other.isPossessed(key.id(), TRANSCRIPT, other.possession(TRANSCRIPT)))
                .isFalse();
    }

    @Test
    void anyOtherBytesAreNoPossession() {
        byte[] shown = notary.possession(TRANSCRIPT).toByteArray();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] altered = shown.clone();
            altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(notary.isPossessed(key.id(), TRANSCRIPT, ByteView.of(altered)))
                    .as("seed 7, round %d", i)
                    .isFalse();
        }
        for (int length = 0; length < shown.length; length += 7) {
            assertThat(notary.isPossessed(key.id(), TRANSCRIPT, ByteView.of(shown, 0, length)))
                    .isFalse();
        }
        for (int more : new int[] {1, 2, 1_000}) {
            byte[] longer = java.util.Arrays.copyOf(shown, shown.length + more);
            assertThat(notary.isPossessed(key.id(), TRANSCRIPT, ByteView.of(longer)))
                    .as("%d bytes behind the key", more)
                    .isFalse();
        }
    }

    @Test
    void onlyACredentialThatOthersWouldTakeIsTaken() {
        Credential good = credential(authority, "demo", key.id(), -10, 10);
        notary.renew(good);
        assertThat(notary.credential()).contains(good);
        assertRefused(credential(Authority.generate(), "demo", key.id(), -10, 10), "is of authority");
        assertRefused(credential(authority, "other", key.id(), -10, 10), "is for mesh 'other'");
        assertRefused(credential(authority, "demo", NodeKey.generate().id(), -10, 10), "but this is node");
        assertRefused(credential(authority, "demo", key.id(), -100, -61), "was valid until");
        assertRefused(credential(authority, "demo", key.id(), 61, 100), "is not valid before");
        byte[] forged = good.signature();
        forged[40] ^= 1;
        assertRefused(Credential.of(good.grant(), forged), "damaged");
        assertThat(notary.credential()).contains(good);
    }

    private void assertRefused(Credential credential, String text) {
        assertThatThrownBy(() -> notary.renew(credential))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
