package dev.weft.node;

import dev.weft.Locator;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** Where others reach a listener: one bound to every address of this host is reached at each of them. */
final class Reachable {
    private static final int LOCATORS_MAX = 16;

    /** A socket for both families names itself by the IPv6 wildcard, even when it was asked for the IPv4 one. */
    private static final List<String> WILDCARDS = List.of("0.0.0.0:", "[0:0:0:0:0:0:0:0]:", "[::]:");

    private Reachable() {}

    /** What to tell others of a listener. */
    static List<Locator> at(Locator bound) {
        return at(bound, isWildcard(bound) ? addresses() : List.of());
    }

    /**
     * As {@link #at(Locator)}, on a host with these addresses. Loopback is named only where there is nothing else, for
     * on other hosts it leads astray; addresses that need a zone mean nothing elsewhere.
     */
    static List<Locator> at(Locator bound, List<InetAddress> addresses) {
        if (!isWildcard(bound)) {
            return List.of(bound);
        }
        String port = bound.address().substring(bound.address().lastIndexOf(':'));
        List<Locator> v4 = new ArrayList<>();
        List<Locator> v6 = new ArrayList<>();
        for (InetAddress address : addresses) {
            if (address.isLoopbackAddress() || address.isLinkLocalAddress()) {
                continue;
            }
            if (!(address instanceof Inet6Address)) {
                v4.add(new Locator("tcp", address.getHostAddress() + port));
            } else if (!bound.address().startsWith(WILDCARDS.get(0))) {
                String text = address.getHostAddress();
                int zone = text.indexOf('%');
                v6.add(new Locator("tcp", "[" + (zone < 0 ? text : text.substring(0, zone)) + "]" + port));
            }
        }
        v4.addAll(v6);
        return v4.isEmpty()
                ? List.of(new Locator("tcp", "127.0.0.1" + port))
                : List.copyOf(v4.subList(0, Math.min(v4.size(), LOCATORS_MAX)));
    }

    private static boolean isWildcard(Locator bound) {
        return bound.scheme().equals("tcp") && WILDCARDS.stream().anyMatch(bound.address()::startsWith);
    }

    private static List<InetAddress> addresses() {
        List<InetAddress> all = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (card.isUp()) {
                    card.inetAddresses().forEach(all::add);
                }
            }
        } catch (SocketException unknown) {
            return List.of();
        }
        return all;
    }
}
