package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostAndPortTest {
    private static final String NO_PORT = "has no port: write it as tcp/host:port";

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7:7400,        10.0.0.7,        7400",
        "node.example.org:80,  node.example.org, 80",
        "localhost:0,          localhost,       0",
        "a:65535,              a,               65535",
        "a:00080,              a,               80",
        "[::1]:7400,           ::1,             7400",
        "[fd77::1]:1,          fd77::1,         1",
        "[fe80::1%eth0]:7400,  fe80::1%eth0,    7400",
        "[::ffff:10.0.0.7]:9,  ::ffff:10.0.0.7, 9",
    })
    void aHostAndAPortAreTakenApart(String address, String host, int port) throws IOException {
        assertThat(HostAndPort.parse(new Locator("tcp", address))).isEqualTo(new HostAndPort(host, port));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,      locator tcp/localhost " + NO_PORT,
        ":7400,          locator tcp/:7400 " + NO_PORT,
        ":,              locator tcp/: " + NO_PORT,
        "[]:7400,        locator tcp/[]:7400 has no host: write it as tcp/host:port",
        "::1:7400,       locator tcp/::1:7400: write an IPv6 address as tcp/[address]:port",
        "fd77::1,        locator tcp/fd77::1: write an IPv6 address as tcp/[address]:port",
        "[::1]7400,      locator tcp/[::1]7400: write an IPv6 address as tcp/[address]:port",
        "[::1],          locator tcp/[::1]: write an IPv6 address as tcp/[address]:port",
        "[::1:7400,      locator tcp/[::1:7400: write an IPv6 address as tcp/[address]:port",
        "a:,             locator tcp/a: has a port that is not a number",
        "a:http,         locator tcp/a:http has a port that is not a number",
        "a:-1,           locator tcp/a:-1 has a port that is not a number",
        "a:+80,          locator tcp/a:+80 has a port that is not a number",
        "a:8 0,          locator tcp/a:8 0 has a port that is not a number",
        "a:\u0661,       locator tcp/a:\u0661 has a port that is not a number",
        "a:65536,        locator tcp/a:65536 has a port that is not from 0 to 65535",
        "a:4294967376,   locator tcp/a:4294967376 has a port that is not from 0 to 65535",
    })
    void anythingElseIsRefusedWithTheReason(String address, String message) {
        assertThatThrownBy(() -> HostAndPort.parse(new Locator("tcp", address)))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }
}
