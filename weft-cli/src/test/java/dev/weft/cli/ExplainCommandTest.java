package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Refusal;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Why a node can or cannot be reached. */
class ExplainCommandTest {
    private static final Locator AT = Locator.parse("tcp/10.0.0.9:7400");
    private static final NodeId STRANGER = NodeId.parse("5742a6e4-0000-8000-8000-000000000009");

    private final FakeMesh mesh = new FakeMesh();
    private final CommandLab lab = new CommandLab(mesh);

    private void refuse(NodeId node, Refusal.By by, String reason, String text) {
        mesh.refusals.add(new Refusal(Instant.EPOCH, node, Optional.of(AT), by, reason, text));
    }

    @Test
    void aNodeThatIsReachedIsSaidToBe() {
        CommandLab.Run run = lab.ask("explain", "alice");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("a11ce000 alice is linked\n");
        assertThat(lab.ask("explain", "bob").out()).contains("is reached over 2 hops");
    }

    @Test
    void whoeverRefusedSaysWhyByIdByLocatorAndByAnUnknownName() {
        refuse(STRANGER, Refusal.By.OTHER_NODE, "NOT_A_MEMBER", "node 5e1f0000 has shown no key of the mesh");
        refuse(FakeMesh.BOB, Refusal.By.THIS_NODE, "SHUT_OUT", "node b0b00000 is shut out");
        String line = "1970-01-01T00:00:00Z  refused by the other node at tcp/10.0.0.9:7400:"
                + " NOT_A_MEMBER: node 5e1f0000 has shown no key of the mesh";
        for (String named : new String[] {"5742a6e4", STRANGER.toString(), "5742A6"}) {
            CommandLab.Run run = lab.ask("explain", named);
            assertThat(run.code()).isEqualTo(4);
            assertThat(run.lines()).containsExactly(named + " is no node that can be reached now", line);
        }
        assertThat(lab.ask("explain", AT.toString()).lines()).contains(line).hasSize(3);
        assertThat(lab.ask("explain", "carol").lines()).contains(line).hasSize(3);
        assertThat(lab.ask("explain", "bob").lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("refused by this node");
    }

    @Test
    void whereNobodyRefusedThatIsSaidToo() {
        CommandLab.Run run = lab.ask("explain", "carol");
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.out()).contains("nobody refused a link");
    }

    @Test
    void jsonHasStableKeys() {
        refuse(STRANGER, Refusal.By.CONNECTION, "CARRIER_LOST", "the other end does not speak TLS");
        assertThat(lab.ask("explain", "5742a6e4", "--json").out())
                .contains("\"node\":\"5742a6e4\"", "\"reachable\":false", "not connected at tcp/10.0.0.9:7400");
    }
}
