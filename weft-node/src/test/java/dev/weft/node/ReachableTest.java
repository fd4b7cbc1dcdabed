package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReachableTest {
    private static List<InetAddress> addresses(String... texts) throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (String text : texts) {
            all.add(InetAddress.getByName(text));
        }
        return all;
    }

    private static List<String> at(String bound, String... texts) throws UnknownHostException {
        return Reachable.at(Locator.parse(bound), addresses(texts)).stream()
                .map(Locator::toString)
                .toList();
    }

    @Test
    void aListenerWithAnAddressIsReachedThereAlone() throws UnknownHostException {
        assertThat(at("tcp/10.0.0.1:5", "10.0.0.1", "10.0.0.2")).containsExactly("tcp/10.0.0.1:5");
        assertThat(at("unix//run/x.sock", "10.0.0.1")).containsExactly("unix//run/x.sock");
    }

    @Test
    void aWildcardOfEitherSpellingStandsForEveryAddressIpv4First() throws UnknownHostException {
        String[] host = {"fd77::1", "127.0.0.1", "::1", "fe80::1", "10.0.0.1", "192.168.1.7"};
        assertThat(at("tcp/[0:0:0:0:0:0:0:0]:99", host))
                .isEqualTo(at("tcp/[::]:99", host))
                .containsExactly("tcp/10.0.0.1:99", "tcp/192.168.1.7:99", "tcp/[fd77:0:0:0:0:0:0:1]:99");
        assertThat(at("tcp/0.0.0.0:99", host)).containsExactly("tcp/10.0.0.1:99", "tcp/192.168.1.7:99");
    }

    @Test
    void aHostWithoutANetworkIsReachedOnLoopback() throws UnknownHostException {
        assertThat(at("tcp/[0:0:0:0:0:0:0:0]:99", "127.0.0.1", "::1")).containsExactly("tcp/127.0.0.1:99");
    }

    @Test
    void aHostOfManyAddressesNamesSixteen() throws UnknownHostException {
        String[] many = new String[40];
        for (int i = 0; i < many.length; i++) {
            many[i] = "10.0.0." + (i + 1);
        }
        assertThat(at("tcp/0.0.0.0:1", many)).hasSize(16);
    }
}
