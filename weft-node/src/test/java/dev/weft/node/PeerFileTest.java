package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.MeshStartException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of peers that one may give to every host alike. */
class PeerFileTest {
    private static final TreeSet<String> OWN = PeerFile.ownNames(List.of("Alpha", "Alpha.Example.ORG"));

    private static List<String> peers(String... lines) {
        return PeerFile.parse(List.of(lines), OWN, "peers.txt").stream()
                .map(Locator::toString)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alpha", "ALPHA", "alpha.example.org", "Alpha.Example.Org"})
    void thisHostIsLeftOutByItsShortAndItsFullNameInWhateverCase(String own) {
        assertThat(peers(own + " 10.0.0.1:7400", "beta 10.0.0.2:7400")).containsExactly("tcp/10.0.0.2:7400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"alpha2", "alph", "alpha.example.com", "alpha.example", "example.org", "alpha.example.org.uk"})
    void aNameThatIsOnlyLikeItIsAnotherHost(String other) {
        assertThat(peers(other + " 10.0.0.1:7400")).containsExactly("tcp/10.0.0.1:7400");
    }

    @Test
    void aHostKnowsItselfByEitherFormOfItsNameWhicheverItWasGiven() {
        assertThat(PeerFile.ownNames(List.of("Web1.Rack.Example"))).containsExactly("web1", "web1.rack.example");
        assertThat(PeerFile.ownNames(List.of("web1", "web1"))).containsExactly("web1");
        assertThat(PeerFile.ownNames(List.of("web1", "web1.example"))).containsExactly("web1", "web1.example");
        // Where the system knows no name of its address, it says the address.
        assertThat(PeerFile.ownNames(List.of("web1", "10.0.0.1"))).containsExactly("10.0.0.1", "web1");
        assertThat(PeerFile.ownNames(List.of("fe80::1"))).containsExactly("fe80::1");
    }

    @Test
    void commentsAndBlankLinesAreSkippedAndTheUsualPortNeedsNoWord() {
        assertThat(peers(
                        "# the rack", "", "  beta   10.0.0.2  # second", "gamma unix//run/g.sock", "delta [fe80::1]:7"))
                .containsExactly("tcp/10.0.0.2:7400", "unix//run/g.sock", "tcp/[fe80::1]:7");
    }

    @Test
    void everyMistakeIsToldWithItsLineAndEntry() {
        assertThatThrownBy(() -> peers("beta 10.0.0.2:0", "gamma", "# fine", "delta 10.0.0.3", "delta 10.0.0.4"))
                .isInstanceOf(MeshStartException.class)
                .hasMessageContaining("peers.txt line 1: 'beta': port 0 must be from 1 to 65535")
                .hasMessageContaining("peers.txt line 2: 'gamma' must be a name and an address")
                .hasMessageContaining("peers.txt line 5: 'delta' is there already, in line 4");
    }
}
