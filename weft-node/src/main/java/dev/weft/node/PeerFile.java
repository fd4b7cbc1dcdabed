package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshStartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A list of peers, one a line: {@code name host[:port]} or {@code name scheme/address}; {@code #} begins a comment.
 * This host is left out by its full and its short name, without regard to case. Every mistake is reported, with its
 * line.
 */
final class PeerFile {
    static final int DEFAULT_PORT = 7_400;

    private PeerFile() {}

    static List<Locator> read(Path file) {
        try {
            return parse(Files.readAllLines(file), ownNames(), file.toString());
        } catch (IOException e) {
            throw new MeshStartException("peer file " + file + " cannot be read: " + e, e);
        }
    }

    /** @param ownNames of this host, in lower case */
    static List<Locator> parse(List<String> lines, TreeSet<String> ownNames, String file) {
        List<Locator> peers = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        TreeMap<String, Integer> lineOfName = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            String place = file + " line " + (i + 1) + ": ";
            String[] words = line.split("\\s+");
            if (words.length != 2) {
                mistakes.add(place + "'" + line + "' must be a name and an address, as in: alpha 10.0.0.7:7400");
                continue;
            }
            Integer earlier = lineOfName.putIfAbsent(words[0], i + 1);
            if (earlier != null) {
                mistakes.add(place + "'" + words[0] + "' is there already, in line " + earlier);
                continue;
            }
            if (ownNames.contains(words[0].toLowerCase(Locale.ROOT))) {
                continue;
            }
            try {
                peers.add(locator(words[1]));
            } catch (IllegalArgumentException e) {
                mistakes.add(place + "'" + words[0] + "': " + e.getMessage());
            }
        }
        if (!mistakes.isEmpty()) {
            throw new MeshStartException(String.join("\n", mistakes));
        }
        return peers;
    }

    private static Locator locator(String word) {
        if (word.indexOf('/') >= 0) {
            return Locator.parse(word);
        }
        int colon = word.endsWith("]") ? -1 : word.lastIndexOf(':');
        if (colon < 0) {
            checkHost(word);
            return new Locator("tcp", word + ":" + DEFAULT_PORT);
        }
        checkHost(word.substring(0, colon));
        checkPort(word.substring(colon + 1));
        return new Locator("tcp", word);
    }

    private static void checkHost(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || host.equals("[]")) {
            throw new IllegalArgumentException("a host is missing before the port");
        }
        if (!bracketed && (host.indexOf(':') >= 0 || host.indexOf('[') >= 0 || host.indexOf(']') >= 0)) {
            throw new IllegalArgumentException("write the IPv6 address '" + host + "' as [address]:port");
        }
    }

    private static void checkPort(String text) {
        // Not left to Java, which takes a sign and the digits of any script.
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("port '" + text + "' is not a number");
        }
        if (text.length() > 5 || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException("port " + text + " must be from 1 to 65535");
        }
    }

    private static TreeSet<String> ownNames() {
        try {
            InetAddress self = InetAddress.getLocalHost();
            String name = self.getHostName();
            // Many a host is called by its short name and known to others by the full one.
            return ownNames(name.indexOf('.') > 0 ? List.of(name) : List.of(name, self.getCanonicalHostName()));
        } catch (UnknownHostException unnamed) {
            return new TreeSet<>();
        }
    }

    /** The full and the short form of each name, in lower case. An address is no name and has no short form. */
    static TreeSet<String> ownNames(List<String> names) {
        TreeSet<String> own = new TreeSet<>();
        for (String name : names) {
            String full = name.toLowerCase(Locale.ROOT);
            own.add(full);
            int dot = full.indexOf('.');
            boolean isAddress = full.indexOf(':') >= 0 || full.matches("[0-9.]+");
            if (dot > 0 && !isAddress) {
                own.add(full.substring(0, dot));
            }
        }
        return own;
    }
}
