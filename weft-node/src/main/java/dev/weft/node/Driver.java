package dev.weft.node;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.engine.Engine;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.net.BeaconSocket;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import dev.weft.net.SegmentSocket;
import dev.weft.net.Transport;
import dev.weft.net.secure.CastSeal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Drives one engine on one loop: hands what the network brings to the engine, sends what the engine says, wakes it
 * when its next deadline comes. Everything here runs on the loop's thread.
 */
final class Driver {
    private static final int FRAMES_PER_TURN_MAX = 4_096;

    /** A node that did nothing for so long is idle: its timer is set for the very time, and wakes it for nothing else. */
    private static final long IDLE_NANOS = 5_000_000L;

    private final Loop loop;
    private final LongSupplier clock;
    private final Secrets secrets;
    private final Map<String, Transport> transports = new TreeMap<>();
    private final TreeMap<Long, Carrier> carriers = new TreeMap<>();
    private @Nullable Engine engine;
    private @Nullable BeaconSocket beacons;
    private @Nullable SegmentSocket segment;
    private Loop.@Nullable Cancellable wake;
    private long wakeNanos = Deadlines.NEVER;
    private long settledNanos;
    private Runnable beforeWriting = () -> {};
    private boolean inTurn;
    private boolean turnWanted;

    Driver(Loop loop, LongSupplier clock, List<Transport> available, Secrets secrets) {
        this.secrets = secrets;
        this.loop = loop;
        this.clock = clock;
        for (Transport transport : available) {
            transports.put(transport.scheme(), transport);
        }
    }

    /** Run on the loop in each turn when the engine has said all, before any of it is written to the network. */
    void beforeWriting(Runnable action) {
        beforeWriting = action;
    }

    void engine(Engine driven) {
        engine = driven;
    }

    void beacons(BeaconSocket socket) {
        beacons = socket;
    }

    Optional<BeaconSocket> beaconSocket() {
        return Optional.ofNullable(beacons);
    }

    /** On the loop: datagrams to all on the segment go there from now on. */
    void segment(SegmentSocket socket) {
        segment = socket;
        turn((present, now) -> present.openSegment(socket.datagramBytesMax() - CastSeal.OVERHEAD_BYTES));
    }

    Optional<SegmentSocket> segment() {
        return Optional.ofNullable(segment);
    }

    /** What comes over the segment. */
    SegmentSocket.Handler segmentHandler() {
        return new SegmentSocket.Handler() {
            @Override
            public void onDatagram(ByteView datagram) {
                Engine present = engine;
                if (present != null) {
                    secrets.openCast(datagram).ifPresent(cast -> present.handleCast(cast, clock.getAsLong()));
                }
            }

            @Override
            public void onReadComplete() {
                settle();
            }
        };
    }

    void cast(ByteView datagram) {
        SegmentSocket socket = segment;
        if (socket != null) {
            secrets.sealCast(datagram).ifPresent(socket::send);
        }
    }

    /** An input of the engine; the argument is the time. */
    interface Input {
        void run(Engine engine, long nowNanos);
    }

    /** Runs something on the loop when this turn is over. */
    void later(Runnable task) {
        loop.execute(task);
    }

    /** Runs an input and all that follows from it. */
    void turn(Input input) {
        Engine present = engine;
        if (present == null) {
            return;
        }
        input.run(present, clock.getAsLong());
        settle();
    }

    /** Ends a turn: timers that are due, what has gathered, what can be sent, the next wake-up. */
    private void settle() {
        Engine present = engine;
        if (present == null || inTurn) {
            turnWanted = true;
            return;
        }
        inTurn = true;
        try {
            do {
                turnWanted = false;
                long now = clock.getAsLong();
                if (present.nextDeadlineNanos() <= now) {
                    present.handleTime(now);
                }
                present.flush(now);
                beforeWriting.run();
                SegmentSocket toMany = segment;
                if (toMany != null) {
                    toMany.flush();
                }
                for (Long number : present.pending()) {
                    Carrier carrier = carriers.get(number);
                    if (carrier != null) {
                        carrier.drain(present);
                    }
                }
            } while (turnWanted);
        } finally {
            inTurn = false;
        }
        schedule(present.nextDeadlineNanos());
    }

    private void schedule(long atNanos) {
        long presentNanos = clock.getAsLong();
        boolean isBusy = presentNanos - settledNanos < IDLE_NANOS;
        settledNanos = presentNanos;
        // Deadlines mostly move away as answers come in: to wake too early while busy, and look again, costs less than
        // a new timer in each turn.
        if (wake != null && (wakeNanos == atNanos || isBusy && wakeNanos < atNanos)) {
            return;
        }
        Loop.Cancellable later = wake;
        if (later != null) {
            later.cancel();
            wake = null;
        }
        wakeNanos = atNanos;
        if (atNanos != Deadlines.NEVER && !loop.isClosed()) {
            wake = loop.schedule(Math.max(0, atNanos - presentNanos), () -> {
                wake = null;
                turn((present, now) -> {});
            });
        }
    }

    /** Opens a connection for the engine. */
    void dial(long number, Locator locator) {
        Transport transport = transports.get(locator.scheme());
        Carrier carrier = new Carrier(number);
        carriers.put(number, carrier);
        if (transport == null) {
            loop.execute(() -> carrier.onClosed("no transport for " + locator));
        } else if (!secrets.mayDial(locator)) {
            loop.execute(() -> carrier.onClosed(locator + " is beyond this host, and this node has no key"));
        } else {
            transport.dial(locator, carrier);
        }
    }

    /** Gives the engine a connection that somebody else has opened. */
    ConnectionHandler accept(Connection connection) {
        Carrier carrier = new Carrier(connection);
        if (engine == null) {
            carrier.end();
            return carrier;
        }
        turn((present, now) -> {
            carrier.number = present.handleAccepted(
                    dev.weft.core.link.Connection.accepted(connection.peer())
                            .with(connection.assurance())
                            .after(connection.openingNanos()),
                    now);
            carriers.put(carrier.number, carrier);
        });
        return carrier;
    }

    /** A datagram has come in; it is a beacon if the mesh's key, where there is one, says so. */
    void handleDatagram(ByteView datagram, String source) {
        if (secrets.sealsBeacons()) {
            secrets.open(datagram)
                    .ifPresent(beacon -> turn((present, now) -> present.handleBeacon(beacon, source, now)));
        } else {
            turn((present, now) -> present.handleOpenBeacon(datagram, source, now));
        }
    }

    void beacon(ByteView datagram) {
        BeaconSocket socket = beacons;
        if (socket != null) {
            socket.send(secrets.seal(datagram));
        }
    }

    void beaconTo(String source, ByteView datagram) {
        BeaconSocket socket = beacons;
        if (socket != null) {
            socket.sendTo(source, secrets.seal(datagram));
        }
    }

    void stop() {
        engine = null;
        Loop.Cancellable pending = wake;
        if (pending != null) {
            pending.cancel();
        }
        for (Carrier carrier : List.copyOf(carriers.values())) {
            carrier.end();
        }
        carriers.clear();
    }

    /** A connection between transport and engine. */
    private final class Carrier implements ConnectionHandler {
        private long number;
        private @Nullable Connection connection;
        private boolean admitted;
        private boolean ended;

        private Carrier(long number) {
            this.number = number;
        }

        private Carrier(Connection accepted) {
            this.connection = accepted;
        }

        @Override
        public void onOpen(Connection opened) {
            connection = opened;
            if (ended) {
                opened.close();
                return;
            }
            turn((present, now) -> present.handleConnected(number, opened.assurance(), now));
        }

        @Override
        public void onFrame(Connection from, ByteView frame) {
            Engine present = engine;
            if (present != null && !ended) {
                present.handleFrame(number, frame, clock.getAsLong());
                if (!admitted && present.isLink(number)) {
                    admitted = true;
                    from.admit();
                }
            }
        }

        @Override
        public void onReadComplete(Connection from) {
            settle();
        }

        @Override
        public void onWritable(Connection to) {
            settle();
        }

        @Override
        public void onClosed(String why) {
            carriers.remove(number);
            if (!ended) {
                ended = true;
                turn((present, now) -> present.handleCarrierLost(number, why, now));
            }
        }

        private void drain(Engine present) {
            Connection to = connection;
            if (to == null) {
                return;
            }
            int frames = 0;
            while (to.isWritable() && frames < FRAMES_PER_TURN_MAX) {
                EncodedFrame frame = present.poll(number);
                if (frame == null) {
                    break;
                }
                to.write(frame);
                frames++;
            }
            if (frames > 0) {
                to.flush();
            }
            if (present.isToClose(number)) {
                present.forget(number);
                carriers.remove(number);
                end();
            }
        }

        private void end() {
            ended = true;
            Connection to = connection;
            if (to != null) {
                to.close();
            }
        }
    }
}
