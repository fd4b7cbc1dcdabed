package dev.weft;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a node joins a mesh. Immutable; every instance is valid. Made by {@link Mesh#builder}.
 *
 * @param mesh the mesh's name: 1 to 64 ASCII letters, digits, {@code .}, {@code _}, {@code -}
 * @param nodeName for people: at most 64 bytes of UTF-8, no control characters; by default the host's name
 * @param identity where the node's key comes from
 * @param stateDirectory where key and known peers are kept; by default {@code $XDG_STATE_HOME/weft}
 * @param runtimeDirectory where nodes of one host meet; by default {@code $XDG_RUNTIME_DIR/weft}
 * @param remoteHops how far beacons go: 0, the default, keeps this node within its host; at most 32
 * @param encryption what is demanded of links that leave the host
 * @param sealing what is sealed from end to end; all nodes of a mesh must agree on whether anything is
 * @param keys the keys of the mesh: none, one, or two while the key is changed; without one a node stays on its host
 *     unless it is told to speak in plain
 * @param authorization the authority of the mesh, where it has one
 * @param partners what is demanded of single partners beyond what is demanded of all
 * @param listen what to listen on; by default shared memory and a Unix socket, and TCP on any port where
 *     {@code remoteHops} is above 0
 * @param peers where to look for others, beside what discovery finds
 * @param peerFile a list of peers, one a line
 * @param beacon the multicast group
 * @param multicast whether what is sent to many goes by IP multicast to neighbors that hear it; needs a key
 * @param links which links to keep
 * @param heartbeat the interval, 50 ms to 60 s; a link is down after 3.5 intervals of silence
 * @param handshake how long whoever opens a connection may take until the link is up, TLS included: 100 ms to 10 min
 * @param description groups, tags, attributes and bandwidth of this node; may be changed later by {@link Mesh#describe}
 * @param limits what the node holds at most, and how fast it speaks
 * @param callbacks runs every callback; by default threads of this mesh's own
 */
public record MeshConfig(
        String mesh,
        String nodeName,
        Identity identity,
        Path stateDirectory,
        Path runtimeDirectory,
        int remoteHops,
        Encryption encryption,
        Sealing sealing,
        List<MeshKey> keys,
        Optional<Authorization> authorization,
        List<Partner> partners,
        List<Locator> listen,
        List<Locator> peers,
        Optional<Path> peerFile,
        Beacon beacon,
        Multicast multicast,
        Links links,
        Duration heartbeat,
        Duration handshake,
        Description description,
        Limits limits,
        Optional<Executor> callbacks) {
    /** Where the key comes from. */
    public enum Identity {
        /** From the state directory, made there at the first start. */
        KEPT,
        /** Made now and forgotten at the end. */
        EPHEMERAL
    }

    /** What is demanded of links beyond this host. */
    public enum Encryption {
        /** TLS 1.3 on whatever another user could listen to. */
        REQUIRED,
        /** None. Must be asked for: whoever reaches the network can read, and speak as any node. */
        PLAINTEXT
    }

    /**
     * What a node knows of the authority of its mesh.
     *
     * @param authority whose credentials it takes
     * @param credential its own; without one it is let in by processes of the same user alone, and may do nothing
     * @param revocations a list that it was handed; newer ones come over the mesh
     */
    public record Authorization(
            AuthorityKey authority, Optional<Credential> credential, Optional<Revocations> revocations) {}

    /**
     * What is demanded of one partner, or of some.
     *
     * @param where the locator that it is dialled at or comes from, or the beginning of one and {@code *}, as in
     *     {@code tcp/10.0.0.7:*}; or the node's name
     * @param node the one node that it may be; empty for any
     */
    public record Partner(String where, Carriage carriage, Optional<NodeId> node) {
        /** How the connection must be. */
        public enum Carriage {
            /** As all others. */
            AS_OTHERS,
            /** Encrypted though others need not be. */
            ENCRYPTED,
            /** In plain though others are encrypted, both ways: the network between is trusted. */
            PLAIN
        }

        public Partner {
            if (where.isBlank() || where.indexOf('*') >= 0 && where.indexOf('*') < where.length() - 1) {
                throw new IllegalArgumentException("partner '" + where
                        + "' must be a locator as tcp/10.0.0.7:7400, the beginning of one and *, or a node's name");
            }
            if (carriage == Carriage.PLAIN && !where.startsWith("tcp/")) {
                throw new IllegalArgumentException("partner '" + where
                        + "' cannot be allowed in plain by its name, which is heard too late: give its address");
            }
        }

        /**
         * Reads what configuration says: {@code encrypted}, {@code plain}, the id of a node, or one of the words and
         * the id.
         */
        public static Partner parse(String where, String demand) {
            Carriage carriage = Carriage.AS_OTHERS;
            Optional<NodeId> node = Optional.empty();
            for (String word : demand.strip().split("\\s+")) {
                switch (word) {
                    case "encrypted" -> carriage = Carriage.ENCRYPTED;
                    case "plain" -> carriage = Carriage.PLAIN;
                    default -> {
                        try {
                            node = Optional.of(NodeId.parse(word));
                        } catch (IllegalArgumentException e) {
                            throw new IllegalArgumentException("partner '" + where + "': '" + word
                                    + "' is none of encrypted, plain, or the id of a node");
                        }
                    }
                }
            }
            return new Partner(where, carriage, node);
        }

        /** Whether a locator is meant. */
        public boolean isAt(String locator) {
            return where.endsWith("*")
                    ? where.contains("/") && locator.startsWith(where.substring(0, where.length() - 1))
                    : where.equals(locator);
        }

        /** Whether a node's name is meant. */
        public boolean isNamed(String name) {
            return !where.contains("/") && where.equals(name);
        }
    }

    /**
     * What is sealed from end to end, so that only the nodes at both ends can read and write it. Counts where the mesh
     * has a key; without one a node does as the others do.
     */
    public enum Sealing {
        /** What passes over other nodes. Over a link of its own two nodes have that link's encryption. */
        RELAYED,
        /** What goes over links of its own as well. */
        ALWAYS,
        /** Nothing: for meshes whose nodes all trust each other. */
        NEVER
    }

    /** Whether and where beacons are sent. */
    public record Beacon(Mode mode, String group, int port) {
        /** 230.230.230.230, port 23000. */
        public static final Beacon DEFAULT = new Beacon(Mode.ON, "230.230.230.230", 23_000);

        public static final Beacon NONE = new Beacon(Mode.OFF, "230.230.230.230", 23_000);

        /** On or off. */
        public enum Mode {
            ON,
            OFF
        }

        public Beacon {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("beacon port " + port + " must be from 1 to 65535");
            }
        }
    }

    /**
     * IP multicast for messages for many: one datagram in place of a copy for each neighbor on the same segment, sealed
     * with the key of the mesh. Who does not hear it gets copies over its link, as all do where it is off.
     *
     * @param use whether it is used
     * @param group an IPv4 multicast address, not that of beacons
     * @param port 1 to 65,535
     */
    public record Multicast(Use use, String group, int port) {
        public static final Multicast OFF = new Multicast(Use.OFF, "230.230.230.231", 23_001);

        /** To 230.230.230.231, port 23001. */
        public static final Multicast ON = new Multicast(Use.ON, OFF.group(), OFF.port());

        /** On or off. */
        public enum Use {
            ON,
            OFF
        }

        public Multicast {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("multicast port " + port + " must be from 1 to 65535");
            }
        }
    }

    /**
     * Links kept or refused whatever the topology would choose, by node id, the beginning of one (8 digits or more), or
     * name.
     *
     * @param policy whether others are made too
     */
    public record Links(Policy policy, List<String> pinned, List<String> forbidden) {
        public static final Links AUTOMATIC = new Links(Policy.AUTOMATIC, List.of(), List.of());

        /** Which links are made. */
        public enum Policy {
            /** Full mesh up to 16 nodes, a bounded degree above; the pinned ones always. */
            AUTOMATIC,
            /** The pinned ones alone, and those to observers on the same host. */
            PINNED_ONLY,
            /** One, to whoever takes it: the node sees the mesh and relays nothing. */
            OBSERVER
        }

        public Links {
            pinned = List.copyOf(pinned);
            forbidden = List.copyOf(forbidden);
        }
    }

    public MeshConfig {
        if (!mesh.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "mesh name '" + mesh + "' must be 1 to 64 ASCII letters, digits, '.', '_' or '-'");
        }
        if (remoteHops < 0 || remoteHops > 32) {
            throw new IllegalArgumentException("remote=" + remoteHops + " must be from 0 to 32 hops");
        }
        if (nodeName.getBytes(StandardCharsets.UTF_8).length > 64) {
            throw new IllegalArgumentException("node name '" + nodeName + "' is longer than 64 bytes");
        }
        if (nodeName.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a node name must have no control characters");
        }
        if (heartbeat.compareTo(Duration.ofMillis(50)) < 0 || heartbeat.compareTo(Duration.ofSeconds(60)) > 0) {
            throw new IllegalArgumentException("heartbeat " + heartbeat + " must be from 50 ms to 60 s");
        }
        if (handshake.compareTo(Duration.ofMillis(100)) < 0 || handshake.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("handshake " + handshake + " must be from 100 ms to 10 min");
        }
        keys = List.copyOf(keys);
        if (keys.size() > MeshKey.KEYS_MAX) {
            throw new IllegalArgumentException(keys.size() + " mesh keys were given: at most " + MeshKey.KEYS_MAX
                    + " can be valid at a time, the one in use and the one that follows it");
        }
        if (multicast.use() == Multicast.Use.ON && keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "multicast for groups needs the mesh's key (--key FILE, made by 'weft key"
                            + " new'): datagrams are sealed with it, and an authority gives its nodes no secret in common");
        }
        if (multicast.use() == Multicast.Use.ON
                && beacon.mode() == Beacon.Mode.ON
                && multicast.group().equals(beacon.group())
                && multicast.port() == beacon.port()) {
            throw new IllegalArgumentException(
                    "multicast for groups and beacons cannot share " + multicast.group() + ":" + multicast.port());
        }
        String credentialName = authorization
                .flatMap(Authorization::credential)
                .map(credential -> credential.grant().name())
                .orElse(nodeName);
        if (!credentialName.equals(nodeName)) {
            throw new IllegalArgumentException("the credential is for the name '" + credentialName
                    + "', but the node is named '" + nodeName + "'");
        }
        if (remoteHops > 0 && encryption == Encryption.REQUIRED && keys.isEmpty() && authorization.isEmpty()) {
            throw new IllegalArgumentException(
                    "remote=" + remoteHops
                            + " leaves this host, and without a key anyone there could join: give the mesh's key (--key FILE, made by"
                            + " 'weft key new'), stay with remote=0, or say --plaintext (PLAINTEXT) where everyone may read and join");
        }
        partners = List.copyOf(partners);
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
    }
}
