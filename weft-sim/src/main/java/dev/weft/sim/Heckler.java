package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What impostors say beside and in place of what an honest engine would: advertisements, messages, revocations and
 * noise before anybody has let them in, and what members have said to each other, word for word. Looks at whoever
 * hears it: nothing may have changed there.
 *
 * <p>Called by {@link SimNode} for each frame that arrives; draws from the seed, and only in worlds with impostors.
 */
final class Heckler {
    /** Hands a frame to the engine that hears it, if the connection is still there. */
    interface Ear {
        void hear(ByteView frame);
    }

    /** What an engine believes; the frame of a stranger leaves it as it was. */
    private record Beliefs(
            long lsdbHash, SortedSet<NodeId> neighbors, SortedSet<NodeId> reachable, long revocations, long received) {}

    private static final int OVERHEARD_MAX = 64;
    private static final int KINDS = 6;

    private final World world;
    private final boolean isThere;
    private final Prng draws;
    private final List<ByteView> overheard = new ArrayList<>();

    Heckler(World world, Prng draws) {
        this.world = world;
        this.draws = draws;
        this.isThere = world.options.others().impostors() > 0;
    }

    /** Returns true where the frame itself is not said. */
    boolean interrupts(@Nullable SimNode from, SimNode to, ByteView frame, Ear ear) {
        if (!isThere || from == null) {
            return false;
        }
        if (!from.community().equals(Community.IMPOSTORS)) {
            overhear(frame);
            return false;
        }
        if (to.community().equals(Community.IMPOSTORS)) {
            return false;
        }
        for (int left = draws.below(3); left > 0; left--) {
            heckle(from, to, ear);
        }
        return draws.chance(200_000);
    }

    private void overhear(ByteView frame) {
        if (overheard.size() < OVERHEARD_MAX) {
            overheard.add(frame);
        } else if (draws.chance(20_000)) {
            overheard.set(draws.below(OVERHEARD_MAX), frame);
        }
    }

    private void heckle(SimNode from, SimNode to, Ear ear) {
        Engine engine = to.engine();
        if (engine == null) {
            return;
        }
        ByteView said = said(from, to);
        Beliefs before = beliefs(engine);
        world.counts.heckled++;
        ear.hear(said);
        Beliefs after = beliefs(engine);
        if (!after.equals(before)) {
            world.violations.add(
                    "nobody but a member is acted upon",
                    "node " + to.index + " heard a frame of type " + said.at(0) + " from a stranger and went from "
                            + before + " to " + after);
        }
    }

    private Beliefs beliefs(Engine engine) {
        return new Beliefs(
                engine.lsdbHash(),
                engine.neighbors(),
                engine.reachable(),
                engine.register().revocationsNumber(),
                world.journal.receivedCount());
    }

    private ByteView said(SimNode from, SimNode to) {
        NodeId victim = world.node(draws.below(world.options.nodes())).id();
        return switch (draws.below(KINDS)) {
            case 0 -> {
                LsaKey key = new LsaKey(victim, LsaKind.ADJACENCY);
                ByteView nothing = new Adjacencies(List.of()).encode();
                yield flood(Lsa.originate(key, later(), nothing));
            }
            case 1 -> {
                LsaKey key = new LsaKey(from.id(), LsaKind.ADJACENCY);
                ByteView links = new Adjacencies(List.of(new Adjacencies.Adjacency(to.id(), 1, 1))).encode();
                ByteView own = from.publicKey();
                yield flood(Lsa.originate(
                        "mesh", key, later(), links, own, statement -> StandInSignatory.signature(own, statement)));
            }
            case 2 -> {
                String endpoint = Applications.endpointOf(SocketKind.RDM);
                FlowLabel flow = new FlowLabel(
                        victim, 1, 1 + draws.below(9), to.id(), 1, SocketKind.RDM, WhenFull.WAIT, endpoint, 0);
                ByteView payload =
                        new WireWriter(16).u64(0).u64(draws.nextLong()).view();
                yield RoutedFrame.of(RouteHeader.DIRECT, Data.whole(FlowRef.opening(flow), 0, 0, payload))
                        .encode();
            }
            case 3 ->
                new Revoked(
                                ByteView.of(world.chancery
                                        .forged(Community.MEMBERS, victim)
                                        .bytes()),
                                1)
                        .encode();
            case 4 -> overheard.isEmpty() ? noise() : overheard.get(draws.below(overheard.size()));
            default -> noise();
        };
    }

    private LsaVersion later() {
        return new LsaVersion(1 + draws.below(3), 1_000_000 + draws.below(1_000));
    }

    private static ByteView flood(Lsa lsa) {
        return new Flood(List.of(new Flood.Item(0, lsa))).encode();
    }

    /** Behind a type that there is, or may be. */
    private ByteView noise() {
        byte[] noise = new byte[1 + draws.below(300)];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) draws.nextLong();
        }
        FrameType[] types = FrameType.values();
        noise[0] = (byte) types[draws.below(types.length)].code();
        return ByteView.of(noise);
    }
}
