package dev.weft.net;

import dev.weft.Locator;
import java.io.IOException;

/** The address of a TCP locator, taken apart. */
record HostAndPort(String host, int port) {
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
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            if (port < 0 || port > 65_535) {
                throw new IOException("locator " + locator + " has a port that is not from 0 to 65535");
            }
            return new HostAndPort(host, port);
        } catch (NumberFormatException e) {
            throw new IOException("locator " + locator + " has a port that is not a number", e);
        }
    }
}
