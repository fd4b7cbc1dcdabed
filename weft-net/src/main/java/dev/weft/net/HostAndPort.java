package dev.weft.net;

import dev.weft.Locator;
import java.io.IOException;

/** The address of a TCP locator, taken apart. */
record HostAndPort(String host, int port) {
    private static final int PORT_MAX = 65_535;
    private static final int PORT_DIGITS_MAX = 5;

    /** @throws IOException if it is not {@code host:port} or {@code [address]:port} with a port from 0 to 65535 */
    static HostAndPort parse(Locator locator) throws IOException {
        String address = locator.address();
        int colon = address.lastIndexOf(':');
        if (colon <= 0) {
            throw new IOException("locator " + locator + " has no port: write it as tcp/host:port");
        }
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IOException("locator " + locator + ": write an IPv6 address as tcp/[address]:port");
        }
        if (host.isEmpty()) {
            throw new IOException("locator " + locator + " has no host: write it as tcp/host:port");
        }
        String port = address.substring(colon + 1);
        if (port.isEmpty() || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IOException("locator " + locator + " has a port that is not a number");
        }
        if (port.length() > PORT_DIGITS_MAX || Integer.parseInt(port) > PORT_MAX) {
            throw new IOException("locator " + locator + " has a port that is not from 0 to " + PORT_MAX);
        }
        return new HostAndPort(host, Integer.parseInt(port));
    }
}
