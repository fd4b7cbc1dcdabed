package dev.weft.cli;

import dev.weft.Description;
import dev.weft.Limits;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Everything that a configuration file may say, by its key: what kind of value it is and what holds without it. */
enum Setting {
    MESH("mesh", Kind.TEXT, "default", "the mesh to join"),
    REMOTE("remote", Kind.NUMBER, "", "how far beacons go, in hops"),
    PLAINTEXT("plaintext", Kind.FLAG, "", "allow links beyond this host that are not encrypted"),
    KEY("key", Kind.TEXT, "", "the file of the mesh's key, looked at every second"),
    AUTHORITY("authority", Kind.TEXT, "", "the file of the public key of the mesh's authority"),
    CREDENTIAL("credential", Kind.TEXT, "", "the file of what the authority says of this node"),
    REVOCATIONS("revocations", Kind.TEXT, "", "the file of what the authority has taken back"),
    PARTNERS("partners", Kind.TABLE, "", "what is demanded of partners, by locator or name"),
    SEALING("sealing", Kind.TEXT, "relayed", "what is sealed from end to end: relayed, always or never"),
    PEERS("peers", Kind.WORDS, "", "nodes to contact, as tcp/host:port"),
    PEER_FILE("peer-file", Kind.TEXT, "", "a list of nodes to contact"),
    RUNTIME_DIRECTORY("runtime-directory", Kind.TEXT, "", "where nodes of one host meet"),
    STATE_DIRECTORY("state-directory", Kind.TEXT, "", "where the identity of weft up is kept"),
    LISTEN("listen", Kind.WORDS, "", "where weft up listens"),
    BEACON_ENABLED("beacon.enabled", Kind.FLAG, "true", "send and hear beacons"),
    BEACON_GROUP("beacon.group", Kind.TEXT, "", "the multicast group and port"),
    MULTICAST_GROUPS("multicast.groups", Kind.FLAG, "", "send to groups by IP multicast on a LAN segment"),
    NODE_NAME("node.name", Kind.TEXT, "", "the name of weft up"),
    NODE_GROUPS("node.groups", Kind.WORDS, "", "its groups"),
    NODE_TAGS("node.tags", Kind.WORDS, "", "its tags"),
    NODE_ATTRIBUTES("node.attributes", Kind.TABLE, "", "its attributes"),
    NODE_RECEIVE("node.receive-bits-per-second", Kind.NUMBER, "", "what it can receive, 0 unsaid"),
    NODE_SEND("node.send-bits-per-second", Kind.NUMBER, "", "what it can send, 0 unsaid"),
    LIMITS("limits", Kind.NUMBERS, "", "what its nodes hold at most, by limit"),
    LINK_HEARTBEAT("link.heartbeat", Kind.TEXT, "1s", "the interval of its heartbeats"),
    LINK_HANDSHAKE("link.handshake", Kind.TEXT, "10s", "how long a handshake may take, TLS included"),
    LINK_PINNED("link.pinned", Kind.WORDS, "", "nodes it keeps links to"),
    LINK_FORBIDDEN("link.forbidden", Kind.WORDS, "", "nodes it never links to"),
    LINK_ONLY_PINNED("link.only-pinned", Kind.FLAG, "", "make no other links than the pinned ones");

    /** What values are. */
    enum Kind {
        TEXT("a string"),
        NUMBER("a whole number"),
        FLAG("true or false"),
        WORDS("an array of strings"),
        TABLE("a table of strings"),
        NUMBERS("a table of whole numbers");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private static final int TYPING_ERRORS_MAX = 3;

    final String key;
    final Kind kind;
    final String meaning;
    private final String fallback;

    Setting(String key, Kind kind, String fallback, String meaning) {
        this.key = key;
        this.kind = kind;
        this.fallback = fallback;
        this.meaning = meaning;
    }

    /** What holds where nothing is said; an empty text where that is decided elsewhere. */
    Object fallback() {
        return switch (kind) {
            case TEXT -> fallback;
            case NUMBER -> 0L;
            case FLAG -> fallback.equals("true");
            case WORDS -> List.of();
            case TABLE, NUMBERS -> Collections.emptySortedMap();
        };
    }

    static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    /** The key that was most likely meant. */
    static Optional<Setting> nearest(String key) {
        return Arrays.stream(values())
                .min(Comparator.comparingInt(setting -> distance(setting.key, key)))
                .filter(setting -> distance(setting.key, key) <= TYPING_ERRORS_MAX);
    }

    /** What is wrong with a value of the right kind; empty where nothing is. */
    Optional<String> problem(Object value) {
        try {
            check(value);
            return Optional.empty();
        } catch (IllegalArgumentException | CommandFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Throws where the value is not what is meant, by the limits that the API has. */
    private void check(Object value) {
        switch (this) {
            case MESH -> {
                if (!((String) value).matches("[A-Za-z0-9._-]{1,64}")) {
                    throw new IllegalArgumentException(
                            "a mesh name has 1 to 64 ASCII letters, digits, '.', '_' or '-'");
                }
            }
            case REMOTE -> {
                if ((Long) value < 0 || (Long) value > 32) {
                    throw new IllegalArgumentException("must be from 0 to 32 hops");
                }
            }
            case PEERS, LISTEN -> words(value).forEach(Locator::parse);
            case SEALING -> JoinOptions.parseSealing((String) value);
            case BEACON_GROUP -> JoinOptions.parseBeacon((String) value);
            case LINK_HEARTBEAT, LINK_HANDSHAKE -> Text.duration((String) value);
            case NODE_GROUPS -> Description.EMPTY.withGroups(words(value));
            case NODE_TAGS -> Description.EMPTY.withTags(words(value));
            case LIMITS -> Limits.DEFAULT.with(numbers(value));
            case NODE_ATTRIBUTES -> Description.EMPTY.withAttributes(table(value));
            case NODE_RECEIVE, NODE_SEND -> {
                if ((Long) value < 0) {
                    throw new IllegalArgumentException("must not be negative");
                }
            }
            case PARTNERS -> table(value).forEach(MeshConfig.Partner::parse);
            case KEY -> {
                // A key in a configuration file would be read by whoever reads that, and shown by weft config.
                if (((String) value).isBlank() || ((String) value).strip().startsWith(MeshKeys.KEY_PREFIX)) {
                    throw new IllegalArgumentException("must be the path of a key file, not a key");
                }
            }
            case PLAINTEXT,
                    AUTHORITY,
                    CREDENTIAL,
                    REVOCATIONS,
                    PEER_FILE,
                    RUNTIME_DIRECTORY,
                    STATE_DIRECTORY,
                    BEACON_ENABLED,
                    MULTICAST_GROUPS,
                    NODE_NAME,
                    LINK_PINNED,
                    LINK_FORBIDDEN,
                    LINK_ONLY_PINNED -> {}
        }
    }

    static List<String> words(Object value) {
        return ((List<?>) value).stream().map(String.class::cast).toList();
    }

    static SortedMap<String, String> table(Object value) {
        TreeMap<String, String> table = new TreeMap<>();
        ((SortedMap<?, ?>) value).forEach((key, text) -> table.put((String) key, (String) text));
        return table;
    }

    static SortedMap<String, Long> numbers(Object value) {
        TreeMap<String, Long> table = new TreeMap<>();
        ((SortedMap<?, ?>) value).forEach((key, number) -> table.put((String) key, (Long) number));
        return table;
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        Arrays.setAll(before, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(before[j], row[j - 1]));
            }
            before = row;
        }
        return before[other.length()];
    }
}
