package dev.weft;

import dev.weft.spi.MeshProvider;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One member of a mesh: this process's node. Thread-safe; a process may join several meshes.
 *
 * <pre>{@code
 * try (Mesh mesh = Mesh.join("demo")) {
 *     Endpoint inbox = mesh.open("inbox", SocketKind.RDM);
 *     inbox.onMessage(message -> System.out.println(message.from() + ": " + message.payload().length + " bytes"));
 *     Peer bob = mesh.await("bob", Duration.ofSeconds(5)).orElseThrow();
 *     Outcome outcome = mesh.send(bob.id(), "inbox", "hello".getBytes(UTF_8)).await();
 * }
 * }</pre>
 */
public interface Mesh extends AutoCloseable {
    /**
     * Joins a mesh of this host with every setting at its default, under a new identity.
     *
     * @throws MeshStartException if no address can be listened on
     */
    static Mesh join(String mesh) {
        return builder(mesh).ephemeral().join();
    }

    /** Begins to describe a node of a mesh. */
    static MeshBuilder builder(String mesh) {
        return new MeshBuilder(mesh);
    }

    /** Joins as described. */
    static Mesh join(MeshConfig config) {
        return MeshProvider.installed().join(config);
    }

    /** The mesh's name. */
    String name();

    /** What this node says of itself. */
    Peer self();

    /** The groups, tags, attributes and bandwidth that this node tells of itself. */
    Description description();

    /**
     * Changes what this node tells of itself: {@code mesh.describe(is -> is.withTags(List.of("eu", "db")))}. The last
     * word counts; it reaches the others within milliseconds in a small mesh, and changes that follow each other
     * closely are told together. They see it in {@link Peer} and hear {@link MeshEvent.Kind#PEER_CHANGED}.
     *
     * @param change makes the new description of the present one; runs on the calling thread, and again where another
     *     thread has described the node meanwhile
     * @return what holds now
     */
    Description describe(UnaryOperator<Description> change);

    /** The other nodes that can be reached now, in order of id. */
    List<Peer> peers();

    /**
     * The one reachable node that is meant.
     *
     * @param node an id, the beginning of one (4 digits or more), or a name; a full id wins over a name, a name over a
     *     beginning
     * @throws NodeNotFoundException if none fits, or more than one
     */
    Peer find(String node);

    /** Waits until {@link #find} succeeds; empty when it did not in time. */
    Optional<Peer> await(String node, Duration timeout) throws InterruptedException;

    /** As {@link #open(String, SocketKind, Secrecy)}, of no secrecy of its own. */
    default Endpoint open(String endpoint, SocketKind kind) {
        return open(endpoint, kind, Secrecy.BY_POLICY);
    }

    /**
     * Opens an endpoint for messages of DGRAM or RDM. 16 MiB may wait in it, each message counted with 128 bytes more
     * than it has; then senders wait, or are refused if they have so chosen.
     *
     * @param secrecy SEALED where messages that were not sent so are to be refused
     * @throws IllegalStateException if one of that name is open on this node, or too many are
     */
    Endpoint open(String endpoint, SocketKind kind, Secrecy secrecy);

    /** Sends reliably with {@link SendOptions#RDM}. */
    default Ticket send(NodeId node, String endpoint, byte[] payload) {
        return send(node, endpoint, payload, SendOptions.RDM);
    }

    /**
     * Sends one message. Returns at once unless sends without an outcome hold too much already, each counted with 512
     * bytes more than it has: 48 MiB on this node, connections included ({@link Limit#SENT_BYTES} less 16 MiB), or 16
     * MiB to this endpoint ({@link Limit#FLOW_BYTES}). Then it waits for room, up to the timeout, if
     * {@link SendOptions#whenFull} says so.
     *
     * @param payload at most 16 MiB; copied before this returns
     * @throws IllegalArgumentException if the payload is too large or the endpoint's name is not 1 to 128 bytes
     * @throws IllegalStateException if the mesh is closed
     */
    Ticket send(NodeId node, String endpoint, byte[] payload, SendOptions options);

    /**
     * The same for whoever needs no ticket: a handler hears the outcome, once, on the mesh's callback executor, whenever it is
     * known. Costs less than a ticket for each of millions of messages. Handlers of up to 16 messages that were
     * sent together are called one after the other, so none may wait for another handler.
     *
     * @return this node's number for the send, from 1, which is also that of its dead letter
     */
    default long send(NodeId node, String endpoint, byte[] payload, SendOptions options, Consumer<Outcome> onOutcome) {
        Ticket ticket = send(node, endpoint, payload, options);
        ticket.onOutcome(onOutcome);
        return ticket.number();
    }

    /**
     * A group by its name; {@code ""} is the group of everyone.
     *
     * @throws IllegalArgumentException if the name has more than 128 bytes of UTF-8, or a control character
     */
    Group group(String name);

    /** The groups that this node or one that can be reached is in, in order; {@code ""} is not named. */
    List<String> groups();

    /**
     * Sends one message to an endpoint of that name on each of the nodes.
     *
     * @param options with the name of an endpoint
     * @param payload at most 16 MiB; copied before this returns
     * @throws IllegalArgumentException if the payload is too large or no endpoint is named
     * @throws IllegalStateException if the mesh is closed
     */
    GroupTicket sendToAll(Collection<NodeId> nodes, byte[] payload, GroupSendOptions options);

    /** Takes SEQPACKET connections with {@link ListenOptions#DEFAULT}. */
    default Listener<PacketSocket> listenPackets(String endpoint) {
        return listenPackets(endpoint, ListenOptions.DEFAULT);
    }

    /**
     * Takes SEQPACKET connections.
     *
     * @throws IllegalStateException if an endpoint of that name is open on this node
     */
    Listener<PacketSocket> listenPackets(String endpoint, ListenOptions options);

    /** Takes STREAM connections with {@link ListenOptions#DEFAULT}. */
    default Listener<StreamSocket> listenStream(String endpoint) {
        return listenStream(endpoint, ListenOptions.DEFAULT);
    }

    /**
     * Takes STREAM connections.
     *
     * @throws IllegalStateException if an endpoint of that name is open on this node
     */
    Listener<StreamSocket> listenStream(String endpoint, ListenOptions options);

    /**
     * Connects to an endpoint that {@link #listenPackets} has opened. Waits until it is accepted or refused.
     *
     * @throws ConnectionException if there is no such endpoint, if it is of another kind, if its queue is full, or if
     *     the node is not reached in time
     * @throws InterruptedException if the thread is interrupted
     */
    PacketSocket connectPackets(NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException, InterruptedException;

    /** As {@link #connectPackets}, for an endpoint that {@link #listenStream} has opened. */
    StreamSocket connectStream(NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException, InterruptedException;

    /** The messages of this node that did not reach their target: the latest 1,000, oldest first. */
    List<DeadLetter> deadLetters();

    /** Links that were not made or did not last, and why: the latest 256, oldest first. */
    List<Refusal> refusals();

    Topology topology();

    /** The nodes on the present way to a node, both ends included; empty where there is none. */
    List<NodeId> route(NodeId node);

    /**
     * Whether messages for one node are sealed from end to end on the present way; over a link of its own they need not
     * be. Not about those for many: unless {@link MeshConfig.Sealing#NEVER} was chosen they are sealed whatever their way,
     * where the mesh has a key.
     */
    boolean isSealed(NodeId node);

    /** Probes every node on the present way to a node. Completes within the timeout. */
    CompletionStage<List<Probed>> probe(NodeId node, Duration timeout);

    Statistics statistics();

    /**
     * Changes the keys of the mesh while the node runs. To change a key without losing a link: give every node the old
     * one and the new one, then every node the new one alone. A neighbor that has proved none of these keys two
     * seconds later loses its link.
     *
     * @param keys one or two; the first is the one that beacons are sealed with
     * @throws IllegalArgumentException if there are none or more than two
     * @throws IllegalStateException if the node was started without a key
     */
    void rekey(List<MeshKey> keys);

    /**
     * Shows another credential from now on. No link is lost by it; a neighbor that knew the one before hears of the new
     * one at once.
     *
     * @throws IllegalArgumentException if nobody would take it; the message says why
     * @throws IllegalStateException if the node was started without an authority
     */
    void renew(Credential credential);

    /**
     * Hands this node a list of revocations. If it is newer than what is known here it goes to the whole mesh, and
     * whoever is on it loses its links.
     *
     * @return the number of the list that holds now
     * @throws IllegalArgumentException if it is not of the authority of this mesh
     * @throws IllegalStateException if the node was started without an authority
     */
    long revoke(Revocations revocations);

    /** The list of revocations that holds; empty where none is known. */
    Optional<Revocations> revocations();

    /** What the authority says of a node, as far as it is known here and was found right. */
    Optional<Credential> credentialOf(NodeId node);

    /**
     * What a node of that description would ask the authority of its mesh with. Its key is made if there is none yet.
     *
     * @throws MeshStartException if its state directory cannot be used
     */
    static CredentialRequest request(MeshConfig config) {
        return MeshProvider.installed().request(config);
    }

    /**
     * Has every event from now on told to a listener, on the callback executor, in order; before them, where this node
     * listens and what it warned of when it started.
     */
    Subscription subscribe(Consumer<MeshEvent> listener);

    /** Ends what {@link #subscribe} began. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Leaves: waits up to 5 s for sends under way, tells the neighbors, settles the rest and stops.
     *
     * @throws IllegalStateException on a thread that runs a mesh, as {@link MeshBuilder#callbacks} can have it run
     *     callbacks: nothing would go while it waits
     */
    @Override
    void close();
}
