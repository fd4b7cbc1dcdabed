package dev.weft.bench.scenario;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The systems that are measured, each in the shapes that make a difference. */
enum Contender {
    /** Over shared memory, its first choice within a host, with callbacks on threads of their own, as by default. */
    WEFT("weft"),
    WEFT_UNIX("weft-unix"),
    WEFT_TCP("weft-tcp"),
    /** Callbacks run on the loop. */
    WEFT_DIRECT("weft-direct"),
    WEFT_TCP_DIRECT("weft-tcp-direct"),
    /** TCP that everyone can read. */
    WEFT_PLAIN("weft-tcp-plain"),
    /** TCP under TLS by the JDK. */
    WEFT_TLS_JDK("weft-tcp-tls-jdk"),
    /** TCP under TLS by BoringSSL. */
    WEFT_TLS("weft-tcp-tls"),
    /** As before, and sealed from end to end where relays pass on. */
    WEFT_SEALED("weft-tcp-sealed"),
    /** As before, and relays read all. */
    WEFT_UNSEALED("weft-tcp-unsealed"),
    /** To a group, over shared memory. */
    WEFT_GROUP("weft-group"),
    /** To a group, over TCP that everyone can read. */
    WEFT_GROUP_PLAIN("weft-tcp-plain-group"),
    /** To a group, over TCP under TLS, sealed. */
    WEFT_GROUP_SEALED("weft-tcp-group"),
    /** As before, with IP multicast where neighbors hear it. */
    WEFT_MULTICAST("weft-tcp-multicast"),
    /** As the base, under TLS by BoringSSL: what {@link #WEFT_TLS} is to be compared to. */
    NETTY_TLS("netty-tls"),
    /** The same by the JDK, for {@link #WEFT_TLS_JDK}. */
    NETTY_TLS_JDK("netty-tls-jdk"),
    /** The base of all ratios: frames over TCP by hand, batched, acknowledged. */
    NETTY("netty"),
    NETTY_UNIX("netty-unix"),
    AERON_IPC("aeron-ipc"),
    AERON_UDP("aeron-udp"),
    JEROMQ("jeromq"),
    JGROUPS("jgroups"),
    /** By IP multicast. */
    JGROUPS_UDP("jgroups-udp"),
    NATS("nats");

    /** Who tells the origin that the application at the other end has taken a message. */
    enum Acknowledging {
        /** The system does so itself. */
        ITSELF,
        /** It does not, so the sink sends a message back whenever the source asks for one. */
        BY_HARNESS
    }

    /** How messages get through a process in between. */
    enum Relaying {
        /** A process of the system does so unasked, when the links are laid out so. */
        UNASKED,
        /** By taking each message and sending it on, or as the system's own adapter does. */
        BY_HARNESS,
        NOT_MEASURED
    }

    private final String word;

    Contender(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Contender of(String word) {
        return Arrays.stream(values())
                .filter(contender -> contender.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no system '" + word + "'; there are: "
                        + Arrays.stream(values()).map(Contender::word).toList()));
    }

    /** Those that are compared with other systems; the rest have more or less security. */
    static List<Contender> rivals() {
        return Arrays.stream(values())
                .filter(contender -> contender.compareTo(WEFT_PLAIN) < 0 || contender.compareTo(NETTY_TLS_JDK) > 0)
                .toList();
    }

    Acknowledging acknowledging() {
        return switch (this) {
            case NETTY, NETTY_UNIX, NETTY_TLS, NETTY_TLS_JDK -> Acknowledging.ITSELF;
            default -> Acknowledging.BY_HARNESS;
        };
    }

    Relaying relaying() {
        return switch (this) {
            case WEFT,
                    WEFT_UNIX,
                    WEFT_TCP,
                    WEFT_DIRECT,
                    WEFT_TCP_DIRECT,
                    WEFT_PLAIN,
                    WEFT_TLS_JDK,
                    WEFT_TLS,
                    WEFT_SEALED,
                    WEFT_UNSEALED,
                    WEFT_GROUP,
                    WEFT_GROUP_PLAIN,
                    WEFT_GROUP_SEALED,
                    WEFT_MULTICAST -> Relaying.UNASKED;
            case NETTY, NETTY_UNIX, NETTY_TLS, NETTY_TLS_JDK, JEROMQ, AERON_UDP -> Relaying.BY_HARNESS;
            case AERON_IPC, JGROUPS, JGROUPS_UDP, NATS -> Relaying.NOT_MEASURED;
        };
    }

    /** Whether one send goes to all targets. */
    boolean isToMany() {
        return switch (this) {
            case WEFT_GROUP, WEFT_GROUP_PLAIN, WEFT_GROUP_SEALED, WEFT_MULTICAST -> true;
            default -> false;
        };
    }

    /** Whether all it needs is on this machine. */
    boolean isInstalled() {
        return this != NATS || NatsStation.installed().isPresent();
    }

    /** Starts the server that the system needs, where it needs one. */
    Optional<Server> startServer(Path directory) throws IOException {
        return this == NATS ? NatsStation.startServer(directory) : Optional.empty();
    }

    List<String> jvmOptions() {
        return switch (this) {
            case AERON_IPC, AERON_UDP ->
                List.of(
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
            case JGROUPS, JGROUPS_UDP -> List.of("-Djava.net.preferIPv4Stack=true");
            case WEFT_TLS_JDK, NETTY_TLS_JDK -> List.of("-Dio.netty.handler.ssl.noOpenSsl=true");
            default -> List.of();
        };
    }

    Station open(Setting setting, Station.Listener listener) throws Exception {
        return switch (this) {
            case WEFT,
                    WEFT_UNIX,
                    WEFT_TCP,
                    WEFT_DIRECT,
                    WEFT_TCP_DIRECT,
                    WEFT_PLAIN,
                    WEFT_TLS_JDK,
                    WEFT_TLS,
                    WEFT_SEALED,
                    WEFT_UNSEALED,
                    WEFT_GROUP,
                    WEFT_GROUP_PLAIN,
                    WEFT_GROUP_SEALED,
                    WEFT_MULTICAST -> new WeftStation(setting, listener);
            case NETTY, NETTY_UNIX, NETTY_TLS, NETTY_TLS_JDK -> new NettyStation(setting, listener);
            case AERON_IPC, AERON_UDP -> new AeronStation(setting, listener);
            case JEROMQ -> new JeroMqStation(listener);
            case JGROUPS, JGROUPS_UDP -> new JGroupsStation(setting, listener);
            case NATS -> new NatsStation(setting, listener);
        };
    }

    Relay openRelay(Setting setting) throws Exception {
        return switch (this) {
            case WEFT,
                    WEFT_UNIX,
                    WEFT_TCP,
                    WEFT_DIRECT,
                    WEFT_TCP_DIRECT,
                    WEFT_PLAIN,
                    WEFT_TLS_JDK,
                    WEFT_TLS,
                    WEFT_SEALED,
                    WEFT_UNSEALED,
                    WEFT_GROUP,
                    WEFT_GROUP_PLAIN,
                    WEFT_GROUP_SEALED,
                    WEFT_MULTICAST -> new IdleRelay(setting);
            case NETTY, NETTY_UNIX, NETTY_TLS, NETTY_TLS_JDK -> new NettyRelay(setting);
            case AERON_IPC, AERON_UDP, JEROMQ, JGROUPS, JGROUPS_UDP, NATS -> new TakingRelay(setting);
        };
    }
}
