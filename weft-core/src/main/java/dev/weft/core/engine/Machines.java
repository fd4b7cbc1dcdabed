package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.Right;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.Discovery;
import dev.weft.core.flow.ReceiveTotal;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.link.Link;
import dev.weft.core.link.LinkTerms;
import dev.weft.core.link.LocalNode;
import dev.weft.core.link.Security;
import dev.weft.core.link.Spreading;
import dev.weft.core.route.Routes;
import dev.weft.core.seal.Sealer;
import dev.weft.core.seal.Seals;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.topology.Checks;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Flooding;
import dev.weft.core.topology.Labels;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireReader;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * All machines of one node, and what follows for the others from what one of them reports.
 *
 * <p>Called by {@link Engine} alone, which says what time it is before each input.
 */
final class Machines {
    final Labels labels;
    final Flooding flooding;
    final Checks checks;
    final Links links;
    final Router router;
    final Discovery discovery;
    final Membership membership;
    final Forwarder forwarder;
    final Sends sends;
    final Sender sender;
    final Receiver receiver;
    final Endpoints endpoints;
    final ReceiveTotal received;
    final Connections connections;
    final Probes probes;
    final Groups groups;
    final Guard guard;
    final Denials denials = new Denials();
    final Seals seals;
    final Post post;
    final Arrivals arrivals;
    final Dials dials = new Dials();

    private final NodeId self;
    private final Dispatch dispatch;
    private final Engine.Output out;
    /** Of which nodes everybody learns by flooding. */
    private final Predicate<NodeId> announced;

    private Routes knownRoutes;
    private long nextConnection = 1;
    private long now;

    Machines(
            EngineConfig config,
            Engine.Self self,
            Security security,
            Sealer sealer,
            Signatory signatory,
            Prng prng,
            Edition.Source editions,
            Engine.Output out) {
        this.self = self.node();
        this.out = out;
        this.labels = new Labels(prng.fork(4));
        this.flooding = new Flooding(
                self.node(),
                self.incarnation(),
                config.topology(),
                prng.fork(1),
                editions,
                new Flooding.Signing(self.mesh(), signatory),
                new FloodingOutput());
        this.announced = flooding.lsdb()::isKnown;
        this.checks = new Checks(signatory, new ChecksOutput());
        Register register = new Register(self.mesh(), self.node(), security.notary());
        this.guard = new Guard(register, flooding, new GuardOutput());
        this.seals = new Seals(self.node(), self.incarnation(), sealer, new SealsOutput());
        this.links = new Links(
                config.link(),
                localNode(self, config.wishes(), security, register, seals.capabilities()),
                config.queue(),
                config.rates(),
                config.wishes().isObserver() ? 1 : config.linksMax(),
                neighbor -> new Spreading(flooding.lsdb().hash(), flooding.pushFrom(neighbor)),
                new LinksOutput());
        this.router = new Router(self.node(), flooding.lsdb(), config.spf(), links::isUp, () -> now);
        this.knownRoutes = router.routes();
        this.discovery = new Discovery(
                new Discovery.Self(self.node(), self.incarnation(), meshHash(self.mesh())),
                config.discovery(),
                prng.fork(2),
                new DiscoveryOutput());
        this.membership = new Membership(self, config.wishes(), flooding, labels, discovery, links, router::costAsLink);
        this.received = new ReceiveTotal(config.endpoints().receivedBytesMax(), out::crowded);
        this.endpoints = new Endpoints(received, out);
        this.post = new Post(self.node(), links, seals, () -> now);
        this.probes = new Probes(self.node(), router, post, out);
        this.sends =
                new Sends(self, config.flow(), router, post, seals, this::suspect, this::deniedThere, () -> now, out);
        this.sender = sends.sender();
        this.connections = new Connections(self.node(), config.connections(), received, sender, seals::canMeet, out);
        this.receiver = new Deliveries(
                        self,
                        config.flow(),
                        prng.fork(3),
                        router,
                        post,
                        guard,
                        seals,
                        endpoints,
                        connections,
                        () -> now)
                .receiver();
        connections.receiver(receiver);
        sends.connections(connections);
        this.groups = new Groups(
                self,
                config.group(),
                flooding.lsdb(),
                links,
                router,
                post,
                endpoints,
                guard,
                seals,
                sealer,
                new LabelLookup(),
                meshHash(self.mesh()),
                () -> now,
                out);
        this.arrivals = new Arrivals(links, router, sender, receiver, probes, groups, guard, seals, () -> now, out);
        this.forwarder = new Forwarder(self.node(), new LabelLookup(), arrivals);
        this.dispatch = new Dispatch(links, discovery, membership, checks, flooding, guard, groups, forwarder);
    }

    private static LocalNode localNode(
            Engine.Self self, EngineConfig.LinkWishes wishes, Security security, Register register, long capabilities) {
        return new LocalNode(
                self.mesh(),
                self.node(),
                self.instance(),
                self.incarnation(),
                self.name(),
                self.hostId(),
                capabilities | (wishes.isObserver() ? Hello.OBSERVER : 0),
                VersionRange.OURS,
                self.clockZeroNanos(),
                security,
                register);
    }

    /** What beacons carry in place of a mesh's name. */
    private static long meshHash(String mesh) {
        return ByteView.utf8("weft mesh " + mesh).hash64();
    }

    /** The time of the input that follows. */
    void now(long nowNanos) {
        now = nowNanos;
    }

    long now() {
        return now;
    }

    long newConnection() {
        return nextConnection++;
    }

    /** A connection that was dialled was never there, or broke before it was a link. */
    void dialFailed(long connection, String why) {
        dials.dialOf(connection)
                .ifPresent(dial -> links.refusals()
                        .add(new Refusal(
                                now,
                                Optional.empty(),
                                discovery.dialledLocator(dial),
                                CloseReason.CARRIER_LOST,
                                why,
                                Link.Side.CARRIER)));
        dialEnded(connection);
    }

    /** A dial has come to nothing, if the connection was one. */
    void dialEnded(long connection) {
        dials.takeDialOf(connection).ifPresent(dial -> {
            discovery
                    .dialledLocator(dial)
                    .ifPresent(locator -> trace(TraceEvent.Kind.DIAL_FAILED, NodeId.ZERO, "at " + locator));
            discovery.handleDialFailed(dial, now);
        });
    }

    /** A dial or a send has failed; nodes that routes lead to are watched by their neighbors. */
    void suspect(NodeId node) {
        if (!router.reaches(node)) {
            discovery.suspect(node, now);
        }
    }

    /** Neighbors hear of nodes that this one has learned of since their links came up. */
    void tellNews() {
        Optional<Peers> news = discovery.takeNews(announced, now);
        if (news.isPresent()) {
            for (NodeId neighbor : links.neighbors()) {
                links.send(neighbor, news.get(), LinkQueue.Urgency.CONTROL, now);
            }
        }
    }

    /** A neighbor gets no more data than it says that it can take. */
    private void paceToward(NodeId neighbor) {
        links.receives(
                neighbor,
                flooding.lsdb()
                        .recordOf(neighbor)
                        .map(said -> said.kept().receiveBitsPerSecond())
                        .orElse(0L));
    }

    /** The routes have been computed anew. */
    void routesChanged() {
        for (TraceEvent event : membership.compareReachable(router.reachable())) {
            out.trace(event);
            groups.review(event.node());
        }
        boolean others = !router.routes().leadsLike(knownRoutes);
        // Those that lead alike too, or the graph of some day would be kept for good.
        knownRoutes = router.routes();
        if (others) {
            trace(TraceEvent.Kind.ROUTES_CHANGED, self, router.reachable().size() + " nodes can be reached");
        }
        sender.handleTopologyChange(now);
        groups.handleTopologyChange(now);
        connections.handleReachable(router::reaches, now);
    }

    private void trace(TraceEvent.Kind kind, NodeId node, String detail) {
        out.trace(new TraceEvent(kind, node, detail));
    }

    private final class LinksOutput implements Links.Output {
        @Override
        public void neighborUp(long connection, LinkTerms terms, Optional<Locator> locator, long nowNanos) {
            Hello peer = terms.peer();
            boolean isNew = labels.labelOf(peer.node()) == 0;
            OptionalLong dial = dials.takeDialOf(connection);
            dial.ifPresent(number -> discovery
                    .dialledLocator(number)
                    .ifPresent(dialled -> discovery.configuredReached(dialled, peer.node())));
            Optional<Locator> worked = dial.isPresent() ? locator : Optional.empty();
            discovery.handleLinkUp(peer.node(), peer.incarnation(), peer.locators(), worked, now);
            labels.acquire(peer.node(), now);
            flooding.handleLinkUp(peer.node(), now);
            guard.handleLinkUp(peer.node(), now);
            seals.handleNeighbor(peer, now);
            paceToward(peer.node());
            for (Peers peers : discovery.exchange(peer.node(), announced, now)) {
                links.send(peer.node(), peers, LinkQueue.Urgency.CONTROL, now);
            }
            membership.linkUp(peer, now);
            router.forgetPaths();
            if (isNew) {
                String over = locator.map(Locator::toString).orElse("an unnamed connection");
                trace(TraceEvent.Kind.LINK_UP, peer.node(), peer.name() + " over " + over);
            }
        }

        @Override
        public void neighborDown(NodeId neighbor, CloseReason reason, String text, long nowNanos) {
            labels.release(neighbor, now);
            flooding.handleLinkDown(neighbor);
            checks.handleLinkDown(neighbor);
            guard.handleLinkDown(neighbor);
            if (reason == CloseReason.SHUTDOWN) {
                discovery.handleLinkGoodbye(neighbor);
            }
            discovery.handleLinkDown(neighbor, now);
            membership.linkDown(neighbor, reason, now);
            router.forgetPaths();
            trace(TraceEvent.Kind.LINK_DOWN, neighbor, reason + ": " + text);
            sender.handleTopologyChange(now);
            groups.handleLinkDown(neighbor, now);
        }

        @Override
        public void notLinked(long connection, Optional<NodeId> peer, CloseReason reason, String text, long nowNanos) {
            switch (reason) {
                case SELF ->
                    dials.dialOf(connection)
                            .ifPresent(dial -> discovery.dialledLocator(dial).ifPresent(discovery::dropConfigured));
                case DUPLICATE_LINK, NOT_NEEDED, CARRIER_LOST -> {}
                case UNKNOWN,
                        WRONG_MESH,
                        VERSION,
                        DUPLICATE_NODE_ID,
                        STALE_INCARNATION,
                        LIMIT,
                        MALFORMED,
                        TIMEOUT,
                        SILENT,
                        SHUTDOWN,
                        FORBIDDEN,
                        PROTOCOL_VIOLATION,
                        WRONG_IDENTITY,
                        NOT_ENCRYPTED,
                        NOT_A_MEMBER,
                        SHUT_OUT,
                        NO_CREDENTIAL,
                        BAD_CREDENTIAL,
                        WRONG_AUTHORITY,
                        NOT_YET_VALID,
                        EXPIRED,
                        REVOKED,
                        WRONG_NAME,
                        OVER_BUDGET ->
                    trace(TraceEvent.Kind.LINK_REFUSED, peer.orElse(NodeId.ZERO), reason + ": " + text);
            }
            dialEnded(connection);
        }

        @Override
        public void spreading(NodeId neighbor, Spreading theirs, long nowNanos) {
            flooding.handleHeartbeat(neighbor, theirs.lsdbHash(), theirs.push(), now);
        }

        @Override
        public void roundTrip(NodeId neighbor, long smoothedNanos, long nowNanos) {
            membership.roundTrip(neighbor, smoothedNanos, now);
        }

        @Override
        public void interestChanged(NodeId neighbor, long nowNanos) {
            membership.retireIfUnwanted(neighbor, now);
        }

        @Override
        public void frame(NodeId neighbor, FrameType type, WireReader in, long nowNanos) throws MalformedFrame {
            dispatch.handle(neighbor, type, in, now);
        }

        @Override
        public Optional<Close> refuse(Hello theirs) {
            return seals.refuse(theirs).or(() -> membership.refuse(theirs));
        }
    }

    private final class FloodingOutput implements Flooding.Output {
        @Override
        public void send(NodeId neighbor, Frame frame) {
            links.send(neighbor, frame, LinkQueue.Urgency.CONTROL, now);
        }

        @Override
        public void adjacenciesChanged(NodeId origin) {
            if (router.handleChange(origin, now) == Router.Change.RECOMPUTED) {
                routesChanged();
            }
        }

        @Override
        public void recordChanged(NodeId origin, Optional<NodeRecord> before) {
            Optional<NodeRecord> record = flooding.lsdb().recordOf(origin);
            receiver.handleNodeGone(origin, flooding.lsdb().incarnationOf(origin));
            groups.handleRecord(origin, flooding.lsdb().incarnationOf(origin), now);
            seals.handleRecord(origin, now);
            if (origin.equals(self)) {
                return;
            }
            paceToward(origin);
            membership.recordChanged(origin, before, record, now).ifPresent(out::trace);
            if (record.isPresent() && record.get().status() == NodeRecord.Status.LEAVING) {
                discovery.handleGoodbye(origin, flooding.lsdb().incarnationOf(origin));
                sender.handleNodeGone(origin, now);
            }
        }

        @Override
        public void credentialChanged(NodeId origin) {
            guard.credentialChanged(origin);
            groups.review(origin);
            reviewConnections();
        }

        @Override
        public void sealRecordChanged(NodeId origin) {
            seals.handleRecord(origin, now);
        }

        @Override
        public void laterLifeOfThisNode(long incarnation) {
            trace(
                    TraceEvent.Kind.DUPLICATE_IDENTITY,
                    self,
                    "another process lives under this node's id, incarnation " + incarnation);
        }
    }

    private final class ChecksOutput implements Checks.Output {
        @Override
        public boolean isNews(Lsa lsa) {
            return flooding.isNews(lsa);
        }

        @Override
        public void admit(NodeId neighbor, Flood flood) {
            try {
                flooding.handleFlood(neighbor, flood, now);
            } catch (MalformedFrame unreadable) {
                links.handleMalformed(neighbor, unreadable, now);
            }
        }

        @Override
        public void acknowledge(NodeId neighbor, Lsa lsa) {
            flooding.acknowledge(neighbor, lsa, now);
        }

        @Override
        public void accuse(NodeId neighbor, String why) {
            links.accuse(neighbor, why, now);
        }

        @Override
        public void overBudget(NodeId neighbor, String why) {
            links.overBudget(neighbor, why, now);
        }
    }

    /** The destination of a send has refused it for want of a right. */
    private void deniedThere(NodeId node, String what) {
        told(denials.byOtherNode(node, what, now));
    }

    private void told(Optional<Denial> denial) {
        denial.ifPresent(news -> trace(TraceEvent.Kind.DENIED, news.node(), news.text()));
    }

    /** Whose rights have become fewer loses the connections that he could not begin any more. */
    private void reviewConnections() {
        if (guard.register().isPresent()) {
            connections.review(guard::mayGoOn, now);
        }
    }

    private final class GuardOutput implements Guard.Output {
        @Override
        public void send(NodeId neighbor, Frame frame) {
            links.send(neighbor, frame, LinkQueue.Urgency.CONTROL, now);
        }

        @Override
        public void review(long nowNanos) {
            links.review(now);
            reviewConnections();
        }

        @Override
        public void denied(NodeId node, Right right, String subject) {
            told(denials.byThisNode(node, right, subject, now));
        }

        @Override
        public void revocationsChanged() {
            Revocations newest = guard.register().revocations().orElseThrow();
            out.revocationsChanged(newest);
            trace(
                    TraceEvent.Kind.REVOCATIONS_CHANGED,
                    NodeId.ZERO,
                    "list " + newest.content().number() + " of "
                            + newest.content().entries().size() + " entries");
            newest.content().entries().forEach(entry -> groups.review(entry.node()));
        }
    }

    private final class SealsOutput implements Seals.Output {
        @Override
        public void transmit(NodeId neighbor, RoutedFrame frame) {
            post.transmit(neighbor, frame);
        }

        @Override
        public void answer(Arrival arrival, SealAnswer answer) {
            post.transmit(arrival.neighbor(), RoutedFrame.of(arrival.route().back(), answer));
        }

        @Override
        public void publish(SealRecord record) {
            flooding.originate(LsaKind.SEAL, record.encode(), Flooding.Haste.URGENT, now);
        }

        @Override
        public Optional<Seals.Published> recordOf(NodeId node) {
            return flooding.lsdb()
                    .editionOf(node, LsaKind.SEAL)
                    .flatMap(edition -> edition.seal()
                            .map(record -> new Seals.Published(
                                    record, edition.lsa().version().incarnation())));
        }

        @Override
        public long incarnationOf(NodeId node) {
            return flooding.lsdb().incarnationOf(node);
        }
    }

    private final class DiscoveryOutput implements Discovery.Output {
        @Override
        public void dial(long number, Locator locator, Optional<NodeId> expected) {
            long connection = newConnection();
            dials.opened(number, connection);
            trace(TraceEvent.Kind.DIALLING, expected.orElse(NodeId.ZERO), "at " + locator);
            out.dial(connection, locator);
        }

        @Override
        public void cancel(long number) {
            dials.takeConnectionOf(number).ifPresent(connection -> links.cancel(connection, now));
        }

        @Override
        public void beacon(ByteView datagram) {
            out.beacon(datagram);
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            out.beaconTo(source, datagram);
        }

        @Override
        public void discovered(NodeId node, String how) {
            trace(TraceEvent.Kind.PEER_DISCOVERED, node, "by " + how);
        }

        @Override
        public void forgotten(NodeId node, String why) {
            trace(TraceEvent.Kind.PEER_FORGOTTEN, node, why);
        }
    }

    private final class LabelLookup implements Forwarder.Labels {
        @Override
        public Optional<NodeId> neighborOf(int label) {
            return labels.neighborOf(label).filter(links::isUp);
        }

        @Override
        public int labelOf(NodeId neighbor) {
            return labels.labelOf(neighbor);
        }
    }
}
