package dev.weft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A member that sits on every link and has the key of what others send to many: it puts its own words in their place,
 * under the right number, in the right name. Nobody believes it, and what was meant comes in the end.
 */
class ForgerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int NODES = 8;

    /** What the forger makes of the tags that it has seen. */
    private enum Tags {
        AS_SEEN,
        TURNED,
        NONE;

        ByteView of(ByteView seen) {
            int own = GroupSeal.VOUCHER_BYTES;
            return switch (this) {
                case AS_SEEN -> seen;
                case TURNED ->
                    new WireWriter()
                            .bytes(seen.slice(own, seen.length() - own))
                            .bytes(seen.slice(0, own))
                            .view();
                case NONE -> ByteView.EMPTY;
            };
        }
    }

    private static final class Forger {
        private final SimNode node;
        private final Tags tags;
        private final Sealer arithmetic;
        private final TreeMap<String, GroupName> names = new TreeMap<>();
        private final Prng prng;
        private long forgedCount;

        private Forger(World world, SimNode node, Tags tags, long seed) {
            this.node = node;
            this.tags = tags;
            this.prng = new Prng(seed);
            this.arithmetic = new StandInSealer(
                    new StandInSealer.Identity(7), 1, "mesh", world.sealing(), new Prng(seed), made -> {});
        }

        private ByteView alter(@Nullable SimNode speaker, SimNode reader, ByteView frame) {
            try {
                WireReader in = new WireReader(frame);
                FrameType type = FrameType.decode(in);
                if (type != FrameType.GROUP_DATA) {
                    return frame;
                }
                TreeFrame tree = TreeFrame.decode(type, in);
                GroupData data = GroupData.decode(new WireReader(tree.body()));
                TreeHeader.TreeOrigin origin = tree.header().origin();
                String flow = origin.node() + " " + origin.incarnation() + " " + data.flow();
                data.name().ifPresent(name -> names.put(flow, name));
                GroupName name = names.get(flow);
                boolean isWorthIt = name != null
                        && data.count() == 1
                        && reader != node
                        && !origin.node().equals(node.id())
                        && prng.below(2) == 0;
                if (!isWorthIt) {
                    return frame;
                }
                return forged(heading(origin, Objects.requireNonNull(name), data), data.payload())
                        .map(payload -> {
                            forgedCount++;
                            return new TreeFrame(type, tree.header(), body(data, payload)).encode();
                        })
                        .orElse(frame);
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }

        private static ByteView body(GroupData data, ByteView payload) {
            GroupData altered = new GroupData(
                    data.flow(), data.message(), data.lag(), data.name(), 0, 1, payload.length(), payload);
            var out = new WireWriter();
            altered.encodeBody(out);
            return out.view();
        }

        private static GroupHeading heading(TreeHeader.TreeOrigin origin, GroupName name, GroupData data) {
            return new GroupHeading(origin.node(), origin.incarnation(), name, data.flow(), data.message(), data.lag());
        }

        private Optional<ByteView> forged(GroupHeading heading, ByteView payload) throws MalformedFrame {
            GroupSeal seal = GroupSeal.decode(payload);
            ByteView associated = heading.associated(seal.key());
            for (ByteView secret : node.secretsOfMany()) {
                Sealer.Cipher cipher = arithmetic.cipher(secret);
                Optional<ByteView> plain = cipher.open(heading.message(), associated, seal.sealed());
                if (plain.isPresent()) {
                    byte[] lie = plain.get().toByteArray();
                    lie[lie.length - 1] ^= 1;
                    ByteView sealed = cipher.seal(heading.message(), associated, ByteView.of(lie));
                    return Optional.of(new GroupSeal(seal.key(), tags.of(seal.tags()), sealed).encode());
                }
            }
            return Optional.empty();
        }
    }

    @Test
    void noMemberIsBelievedThatSpeaksInTheNameOfAnother() {
        for (Tags tags : Tags.values()) {
            for (long seed = 1; seed <= 3; seed++) {
                World world = quiet(seed);
                Forger forger = new Forger(world, world.node((int) seed), tags, seed);
                world.tampering = forger::alter;
                world.start(SECOND);
                while (world.events.step(10 * SECOND)) {}
                sendTo(world, forger);
                while (world.events.step(60 * SECOND)) {}
                String where = tags + ", seed " + seed;
                long unvouched = sum(world, "group.seal.unvouched");
                assertThat(world.violations.all()).as(where).isEmpty();
                assertThat(world.groups.open()).as(where).isZero();
                assertThat(unvouched).as(where).isPositive().isLessThanOrEqualTo(forger.forgedCount * NODES);
                assertThat(sum(world, "group.seal.forged")).as(where).isZero();
                assertThat(counter(world.node(0), "group.delivered"))
                        .as(where)
                        .isGreaterThanOrEqualTo(100 * (NODES - 1));
            }
        }
    }

    /** What whoever passes a message on, and need not have its key, can put into its place. */
    private enum Substitute {
        /** What the same sender has said before, under the new number. */
        EARLIER_WORDS,
        /** The first of two pieces, of a message that has only one. */
        A_PIECE_OF_ANOTHER_SIZE;

        private ByteView in(ByteView frame, TreeMap<String, ByteView> earlier, Prng prng) {
            try {
                WireReader in = new WireReader(frame);
                FrameType type = FrameType.decode(in);
                if (type != FrameType.GROUP_DATA) {
                    return frame;
                }
                TreeFrame tree = TreeFrame.decode(type, in);
                GroupData data = GroupData.decode(new WireReader(tree.body()));
                String flow = tree.header().origin().node() + " " + data.flow();
                ByteView before = earlier.putIfAbsent(flow, data.payload().compact());
                if (before == null || data.count() != 1 || prng.below(4) != 0) {
                    return frame;
                }
                ByteView payload = this == EARLIER_WORDS ? before : data.payload();
                int pieces = this == EARLIER_WORDS ? 1 : 2;
                GroupData altered = new GroupData(
                        data.flow(),
                        data.message(),
                        data.lag(),
                        data.name(),
                        0,
                        pieces,
                        payload.length() + pieces - 1,
                        payload);
                var out = new WireWriter();
                altered.encodeBody(out);
                return new TreeFrame(type, tree.header(), out.view()).encode();
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void nothingThatIsPutInTheirPlaceHasMembersMissWhatComesAfterwards() {
        for (Substitute substitute : Substitute.values()) {
            for (long seed = 1; seed <= 3; seed++) {
                World world = quiet(seed);
                Forger bystander = new Forger(world, world.node((int) seed), Tags.NONE, seed);
                TreeMap<String, ByteView> earlier = new TreeMap<>();
                Prng prng = new Prng(seed);
                world.tampering = (speaker, reader, frame) -> substitute.in(frame, earlier, prng);
                world.start(SECOND);
                while (world.events.step(10 * SECOND)) {}
                sendTo(world, bystander);
                while (world.events.step(60 * SECOND)) {}
                String where = substitute + ", seed " + seed;
                assertThat(world.violations.all()).as(where).isEmpty();
                assertThat(world.groups.open()).as(where).isZero();
                assertThat(earlier).as(where).isNotEmpty();
                assertThat(counter(world.node(0), "group.delivered"))
                        .as(where)
                        .isGreaterThanOrEqualTo(100 * (NODES - 1));
            }
        }
    }

    private static World quiet(long seed) {
        SwarmOptions quiet = SwarmOptions.calm(NODES).withLoad(SwarmOptions.Load.NONE);
        return new World(quiet, seed, EngineConfig.DEFAULT);
    }

    private static void sendTo(World world, Forger forger) {
        TreeSet<NodeId> listed = new TreeSet<>();
        List<SimNode> nodes = world.nodes();
        nodes.stream().filter(node -> node.index != 0).map(SimNode::id).forEach(listed::add);
        assertThat(listed).contains(forger.node.id());
        GroupName name =
                new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", Applications.endpointOf(SocketKind.RDM));
        for (int i = 0; i < 100; i++) {
            world.node(0)
                    .applications
                    .sendToMany(
                            new Applications.Addressed(name, listed, World.Hearing.OTHERS_ONLY, 3), 1, 64, 20 * SECOND);
            long until = world.events.nowNanos() + 50_000_000L;
            while (world.events.step(until)) {}
        }
    }

    private static long sum(World world, String counter) {
        return world.nodes().stream().mapToLong(node -> counter(node, counter)).sum();
    }

    private static long counter(SimNode node, String counter) {
        return Objects.requireNonNull(node.engine()).counters().getOrDefault(counter, 0L);
    }
}
