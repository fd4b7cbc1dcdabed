package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.flow.GroupMessage.Question;
import dev.weft.core.flow.GroupMessage.Shot;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The transmissions of a flow to many: draws the tree of each, sends it, and knows it by its number as long as answers
 * to it are of interest.
 *
 * <p>Called by {@link GroupFlow} and its parts.
 */
final class GroupShots {
    interface Output {
        /** A number for a transmission, by which answers find this flow. */
        long transmission();

        /** No answer to a transmission is of interest any more. */
        void forget(long transmission);

        /** Sends a copy to a neighbor. */
        void send(NodeId neighbor, long transmission, GroupFlow.Copy copy);
    }

    /** So many members are worth a search for other ways to each. */
    private static final int SEARCHED_MEMBERS_MAX = 8;

    private static final int SHOTS_MAX = 4;

    private final long flow;
    private final GroupName name;
    private final GroupManner manner;
    private final Trees trees;
    private final GroupMessages messages;
    private final GroupDues dues;
    private final Output out;
    private final TreeMap<Long, Shot> shots = new TreeMap<>();

    private @Nullable TreePlan plan;
    private List<GroupMember> planned = List.of();
    private long plannedEdition = -1;

    GroupShots(
            long flow,
            GroupName name,
            GroupManner manner,
            Trees trees,
            GroupMessages messages,
            GroupDues dues,
            Output out) {
        this.flow = flow;
        this.name = name;
        this.manner = manner;
        this.trees = trees;
        this.messages = messages;
        this.dues = dues;
        this.out = out;
    }

    @Nullable
    Shot byNumber(long transmission) {
        return shots.get(transmission);
    }

    /** Sends a piece to members; returns those that no tree leads to. */
    Collection<NodeId> take(Piece piece, BitSet to, Paths.Choice choice, long nowNanos) {
        return shoot(piece, Question.TAKE, to, choice, nowNanos);
    }

    /** Asks members what became of a message. */
    void tell(GroupMessage message, BitSet to, Paths.Choice choice, long nowNanos) {
        shoot(message.pieces.get(0), Question.TELL, to, choice, nowNanos);
    }

    /** Asks members the same, each for itself: what was said for them was not their word. */
    void tellEach(GroupMessage message, BitSet to, long nowNanos) {
        shoot(message.pieces.get(0), Question.TELL_EACH, to, Paths.Choice.ALTERNATE, nowNanos);
    }

    /** No answer about a message is of interest any more. */
    void forget(GroupMessage message) {
        for (Piece piece : message.pieces) {
            piece.shots.forEach(this::forget);
            piece.shots.clear();
        }
        message.questions.forEach(this::forget);
        message.questions.clear();
    }

    /** The members of a piece whose latest copy went over a link that is gone, or that no copy went to. */
    BitSet brokenOf(Piece piece) {
        BitSet broken = (BitSet) piece.missing.clone();
        BitSet sound = new BitSet();
        for (int s = piece.shots.size() - 1; s >= 0 && !broken.isEmpty(); s--) {
            TreePlan drawn = piece.shots.get(s).plan();
            TreeSet<NodeId> cutOff = drawn.cutOff(trees);
            for (int at = 1; at < drawn.tree().size(); at++) {
                int i = drawn.tree().isMember(at)
                        ? piece.message.indexOf(drawn.tree().node(at))
                        : -1;
                if (i >= 0 && !cutOff.contains(drawn.tree().node(at))) {
                    sound.set(i);
                }
            }
        }
        broken.andNot(sound);
        return broken;
    }

    // ------------------------------------------------------------------ which tree

    private Collection<NodeId> shoot(Piece piece, Question question, BitSet to, Paths.Choice choice, long nowNanos) {
        if (to.isEmpty()) {
            return List.of();
        }
        GroupMessage message = piece.message;
        TreeMap<NodeId, GroupMember> targets = new TreeMap<>();
        for (int i = to.nextSetBit(0); i >= 0; i = to.nextSetBit(i + 1)) {
            targets.put(message.members[i].node, message.members[i]);
        }
        TreePlan known = planFor(targets.values(), choice);
        if (known != null) {
            launch(piece, question, known, nowNanos);
            return List.of();
        }
        DeliveryTree tree = trees.tree(targets.keySet(), manner.forbidden(), choice);
        if (tree.size() > TreeLayout.NODES_MAX) {
            return shootHalves(piece, question, to, choice, nowNanos);
        }
        if (tree.size() > 1) {
            TreePlan drawn = TreePlan.of(tree, targets, message.number);
            keep(drawn, targets.values(), choice);
            launch(piece, question, drawn, nowNanos);
        }
        if (choice == Paths.Choice.PRIMARY || tree.unreached().isEmpty()) {
            return tree.unreached();
        }
        BitSet rest = new BitSet();
        for (NodeId node : tree.unreached()) {
            rest.set(message.indexOf(node));
        }
        // Fewer members leave more links to go around by.
        if (rest.cardinality() < to.cardinality()) {
            return shoot(piece, question, rest, choice, nowNanos);
        }
        return rest.cardinality() > 1 && rest.cardinality() <= SEARCHED_MEMBERS_MAX
                ? shootHalves(piece, question, rest, choice, nowNanos)
                : shoot(piece, question, rest, Paths.Choice.PRIMARY, nowNanos);
    }

    private Collection<NodeId> shootHalves(
            Piece piece, Question question, BitSet to, Paths.Choice choice, long nowNanos) {
        BitSet first = new BitSet();
        BitSet second = new BitSet();
        int half = to.cardinality() / 2;
        for (int i = to.nextSetBit(0); i >= 0; i = to.nextSetBit(i + 1)) {
            (half-- > 0 ? first : second).set(i);
        }
        List<NodeId> unreached = new ArrayList<>(shoot(piece, question, first, choice, nowNanos));
        unreached.addAll(shoot(piece, question, second, choice, nowNanos));
        return unreached;
    }

    /** The tree of the message before serves again while nothing has changed and there is nothing to be told. */
    private @Nullable TreePlan planFor(Collection<GroupMember> targets, Paths.Choice choice) {
        boolean same =
                choice == Paths.Choice.PRIMARY && plannedEdition == trees.edition() && planned.size() == targets.size();
        if (!same) {
            return null;
        }
        int i = 0;
        for (GroupMember member : targets) {
            if (planned.get(i++) != member) {
                return null;
            }
        }
        return plan;
    }

    private void keep(TreePlan drawn, Collection<GroupMember> targets, Paths.Choice choice) {
        boolean plain =
                choice == Paths.Choice.PRIMARY && drawn.tree().unreached().isEmpty();
        for (GroupMember member : targets) {
            plain &= member.isEstablished() && member.floor <= member.confirmedFloor;
        }
        if (plain) {
            plan = drawn;
            planned = List.copyOf(targets);
            plannedEdition = trees.edition();
        }
    }

    // ------------------------------------------------------------------ what goes out

    private void launch(Piece piece, Question question, TreePlan drawn, long nowNanos) {
        GroupMessage message = piece.message;
        Shot shot = new Shot(out.transmission(), piece, question, drawn, nowNanos);
        shots.put(shot.number(), shot);
        List<Shot> latest = question == Question.TAKE ? piece.shots : message.questions;
        latest.add(shot);
        if (latest.size() > SHOTS_MAX) {
            forget(latest.remove(0));
        }
        if (message.firstSentNanos < 0) {
            message.firstSentNanos = nowNanos;
        }
        boolean known = true;
        for (int at = 1; at < drawn.tree().size(); at++) {
            int i = drawn.tree().isMember(at) ? message.indexOf(drawn.tree().node(at)) : -1;
            if (i >= 0) {
                message.left.set(i);
                known &= message.members[i].isEstablished();
            }
        }
        Frame body = body(piece, question, known ? Optional.empty() : Optional.of(name));
        GroupFlow.Manners manners = new GroupFlow.Manners(
                dues.patienceMillis(), manner.priority(), latest.size() == 1 ? Attempt.FIRST : Attempt.REPAIR);
        ByteView encoded = TreeFrame.bodyOf(body);
        for (int at : drawn.first()) {
            out.send(
                    drawn.tree().node(at),
                    shot.number(),
                    new GroupFlow.Copy(manners, drawn.layout(), at, body.type(), encoded));
        }
    }

    private Frame body(Piece piece, Question question, Optional<GroupName> toStrangers) {
        GroupMessage message = piece.message;
        return switch (question) {
            case TAKE ->
                new GroupData(
                        flow,
                        message.number,
                        // It is sealed with the message.
                        name.isSealed() ? message.lag : messages.lagOf(message),
                        toStrangers,
                        piece.index,
                        message.pieces.size(),
                        message.payload.length(),
                        message.payload(piece.index));
            case TELL -> new GroupAdvance(flow, message.number, messages.lagOf(message));
            case TELL_EACH ->
                new GroupAdvance(flow, message.number, messages.lagOf(message), GroupAdvance.Answers.SEPARATE);
        };
    }

    private void forget(Shot shot) {
        shots.remove(shot.number());
        out.forget(shot.number());
    }
}
